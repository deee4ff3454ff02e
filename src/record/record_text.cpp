#include "record/record_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace anemone {
namespace {

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmp6 = 58;

bool is_icmp(const FlowRecord& record) {
  return record.key.protocol == kIcmp || record.key.protocol == kIcmp6;
}

void put(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void put_fixed(std::string& out, std::uint64_t number, int width) {
  std::array<char, 20> digits{};
  for (int i = width; i-- > 0; number /= 10)
    digits[static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
  out.append(digits.data(), static_cast<std::size_t>(width));
}

// As print_time() writes it.
void put(std::string& out, Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  if (int{date.year()} < 0 || int{date.year()} > 9999) {
    out += print_time(time);
    return;
  }
  const auto us = static_cast<std::uint64_t>((time - day).count());
  const std::uint64_t s = us / 1'000'000;
  put_fixed(out, static_cast<std::uint64_t>(int{date.year()}), 4);
  out += '-';
  put_fixed(out, unsigned{date.month()}, 2);
  out += '-';
  put_fixed(out, unsigned{date.day()}, 2);
  out += 'T';
  put_fixed(out, s / 3600, 2);
  out += ':';
  put_fixed(out, s / 60 % 60, 2);
  out += ':';
  put_fixed(out, s % 60, 2);
  if (us % 1'000'000 > 0) {
    out += '.';
    put_fixed(out, us % 1'000'000, 6);
  }
  out += 'Z';
}

void put(std::string& out, const IpAddress& address) {
  if (!address.is_v4()) {
    out += print_address(address);
    return;
  }
  const std::uint32_t v4 = address.v4().value;
  for (int shift = 24; shift >= 0; shift -= 8) {
    put(out, std::uint64_t{v4 >> shift & 0xff});
    if (shift > 0) out += '.';
  }
}

std::uint64_t port_or_none(const FlowRecord& record, std::uint16_t port) {
  return is_icmp(record) ? 0 : port;
}

void pad(std::string& out, std::size_t begin, std::size_t width) {
  while (out.size() < begin + width) out += ' ';
}

void right(std::string& out, std::uint64_t number, std::size_t width) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  const auto size = static_cast<std::size_t>(end - digits.data());
  if (size < width) out.append(width - size, ' ');
  out.append(digits.data(), size);
}

// address, or address:port, or [v6]:port.
void put_end(std::string& out, const IpAddress& address, const FlowRecord& record, std::uint16_t port) {
  const bool ported = !is_icmp(record) && port != 0;
  if (ported && !address.is_v4()) out += '[';
  put(out, address);
  if (!ported) return;
  out += address.is_v4() ? ":" : "]:";
  put(out, std::uint64_t{port});
}

void put_flags(std::string& out, std::uint8_t flags) {
  constexpr std::string_view kNames = "CEUAPRSF";
  for (std::size_t i = 0; i < kNames.size(); ++i) out += flags >> (7 - i) & 1 ? kNames[i] : '.';
}

}  // namespace

std::string_view protocol_name(std::uint8_t protocol) {
  switch (protocol) {
    case kIcmp:
      return "icmp";
    case 2:
      return "igmp";
    case 4:
      return "ipip";
    case 6:
      return "tcp";
    case 17:
      return "udp";
    case 41:
      return "ipv6";
    case 47:
      return "gre";
    case 50:
      return "esp";
    case 51:
      return "ah";
    case kIcmp6:
      return "icmp6";
    case 89:
      return "ospf";
    case 103:
      return "pim";
    case 112:
      return "vrrp";
    case 132:
      return "sctp";
    default:
      return {};
  }
}

void append_json(const FlowRecord& record, std::string& out) {
  out += R"({"start":")";
  put(out, record.start);
  out += R"(","end":")";
  put(out, record.end);
  out += R"(","src":")";
  put(out, record.key.src);
  out += R"(","dst":")";
  put(out, record.key.dst);
  out += R"(","sport":)";
  put(out, port_or_none(record, record.key.src_port));
  out += R"(,"dport":)";
  put(out, port_or_none(record, record.key.dst_port));
  out += R"(,"proto":)";
  put(out, std::uint64_t{record.key.protocol});
  out += R"(,"packets":)";
  put(out, record.packets);
  out += R"(,"bytes":)";
  put(out, record.bytes);
  out += R"(,"tcp_flags":)";
  put(out, std::uint64_t{record.tcp_flags});
  out += R"(,"tos":)";
  put(out, std::uint64_t{record.tos});
  if (is_icmp(record)) {
    out += R"(,"icmp_type":)";
    put(out, std::uint64_t{record.key.dst_port} >> 8);
    out += R"(,"icmp_code":)";
    put(out, std::uint64_t{record.key.dst_port} & 0xff);
  }
  out += '}';
}

void append_csv(const FlowRecord& record, std::string& out) {
  put(out, record.start);
  out += ',';
  put(out, record.end);
  out += ',';
  put(out, record.key.src);
  out += ',';
  put(out, record.key.dst);
  for (const std::uint64_t number :
       {port_or_none(record, record.key.src_port), port_or_none(record, record.key.dst_port),
        std::uint64_t{record.key.protocol}, record.packets, record.bytes, std::uint64_t{record.tcp_flags},
        std::uint64_t{record.tos}}) {
    out += ',';
    put(out, number);
  }
  out += ',';
  if (is_icmp(record)) put(out, std::uint64_t{record.key.dst_port} >> 8);
  out += ',';
  if (is_icmp(record)) put(out, std::uint64_t{record.key.dst_port} & 0xff);
  out += '\n';
}

void append_row(const FlowRecord& record, std::string& out) {
  std::size_t begin = out.size();
  put(out, record.start);
  pad(out, begin, 28);
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(0, (record.end - record.start).count()));
  right(out, us / 1'000'000, 7);
  out += '.';
  put_fixed(out, us / 1000 % 1000, 3);
  out += ' ';
  begin = out.size();
  const std::string_view name = protocol_name(record.key.protocol);
  if (name.empty()) {
    put(out, std::uint64_t{record.key.protocol});
  } else {
    out += name;
  }
  pad(out, begin, 6);
  right(out, record.packets, 11);
  right(out, record.bytes, 14);
  out += ' ';
  put_flags(out, record.tcp_flags);
  out += ' ';
  put_end(out, record.key.src, record, record.key.src_port);
  out += " -> ";
  put_end(out, record.key.dst, record, record.key.dst_port);
  out += '\n';
}

}  // namespace anemone

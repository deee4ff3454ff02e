#include "record/record_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>

#include "net/protocol_name.h"

namespace anemone {
namespace {

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmp6 = 58;

bool is_icmp(const FlowRecord& record) {
  return record.key.protocol == kIcmp || record.key.protocol == kIcmp6;
}

// 0 to 255 as text, for addresses.
struct Octet {
  std::array<char, 3> digits{};
  std::uint8_t size = 0;
};

constexpr std::array<Octet, 256> kOctets = [] {
  std::array<Octet, 256> octets{};
  for (unsigned i = 0; i < octets.size(); ++i) {
    Octet& octet = octets[i];
    for (const unsigned scale : {100U, 10U, 1U}) {
      if (i < scale && scale > 1) continue;
      octet.digits[octet.size++] = static_cast<char>('0' + i / scale % 10);
    }
  }
  return octets;
}();

// A record's text while it is made: every record fits, and it is appended as a whole.
class Line {
 public:
  void put(char c) { text_[size_++] = c; }
  void put(std::string_view text) {
    std::memcpy(&text_[size_], text.data(), text.size());
    size_ += text.size();
  }
  void put(std::uint64_t number) {
    if (number < 10) return put(static_cast<char>('0' + number));
    size_ = static_cast<std::size_t>(std::to_chars(&text_[size_], text_.data() + text_.size(), number).ptr -
                                     text_.data());
  }
  // With leading zeros.
  template <std::size_t kWidth>
  void digits(std::uint32_t number) {
    for (std::size_t i = kWidth; i-- > 0; number /= 10)
      text_[size_ + i] = static_cast<char>('0' + number % 10);
    size_ += kWidth;
  }
  void two(std::uint32_t number) {  // below 100
    text_[size_++] = static_cast<char>('0' + number / 10);
    text_[size_++] = static_cast<char>('0' + number % 10);
  }
  // With leading blanks.
  void right(std::uint64_t number, std::size_t width) {
    std::array<char, 20> decimal{};
    const auto end = std::to_chars(decimal.data(), decimal.data() + decimal.size(), number).ptr;
    const auto size = static_cast<std::size_t>(end - decimal.data());
    for (std::size_t i = size; i < width; ++i) put(' ');
    put(std::string_view(decimal.data(), size));
  }
  void pad(std::size_t to) {
    while (size_ < to) put(' ');
  }
  void put(Time time);
  void put(const IpAddress& address);
  void put_v6(const IpAddress& address);
  std::size_t size() const { return size_; }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 512> text_;
  std::size_t size_ = 0;
};

// As print_time() writes it.
void Line::put(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const int year = int{date.year()};
  if (year < 0 || year > 9999) return put(std::string_view(print_time(time)));
  const std::int64_t us = (time - day).count();
  const auto s = static_cast<std::uint32_t>(us / 1'000'000);
  const auto part = static_cast<std::uint32_t>(us % 1'000'000);
  two(static_cast<std::uint32_t>(year) / 100);
  two(static_cast<std::uint32_t>(year) % 100);
  put('-');
  two(unsigned{date.month()});
  put('-');
  two(unsigned{date.day()});
  put('T');
  two(s / 3600);
  put(':');
  two(s / 60 % 60);
  put(':');
  two(s % 60);
  if (part > 0) {
    put('.');
    two(part / 10'000);
    two(part / 100 % 100);
    two(part % 100);
  }
  put('Z');
}

void Line::put(const IpAddress& address) {
  if (!address.is_v4()) return put_v6(address);
  const std::uint32_t v4 = address.v4().value;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const Octet& octet = kOctets[v4 >> shift & 0xff];
    std::memcpy(&text_[size_], octet.digits.data(), octet.digits.size());
    size_ += octet.size;
    if (shift > 0) put('.');
  }
}

// RFC 5952: groups without leading zeros, the longest run of two or more zero groups as "::".
void Line::put_v6(const IpAddress& address) {
  std::array<std::uint16_t, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) {
    const std::uint64_t half = i < 4 ? address.high() : address.low();
    groups[i] = static_cast<std::uint16_t>(half >> (16 * (3 - i % 4)));
  }
  std::size_t zeros_at = 8;
  std::size_t zeros = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t run = 0;
    while (i + run < 8 && groups[i + run] == 0) ++run;
    if (run > zeros) {
      zeros = run;
      zeros_at = i;
    }
    i += run;
  }
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == zeros_at) {
      put(std::string_view("::"));
      i += zeros - 1;
      continue;
    }
    if (i > 0 && i != zeros_at + zeros) put(':');
    size_ = static_cast<std::size_t>(
        std::to_chars(&text_[size_], text_.data() + text_.size(), groups[i], 16).ptr - text_.data());
  }
}

std::uint64_t port_or_none(const FlowRecord& record, std::uint16_t port) {
  return is_icmp(record) ? 0 : port;
}

// address, or address:port, or [v6]:port.
void put_end(Line& out, const IpAddress& address, const FlowRecord& record, std::uint16_t port) {
  const bool ported = !is_icmp(record) && port != 0;
  if (ported && !address.is_v4()) out.put('[');
  out.put(address);
  if (!ported) return;
  out.put(std::string_view(address.is_v4() ? ":" : "]:"));
  out.put(std::uint64_t{port});
}

std::string print_end(const IpAddress& address, const FlowRecord& record, std::uint16_t port) {
  Line line;
  put_end(line, address, record, port);
  return std::string(line.text());
}

void put_flags(Line& out, std::uint8_t flags) {
  constexpr std::string_view kNames = "CEUAPRSF";
  for (std::size_t i = 0; i < kNames.size(); ++i) out.put(flags >> (7 - i) & 1 ? kNames[i] : '.');
}

// Bytes of the character at the front of `text`; 0 when it is none of UTF-8 (RFC 3629).
std::size_t utf8_size(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0; };
  const auto follows = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
  const int first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0 && follows(1)) return 2;
  if (first >= 0xe0 && first < 0xf0 && follows(1) && follows(2)) {
    const int code = (first & 15) << 12 | (at(1) & 63) << 6 | (at(2) & 63);
    return code >= 0x800 && (code < 0xd800 || code > 0xdfff) ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5 && follows(1) && follows(2) && follows(3)) {
    const int code = (first & 7) << 18 | (at(1) & 63) << 12;
    return code >= 0x10000 && code <= 0x10ffff ? 4 : 0;
  }
  return 0;
}

// As a JSON string. What is no UTF-8 came from elsewhere, and becomes a question mark.
void append_quoted(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<std::uint8_t>(text[at]);
    const std::size_t size = utf8_size(text.substr(at));
    if (size == 0) {
      out += '?';
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      if (byte == '"' || byte == '\\') out += '\\';
      out += text.substr(at, size);
    }
    at += std::max<std::size_t>(size, 1);
  }
  out += '"';
}

// ,"name":"text" where there is one.
void append_text(std::string_view name, std::string_view text, std::string& out) {
  if (text.empty()) return;
  out += ",\"";
  out += name;
  out += "\":";
  append_quoted(text, out);
}

void append_number(std::string_view name, std::uint64_t number, std::string& out) {
  if (number == 0) return;
  out += ",\"";
  out += name;
  out += "\":" + std::to_string(number);
}

// A name for a terminal: others' names may hold what a terminal obeys.
void append_shown(std::string_view name, std::string& out) {
  for (const char c : name) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
}

}  // namespace

void append_json(const FlowRecord& record, std::string& out) {
  Line line;
  const auto field = [&](std::string_view name, auto value) {
    line.put(name);
    line.put(value);
  };
  field(R"({"start":")", record.start);
  field(R"(","end":")", record.end);
  field(R"(","src":")", record.key.src);
  field(R"(","dst":")", record.key.dst);
  field(R"(","sport":)", port_or_none(record, record.key.src_port));
  field(R"(,"dport":)", port_or_none(record, record.key.dst_port));
  field(R"(,"proto":)", std::uint64_t{record.key.protocol});
  field(R"(,"packets":)", record.packets);
  field(R"(,"bytes":)", record.bytes);
  field(R"(,"tcp_flags":)", std::uint64_t{record.tcp_flags});
  field(R"(,"tos":)", std::uint64_t{record.tos});
  if (is_icmp(record)) {
    field(R"(,"icmp_type":)", std::uint64_t{record.key.dst_port} >> 8);
    field(R"(,"icmp_code":)", std::uint64_t{record.key.dst_port} & 0xff);
  }
  line.put('}');
  out += line.text();
}

void append_csv(const FlowRecord& record, std::string& out) {
  Line line;
  line.put(record.start);
  line.put(',');
  line.put(record.end);
  line.put(',');
  line.put(record.key.src);
  line.put(',');
  line.put(record.key.dst);
  for (const std::uint64_t number :
       {port_or_none(record, record.key.src_port), port_or_none(record, record.key.dst_port),
        std::uint64_t{record.key.protocol}, record.packets, record.bytes, std::uint64_t{record.tcp_flags},
        std::uint64_t{record.tos}}) {
    line.put(',');
    line.put(number);
  }
  line.put(',');
  if (is_icmp(record)) line.put(std::uint64_t{record.key.dst_port} >> 8);
  line.put(',');
  if (is_icmp(record)) line.put(std::uint64_t{record.key.dst_port} & 0xff);
  line.put('\n');
  out += line.text();
}

void append_row(const FlowRecord& record, std::string& out) {
  Line line;
  line.put(record.start);
  line.pad(28);
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(0, (record.end - record.start).count()));
  line.right(us / 1'000'000, 7);
  line.put('.');
  line.digits<3>(static_cast<std::uint32_t>(us / 1000 % 1000));
  line.put(' ');
  const std::size_t name_at = line.size();
  const std::string_view name = protocol_name(record.key.protocol);
  if (name.empty()) {
    line.put(std::uint64_t{record.key.protocol});
  } else {
    line.put(name);
  }
  line.pad(name_at + 6);
  line.right(record.packets, 11);
  line.right(record.bytes, 14);
  line.put(' ');
  put_flags(line, record.tcp_flags);
  line.put(' ');
  put_end(line, record.key.src, record, record.key.src_port);
  line.put(std::string_view(" -> "));
  put_end(line, record.key.dst, record, record.key.dst_port);
  line.put('\n');
  out += line.text();
}

void append_json(const FlowRecord& record, const RecordNames& names, std::string& out) {
  append_json(record, out);
  out.pop_back();
  const Origin& origin = record.origin;
  if (record.key.direction != Direction::kUnknown) {
    append_text("direction", record.key.direction == Direction::kIn ? "in" : "out", out);
  }
  append_number("interface", origin.interface, out);
  if (origin.owner.valid()) {
    const Owner& owner = names.owners[origin.owner];
    append_text("process", owner.process, out);
    append_text("executable", owner.executable, out);
    append_text("user", owner.user, out);
    append_text("unit", owner.unit, out);
    append_text("container", owner.container, out);
  }
  append_number("pid", origin.pid, out);
  if (origin.application.valid()) append_text("application", names.applications[origin.application], out);
  append_number("srtt_us", record.srtt_us, out);
  append_number("retransmits", record.retransmits, out);
  if (origin.tunnel.valid()) {
    const Tunnel& tunnel = names.tunnels[origin.tunnel];
    out += R"(,"tunnel":)";
    append_quoted(tunnel.technology, out);
    append_text("tunnel_interface", tunnel.interface, out);
    out += R"(,"outer_src":")" + print_address(tunnel.src);
    out += R"(","outer_dst":")" + print_address(tunnel.dst);
    out += R"(","tunnel_id":)" + std::to_string(tunnel.id);
  }
  if (record.nat.valid()) {
    const NatTuple& nat = names.nats[record.nat];
    out += R"(,"nat_src":")" + print_address(nat.src);
    out += R"(","nat_dst":")" + print_address(nat.dst);
    out += R"(","nat_sport":)" + std::to_string(port_or_none(record, nat.src_port));
    out += R"(,"nat_dport":)" + std::to_string(port_or_none(record, nat.dst_port));
    out += R"(,"nat":")" + std::string(nat.before ? "before" : "after") + '"';
  }
  out += '}';
}

void append_csv(const FlowRecord& record, const RecordNames& names, std::string& out) {
  append_csv(record, out);
  out.pop_back();
  if (!record.origin.tunnel.valid()) {
    out += ",,,,\n";
    return;
  }
  const Tunnel& tunnel = names.tunnels[record.origin.tunnel];
  out += ',' + tunnel.technology + ',' + print_address(tunnel.src) + ',' + print_address(tunnel.dst) + ',' +
         std::to_string(tunnel.id) + '\n';
}

void append_row(const FlowRecord& record, const RecordNames& names, std::string& out) {
  append_row(record, out);
  out.pop_back();
  if (record.origin.owner.valid()) {
    const Owner& owner = names.owners[record.origin.owner];
    out += record.key.direction == Direction::kIn ? "  to " : "  by ";
    append_shown(owner.process.empty() ? owner.executable : owner.process, out);
    if (!owner.user.empty()) {
      out += " of ";
      append_shown(owner.user, out);
    }
  }
  if (record.origin.tunnel.valid()) {
    const Tunnel& tunnel = names.tunnels[record.origin.tunnel];
    out += "  in ";
    append_shown(tunnel.technology, out);
    out += (tunnel.id == 0 ? "" : ' ' + std::to_string(tunnel.id)) + ' ' + print_address(tunnel.src) +
           " -> " + print_address(tunnel.dst);
  }
  if (record.nat.valid()) {
    const NatTuple& nat = names.nats[record.nat];
    out += (nat.before ? "  was " : "  becomes ") + print_end(nat.src, record, nat.src_port) + " -> " +
           print_end(nat.dst, record, nat.dst_port);
  }
  out += '\n';
}

}  // namespace anemone

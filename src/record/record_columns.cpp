#include "record/record_columns.h"

#include <array>
#include <cstdio>
#include <utility>

#include "base/time.h"
#include "net/prefix.h"

namespace anemone {
namespace {

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmp6 = 58;

bool is_icmp(const FlowRecord& record) {
  return record.key.protocol == kIcmp || record.key.protocol == kIcmp6;
}

std::string address_text(const IpAddress& address, const KeyBits& bits) {
  const int length = address.is_v4() ? bits.v4 : bits.v6;
  if (length == (address.is_v4() ? 32 : 128)) return print_address(address);
  return print_prefix(Prefix(address, length));
}

// How many bytes the UTF-8 character at the beginning of `text` has; 0 when it is none.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xc2 ? 0
                           : first < 0xe0 ? 2
                           : first < 0xf0 ? 3
                           : first < 0xf5 ? 4
                                          : 0;
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool beyond = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  return overlong || beyond ? 0 : size;
}

void append_csv_cell(const std::string& cell, std::string& out) {
  if (cell.find_first_of(",\"\n\r") == std::string::npos) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  out += '"';
}

}  // namespace

void append_json_text(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const std::size_t size = character(text);
    const auto c = static_cast<unsigned char>(text[0]);
    if (size == 0) {
      out += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += text[0];
    } else if (c < 0x20) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", c);
      out += escaped.data();
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  out += '"';
}

RecordColumns::RecordColumns(const FlowDefinition& definition, const RecordNames& names) {
  add("start", Kind::kText, [](const FlowRecord& r) { return print_time(r.start); });
  add("end", Kind::kText, [](const FlowRecord& r) { return print_time(r.end); });
  add_key(definition);
  add_origin(definition, names);
  if (definition.key.has(KeyField::kTunnel)) add_tunnel(names);
  add_totals();
}

void RecordColumns::add_key(const FlowDefinition& definition) {
  const auto has = [&](KeyField field) { return definition.key.has(field); };
  if (has(KeyField::kSrc)) {
    add("src", Kind::kText,
        [bits = definition.src](const FlowRecord& r) { return address_text(r.key.src, bits); });
  }
  if (has(KeyField::kDst)) {
    add("dst", Kind::kText,
        [bits = definition.dst](const FlowRecord& r) { return address_text(r.key.dst, bits); });
  }
  if (has(KeyField::kSrcPort)) {
    add("sport", Kind::kNumber, [](const FlowRecord& r) { return std::to_string(r.key.src_port); });
  }
  // Without the protocol nobody knows whether it is a port: then it is told as it is.
  const bool told_apart = has(KeyField::kDstPort) && has(KeyField::kProtocol);
  if (has(KeyField::kDstPort)) {
    add("dport", Kind::kNumber, [told_apart](const FlowRecord& r) {
      return std::to_string(told_apart && is_icmp(r) ? 0 : r.key.dst_port);
    });
  }
  if (has(KeyField::kProtocol)) {
    add("proto", Kind::kNumber, [](const FlowRecord& r) { return std::to_string(r.key.protocol); });
  }
  if (told_apart) {
    add("icmp_type", Kind::kNumber,
        [](const FlowRecord& r) { return is_icmp(r) ? std::to_string(r.key.dst_port >> 8) : ""; });
    add("icmp_code", Kind::kNumber,
        [](const FlowRecord& r) { return is_icmp(r) ? std::to_string(r.key.dst_port & 0xff) : ""; });
  }
  if (has(KeyField::kTos))
    add("tos", Kind::kNumber, [](const FlowRecord& r) { return std::to_string(r.tos); });
  if (has(KeyField::kDirection)) {
    add("direction", Kind::kText, [](const FlowRecord& r) {
      return r.key.direction == Direction::kIn ? "in" : r.key.direction == Direction::kOut ? "out" : "";
    });
  }
}

void RecordColumns::add_origin(const FlowDefinition& definition, const RecordNames& names) {
  const auto number = [](std::uint32_t value) { return value > 0 ? std::to_string(value) : ""; };
  if (definition.key.has(KeyField::kInterface)) {
    add("interface", Kind::kNumber, [number](const FlowRecord& r) { return number(r.origin.interface); });
  }
  if (definition.key.has(KeyField::kPid)) {
    add("pid", Kind::kNumber, [number](const FlowRecord& r) { return number(r.origin.pid); });
  }
  constexpr std::array<std::pair<KeyField, std::string Owner::*>, 5> kWords = {{
      {KeyField::kProcess, &Owner::process},
      {KeyField::kExecutable, &Owner::executable},
      {KeyField::kUser, &Owner::user},
      {KeyField::kUnit, &Owner::unit},
      {KeyField::kContainer, &Owner::container},
  }};
  bool in_brackets = true;  // what no program owns has its name in the first column of an owner
  for (const auto& [field, word] : kWords) {
    if (!definition.key.has(field)) continue;
    add(key_field_name(field), Kind::kText,
        [&names, word = word, in_brackets](const FlowRecord& r) -> std::string {
          if (!r.origin.owner.valid()) return "";
          const Owner& owner = names.owners[r.origin.owner];
          return in_brackets && r.origin.owner <= kOtherOwner ? owner.process : owner.*word;
        });
    in_brackets = false;
  }
  if (definition.key.has(KeyField::kApplication)) {
    add("application", Kind::kText, [&names](const FlowRecord& r) {
      return r.origin.application.valid() ? names.applications[r.origin.application] : "";
    });
  }
}

void RecordColumns::add_tunnel(const RecordNames& names) {
  const auto of = [&](std::string_view head, Kind kind, std::string (*text)(const Tunnel&)) {
    add(head, kind, [&names, text](const FlowRecord& r) {
      return r.origin.tunnel.valid() ? text(names.tunnels[r.origin.tunnel]) : std::string();
    });
  };
  of("tunnel", Kind::kText, [](const Tunnel& tunnel) { return tunnel.technology; });
  of("outer_src", Kind::kText,
     [](const Tunnel& tunnel) { return tunnel.src.is_none() ? "" : print_address(tunnel.src); });
  of("outer_dst", Kind::kText,
     [](const Tunnel& tunnel) { return tunnel.dst.is_none() ? "" : print_address(tunnel.dst); });
  of("tunnel_id", Kind::kNumber,
     [](const Tunnel& tunnel) { return tunnel.id > 0 ? std::to_string(tunnel.id) : ""; });
}

void RecordColumns::add_totals() {
  add("packets", Kind::kNumber, [](const FlowRecord& r) { return std::to_string(r.packets); });
  add("bytes", Kind::kNumber, [](const FlowRecord& r) { return std::to_string(r.bytes); });
  add("tcp_flags", Kind::kNumber, [](const FlowRecord& r) { return std::to_string(r.tcp_flags); });
  add("srtt_us", Kind::kNumber,
      [](const FlowRecord& r) { return r.srtt_us > 0 ? std::to_string(r.srtt_us) : ""; });
  add("retransmits", Kind::kNumber, [](const FlowRecord& r) { return std::to_string(r.retransmits); });
}

std::vector<std::string> RecordColumns::heads() const {
  std::vector<std::string> heads;
  for (const Column& column : columns_) heads.emplace_back(column.head);
  return heads;
}

std::vector<std::string> RecordColumns::cells(const FlowRecord& record) const {
  std::vector<std::string> cells;
  for (const Column& column : columns_) cells.push_back(column.value(record));
  return cells;
}

void RecordColumns::append_json(const FlowRecord& record, std::string& out) const {
  char between = '{';
  for (const Column& column : columns_) {
    const std::string value = column.value(record);
    if (value.empty()) continue;
    out += between;
    out += '"';
    out += column.head;
    out += "\":";
    if (column.kind == Kind::kNumber) {
      out += value;
    } else {
      append_json_text(value, out);
    }
    between = ',';
  }
  out += '}';
}

void RecordColumns::append_csv_head(std::string& out) const {
  for (const Column& column : columns_) (out += &column == columns_.data() ? "" : ",") += column.head;
  out += '\n';
}

void RecordColumns::append_csv(const FlowRecord& record, std::string& out) const {
  for (const Column& column : columns_) {
    if (&column != columns_.data()) out += ',';
    append_csv_cell(column.value(record), out);
  }
  out += '\n';
}

}  // namespace anemone

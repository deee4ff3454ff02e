#include "ipfix/type_information.h"

#include <algorithm>
#include <string_view>

namespace anemone::ipfix {
namespace {

constexpr std::uint16_t kInformationElementId = 303;
constexpr std::uint16_t kDataType = 339;
constexpr std::uint16_t kDescription = 340;
constexpr std::uint16_t kName = 341;
constexpr std::uint16_t kRangeBegin = 342;
constexpr std::uint16_t kRangeEnd = 343;
constexpr std::uint16_t kSemantics = 344;
constexpr std::uint16_t kUnits = 345;
constexpr std::uint16_t kEnterprise = 346;

void write_text(std::string_view text, ByteWriter& out) {
  text = text.substr(0, 254);
  out.u8(static_cast<std::uint8_t>(text.size()));
  out.put({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::uint64_t number(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) value = value << 8 | byte;
  return value;
}

std::string text(Bytes bytes) {
  std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::string(all.substr(0, all.find('\0')));
}

}  // namespace

Template type_information_template(std::uint16_t id) {
  return {.id = id,
          .scope_fields = 2,
          .fields = {{{0, kEnterprise}, 4},
                     {{0, kInformationElementId}, 2},
                     {{0, kDataType}, 1},
                     {{0, kSemantics}, 1},
                     {{0, kUnits}, 2},
                     {{0, kRangeBegin}, 8},
                     {{0, kRangeEnd}, 8},
                     {{0, kName}, kVariable},
                     {{0, kDescription}, kVariable}}};
}

void write_type_information(const ElementInfo& info, ByteWriter& out) {
  out.u32(info.key.enterprise);
  out.u16(info.key.id);
  out.u8(static_cast<std::uint8_t>(info.type));
  out.u8(static_cast<std::uint8_t>(info.semantics));
  out.u16(static_cast<std::uint16_t>(info.units));
  out.u64(0);  // no range; libfixbuf takes no description without
  out.u64(0);
  write_text(info.name, out);
  write_text(info.description, out);
}

std::optional<ElementInfo> read_type_information(const Template& layout, Bytes record) {
  ElementInfo info;
  bool about_element = false;
  ByteReader in(record);
  for (const Field& field : layout.fields) {
    const Bytes bytes = take_field(in, field);
    if (field.element.enterprise != 0) continue;
    if (field.element.id == kEnterprise) info.key.enterprise = static_cast<std::uint32_t>(number(bytes));
    if (field.element.id == kInformationElementId) {
      info.key.id = static_cast<std::uint16_t>(number(bytes) & 0x7fff);
      about_element = true;
    }
    if (field.element.id == kDataType) info.type = static_cast<DataType>(number(bytes));
    if (field.element.id == kSemantics) info.semantics = static_cast<Semantics>(number(bytes));
    if (field.element.id == kUnits) info.units = static_cast<Units>(number(bytes));
    if (field.element.id == kName) info.name = text(bytes);
    if (field.element.id == kDescription) info.description = text(bytes);
  }
  if (!in.ok() || !about_element || info.name.empty()) return std::nullopt;
  return info;
}

}  // namespace anemone::ipfix

#include "ipfix/template.h"

#include <algorithm>

#include "ipfix/message.h"

namespace anemone::ipfix {
namespace {

constexpr std::uint16_t kEnterpriseBit = 0x8000;

Field read_field(ByteReader& in, std::uint16_t version) {
  Field field;
  field.element.id = in.u16();
  field.length = in.u16();
  if (version == kVersion10 && (field.element.id & kEnterpriseBit) != 0) {
    field.element.id &= static_cast<std::uint16_t>(~kEnterpriseBit);
    field.element.enterprise = in.u32();
  }
  return field;
}

void read_fields(ByteReader& in, std::uint16_t version, std::size_t count, std::vector<Field>& into) {
  if (count * 4 > in.left()) in.take(in.left() + 1);  // not ok, before anything is allocated
  for (std::size_t i = 0; i < count && in.ok(); ++i) into.push_back(read_field(in, version));
}

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

void read_v9_options(ByteReader& in, Template& into) {
  const std::size_t scopes = in.u16() / 4;
  const std::size_t options = in.u16() / 4;
  read_fields(in, kVersion9, scopes + options, into.fields);
  into.scope_fields = static_cast<std::uint16_t>(scopes);
  for (std::size_t i = 0; i < std::min(scopes, into.fields.size()); ++i) {
    into.fields[i].element.enterprise = kV9Scope;
  }
}

}  // namespace

std::size_t Template::length_min() const {
  std::size_t sum = 0;
  for (const Field& field : fields) sum += field.length == kVariable ? 1 : field.length;
  return sum;
}

TemplateRead read_template(ByteReader& in, std::uint16_t version, std::uint16_t set_id, Template& into) {
  into = {};
  if (in.left() < 4 || all_zero(in.rest())) {
    in.take(in.left());
    return TemplateRead::kPadding;
  }
  into.id = in.u16();
  if (set_id == kV9OptionsTemplateSet) {
    read_v9_options(in, into);
  } else {
    const std::size_t count = in.u16();
    if (count == 0 && version == kVersion10) return TemplateRead::kWithdrawal;
    if (set_id == kOptionsTemplateSet) into.scope_fields = in.u16();
    read_fields(in, version, count, into.fields);
    if (set_id == kOptionsTemplateSet && (into.scope_fields == 0 || into.scope_fields > count)) {
      return TemplateRead::kBad;
    }
  }
  const bool good = in.ok() && into.id >= kFirstDataSet && into.length_min() > 0;
  return good ? TemplateRead::kTemplate : TemplateRead::kBad;
}

const Template& v5_template() {
  static const Template v5{
      .id = 0, .scope_fields = 0, .fields = {{{0, 8}, 4},  {{0, 12}, 4}, {{0, 15}, 4}, {{0, 10}, 2},
                                             {{0, 14}, 2}, {{0, 2}, 4},  {{0, 1}, 4},  {{0, 22}, 4},
                                             {{0, 21}, 4}, {{0, 7}, 2},  {{0, 11}, 2}, {{0, 210}, 1},
                                             {{0, 6}, 1},  {{0, 4}, 1},  {{0, 5}, 1},  {{0, 16}, 2},
                                             {{0, 17}, 2}, {{0, 9}, 1},  {{0, 13}, 1}, {{0, 210}, 2}}};
  return v5;
}

}  // namespace anemone::ipfix

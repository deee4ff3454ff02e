// A Template says which fields the records of a data set have, in order (RFC 7011 section 3.4, RFC 3954
// section 5.2). One with scope fields is an options template: its records tell of the exporter, not of flows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "ipfix/element.h"

namespace anemone::ipfix {

constexpr std::uint16_t kVariable = 65'535;  // the length is in the record (RFC 7011 section 7)

struct Field {
  ElementKey element;
  std::uint16_t length = 0;

  constexpr bool operator==(const Field&) const = default;
};

struct Template {
  std::uint16_t id = 0;
  std::uint16_t scope_fields = 0;
  std::vector<Field> fields;

  bool is_options() const { return scope_fields > 0; }
  // Bytes of the shortest record.
  std::size_t length_min() const;
  bool operator==(const Template&) const = default;
};

enum class TemplateRead : std::uint8_t { kTemplate, kWithdrawal, kPadding, kBad };

// Reads the next template of a template set (`set_id` as in message.h; the reader holds the set's body).
// kWithdrawal: `into.id` is no more; all of the kind where it is the set's id (RFC 7011 section 8.1).
TemplateRead read_template(ByteReader& in, std::uint16_t version, std::uint16_t set_id, Template& into);

// The bytes of one field at the front of `in`.
inline Bytes take_field(ByteReader& in, const Field& field) {
  std::size_t length = field.length;
  if (length == kVariable) {
    length = in.u8();
    if (length == 255) length = in.u16();
  }
  return in.take(length);
}

// The records of NetFlow v5.
const Template& v5_template();

}  // namespace anemone::ipfix

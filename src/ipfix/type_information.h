// What an exporter says of its own elements (RFC 5610): an options record for each, so that a collector that
// has never heard of them can name them.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "ipfix/element.h"
#include "ipfix/template.h"

namespace anemone::ipfix {

// The options template of such records, under `id`.
Template type_information_template(std::uint16_t id);

// Appends the record of `info`, laid out as that template says.
void write_type_information(const ElementInfo& info, ByteWriter& out);

// Reads a record of any options template that is about an element; none when it is about something else.
std::optional<ElementInfo> read_type_information(const Template& layout, Bytes record);

}  // namespace anemone::ipfix

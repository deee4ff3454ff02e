// Flow records of an IPFIX File (RFC 5655), for commands that take one beside captures.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/result.h"
#include "capture/record_names.h"
#include "record/flow_record.h"

namespace anemone {

// Whether the file begins as one; never for "-", which can be read once only.
bool is_ipfix_file(const std::string& path);

// Hands its records on, message by message; their numbers are of `names`. What was wrong with it, if anything
// was.
Result<void> read_ipfix_file(const std::string& path, RecordNames& names,
                             const std::function<void(std::span<const FlowRecord>)>& on_records);

}  // namespace anemone

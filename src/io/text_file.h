// Reads a whole file of text into memory; what it holds is for the caller to understand.
//
// Limit: `bytes_max`, so that a wrong path (a capture, a disk image) cannot take the machine's memory.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace anemone {

constexpr std::size_t kTextFileMax = std::size_t{256} << 20;

// The error names the file and the system's reason.
Result<std::string> read_text_file(const std::string& path, std::size_t bytes_max = kTextFileMax);

}  // namespace anemone

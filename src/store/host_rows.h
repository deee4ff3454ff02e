// HostRows are what agents said of their hosts' places, as rows of a period's file: one an address, one a
// gateway, and before them one of neither kind that says at least whether the host forwards.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/batch.h"
#include "store/database.h"

namespace anemone {

// The table, for a new file; the view for people, with `join` to the observers' names.
std::string host_schema();
std::string host_view(const std::string& join);

// Writes those of `hosts` that `which` names, as of the batch `number`.
Result<void> write_host_rows(Connection& connection, const std::string& catalog,
                             std::span<const HostRow> hosts, std::span<const std::uint32_t> which,
                             std::uint64_t number);
// Appends all that the file has, in the order of its times.
Result<void> read_host_rows(Connection& connection, const std::string& catalog, std::vector<HostRow>& out);

}  // namespace anemone

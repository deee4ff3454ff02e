// Breakdowns: one worked-out bin seen by link, host, program, demand, router; the largest first.
//
// Pure functions of BinTraffic. A row's rate is the bin's average.
#pragma once

#include <vector>

#include "server/answers.h"
#include "server/bin_traffic.h"

namespace anemone {

std::vector<RankedRow> top_links(const BinTraffic& traffic);
std::vector<RankedRow> top_hosts(const BinTraffic& traffic);
std::vector<RankedRow> top_demands(const BinTraffic& traffic);

// By what hosts' agents tell of the programs: of the sender, else of the receiver.
struct ProgramRows {
  std::vector<RankedRow> applications;
  std::vector<RankedRow> processes;
  std::vector<RankedRow> users;
  std::string basis;  // of the applications: "agent", "port", or both
};
ProgramRows top_programs(const BinTraffic& traffic);

// Fills sources, sinks, hosts, apps and demands for detail.link.id, at most 50 each.
void break_down_link(const BinTraffic& traffic, LinkDetail& detail);

// Fills all but the events for the router, network or host detail.id; false when there is none so named.
bool break_down_node(const BinTraffic& traffic, NodeDetail& detail);

// Sorts by rate, the largest first, and drops what is behind `count`.
void keep_largest(std::vector<RankedRow>& rows, std::size_t count);

}  // namespace anemone

// Breakdowns: one worked-out bin seen by link, host, application, demand, router; the largest first.
//
// Pure functions of BinTraffic. A row's rate is the bin's average.
#pragma once

#include <vector>

#include "server/answers.h"
#include "server/bin_traffic.h"

namespace anemone {

std::vector<RankedRow> top_links(const BinTraffic& traffic);
std::vector<RankedRow> top_hosts(const BinTraffic& traffic, const Hosts& hosts);
std::vector<RankedRow> top_apps(const BinTraffic& traffic);
std::vector<RankedRow> top_demands(const BinTraffic& traffic);

// Fills sources, sinks, hosts, apps and demands for detail.link.id, at most 50 each.
void break_down_link(const BinTraffic& traffic, const Hosts& hosts, LinkDetail& detail);

// Fills all but the events for the router, network or host detail.id; false when there is none so named.
bool break_down_node(const BinTraffic& traffic, const Hosts& hosts, NodeDetail& detail);

// Sorts by rate, the largest first, and drops what is behind `count`.
void keep_largest(std::vector<RankedRow>& rows, std::size_t count);

}  // namespace anemone

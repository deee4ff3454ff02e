// What is said of a bin's traffic beside the loads: what has no demand and why, and what was lost on its way.
#pragma once

#include <vector>

#include "server/answers.h"
#include "server/bin_traffic.h"

namespace anemone {

// By reason (matrix/fate.h), the most first; reasons of which there is nothing are left out.
std::vector<FateAnswer> unattached_of(const BinTraffic& traffic);  // links carry it, which is not known
std::vector<FateAnswer> apart_of(const BinTraffic& traffic);       // no link is meant to carry it

// By the router where it enters and the prefix it is for, the most lost first.
std::vector<PairLoss> losses_of(const BinTraffic& traffic);

// Adds up by reason.
void add_fates(const std::vector<FateAnswer>& more, std::vector<FateAnswer>& sum);

}  // namespace anemone

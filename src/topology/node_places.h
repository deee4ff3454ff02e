// NodePlaces gives every node of a network a number that it keeps through all the network's topologies.
//
// Node ids are dense in one topology and mean another node in the next. What is kept from topology to
// topology (route/area_distances.h) needs numbers that stay: a router is known by its router id, a network
// by its prefix, what has neither by its name. No text is compared; two nodes of one topology never share
// a place, even where they say that they are the same.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "topology/topology.h"

namespace anemone {

class NodePlaces {
 public:
  // The place of each of `nodes`. Those that were never seen get the next places.
  const std::vector<std::uint32_t>& take(const Topology& topology, std::span<const NodeId> nodes);

  // How many places have been given.
  std::size_t size() const { return places_.size(); }

 private:
  std::uint32_t place_of(std::uint64_t identity);

  std::unordered_map<std::uint64_t, std::uint32_t> places_;
  std::vector<std::uint32_t> round_;  // per place: when it was last given
  std::uint32_t rounds_ = 0;
  std::vector<std::uint64_t> identities_;  // of the nodes last asked for
  std::vector<std::uint32_t> taken_;
};

}  // namespace anemone

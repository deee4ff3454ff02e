// A network and its demands from text (docs/formats/topology-text.md), for the tests of this folder.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string_view>

#include "matrix/read_matrix_file.h"
#include "topology/text_file.h"

namespace anemone {

struct Net {
  std::shared_ptr<const Topology> topology;
  TrafficMatrix matrix;
};

inline Net network(std::string_view text) {
  auto file = parse_network_text(text);
  REQUIRE(file.has_value());
  auto topology = std::make_shared<const Topology>(file->parts);
  auto matrix = resolve_demands(*file, *topology);
  REQUIRE(matrix.has_value());
  return {topology, *matrix};
}

}  // namespace anemone

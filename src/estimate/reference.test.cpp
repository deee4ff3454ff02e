// Against scipy: tests/data/estimate/make_reference.py says how it found the answers.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "estimate/gravity.h"
#include "estimate/tomogravity.h"

namespace anemone {
namespace {

struct Line {
  std::string name;
  std::vector<double> numbers;
};

std::vector<Line> lines_of(const char* name) {
  std::ifstream file(std::string(ANEMONE_TEST_DATA) + "/estimate/" + name);
  std::vector<Line> lines;
  for (std::string text; std::getline(file, text);) {
    std::istringstream words(text);
    Line& line = lines.emplace_back();
    words >> line.name;
    for (double number = 0; words >> number;) line.numbers.push_back(number);
  }
  return lines;
}

TEST_CASE("tomogravity finds what scipy's interior-point method finds") {
  std::vector<double> prior;
  std::vector<CounterRow> rows;
  int problems = 0;
  for (const Line& line : lines_of("tomogravity.txt")) {
    if (line.name == "prior") {
      prior = line.numbers;
      rows.clear();
    }
    if (line.name == "counter") {
      CounterRow& row = rows.emplace_back(CounterRow{line.numbers[0], 0, {}});
      for (std::uint32_t i = 1; i < line.numbers.size(); ++i) {
        if (line.numbers[i] > 0) row.shares.push_back({i - 1, line.numbers[i]});
      }
    }
    if (line.name != "nearest") continue;
    ++problems;
    const Tomogravity met = tomogravity(prior, rows);
    for (std::size_t i = 0; i < prior.size(); ++i) {
      CHECK(met.bps[i] == doctest::Approx(line.numbers[i]).epsilon(1e-4));
    }
  }
  CHECK(problems == 30);
}

struct Sight {
  std::vector<Endpoint> endpoints;
  std::vector<std::uint8_t> watched;
  std::vector<SeenTraffic> seen;

  Sight(std::size_t count, std::size_t watched_count, const std::vector<std::vector<double>>& traffic) {
    for (std::uint32_t i = 0; i < count; ++i) {
      Endpoint endpoint;
      endpoint.ingress = NodeId{i};
      endpoint.to = {endpoint.ingress, PrefixId{}};
      endpoint.place = i;
      endpoint.instrumented = i < watched_count;
      endpoints.push_back(endpoint);
      watched.push_back(i < watched_count ? 1 : 0);
      for (std::uint32_t j = 0; j < count; ++j) {
        if (i != j && (i < watched_count || j < watched_count)) seen.push_back({i, j, traffic[i][j]});
      }
    }
  }
};

// Iterative scaling stops some thousandths short of it.
TEST_CASE("gravity is what scipy finds most likely under quasi-independence") {
  std::size_t watched = 0;
  std::size_t count = 0;
  std::vector<std::vector<double>> traffic;
  int problems = 0;
  for (const Line& line : lines_of("gravity.txt")) {
    if (line.name == "watched") {
      watched = static_cast<std::size_t>(line.numbers[0]);
      count = static_cast<std::size_t>(line.numbers[1]);
      traffic.clear();
    }
    if (line.name == "traffic") traffic.push_back(line.numbers);
    if (line.name != "hidden") continue;
    ++problems;
    const Sight sight(count, watched, traffic);
    const DemandGrid grid = unwatched_traffic(fit_gravity(sight.endpoints, sight.seen, sight.watched),
                                              sight.endpoints, EndpointGrid(sight.endpoints), sight.watched);
    std::size_t at = 0;
    for (std::size_t i = watched; i < count; ++i) {
      for (std::size_t j = watched; j < count; ++j) {
        if (i != j) CHECK(grid.at(i, j) == doctest::Approx(line.numbers[at++]).epsilon(5e-3));
      }
    }
  }
  CHECK(problems == 30);
}

}  // namespace
}  // namespace anemone

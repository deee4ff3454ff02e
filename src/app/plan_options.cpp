#include "app/plan_options.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "matrix/read_matrix_file.h"

namespace anemone {

void PlanOptions::declare(Arguments& arguments) {
  arguments.option("--time", time, "how long at most, as 5s or 2m; a bare number is seconds");
  arguments.option("--seconds", time, "the same");
  arguments.choice("--objective", objective, {"utilisation", "fortz-thorup"},
                   "what to make small: the largest utilisation, or the Fortz-Thorup cost");
}

FlowGoal PlanOptions::goal() const {
  return objective == "utilisation" ? FlowGoal::kMaxUtilisation : FlowGoal::kFortzThorup;
}

Result<double> PlanOptions::seconds() const {
  if (const auto bare = parse_double(time); bare && *bare >= 0) return *bare;
  const auto duration = parse_duration(time);
  if (!duration) return duration.error().in("--time");
  return anemone::seconds(*duration);
}

Result<std::vector<TrafficMatrix>> read_matrices(const std::vector<std::string>& files,
                                                 const Topology& topology) {
  std::vector<TrafficMatrix> matrices;
  for (const std::string& file : files) {
    auto matrix = read_matrix_file(file, topology);
    if (!matrix) return matrix.error();
    matrices.push_back(*std::move(matrix));
  }
  return matrices;
}

std::string print_share(double share) { return fmt::format("{:.1f}%", share * 100); }

}  // namespace anemone

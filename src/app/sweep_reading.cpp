#include "app/sweep_reading.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/answer_fields.h"

namespace anemone {
namespace {

using Json = nlohmann::json;

SweepReport::Worst read_worst(const Json& json) {
  return {number_field(json, "bps"), text_field(json, "bin"), text_field(json, "failure")};
}

SweepReport::OfLink read_link(const Json& json) {
  return {text_field(json, "id"),
          text_field(json, "from"),
          text_field(json, "to"),
          number_field(json, "capacity_bps"),
          read_worst(field(json, "without_failure")),
          read_worst(field(json, "worst"))};
}

std::vector<SweepReport::CutOff> read_cut_off(const Json& rows) {
  std::vector<SweepReport::CutOff> points;
  for (const Json& row : rows)
    points.push_back({text_field(row, "name"), static_cast<std::uint32_t>(count_field(row, "cut_off"))});
  return points;
}

void read_weak_points(const Json& json, SweepReport& report) {
  report.bridges = read_cut_off(field(json, "bridges"));
  report.articulations = read_cut_off(field(json, "articulations"));
  for (const Json& cut : field(json, "cuts")) {
    std::vector<std::string>& names = report.cuts.emplace_back();
    for (const Json& name : cut) names.push_back(name.is_string() ? name.get<std::string>() : "");
  }
  for (const Json& row : field(json, "lone_prefixes"))
    report.lone_prefixes.push_back({text_field(row, "prefix"), text_field(row, "router")});
}

}  // namespace

Result<SweepReport> read_sweep_answer(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!field(json, "links").is_array()) return Error{"the answer is none about failures"};
  SweepReport report;
  report.bins = count_field(json, "bins");
  report.bins_elsewhere = count_field(json, "bins_elsewhere");
  report.coverage = number_field(json, "coverage");
  report.pairs = field(json, "pairs") == true;
  report.failures_tried = count_field(json, "tried");
  for (const Json& link : field(json, "links")) report.links.push_back(read_link(link));
  for (const Json& row : field(json, "failures")) {
    report.failures.push_back({text_field(row, "name"), number_field(row, "max_utilisation"),
                               text_field(row, "link"), text_field(row, "bin"),
                               number_field(row, "disconnected_bps")});
  }
  read_weak_points(field(json, "weak_points"), report);
  return report;
}

}  // namespace anemone

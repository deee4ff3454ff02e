#include "app/answer_reading.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace anemone {
namespace {

using Json = nlohmann::json;

const Json& field(const Json& object, const char* key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

double number_field(const Json& object, const char* key) {
  const Json& value = field(object, key);
  return value.is_number() ? value.get<double>() : 0;
}

std::size_t count_field(const Json& object, const char* key) {
  return static_cast<std::size_t>(std::clamp(number_field(object, key), 0.0, 1e15));
}

std::string text_field(const Json& object, const char* key) {
  const Json& value = field(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

Time time_field(const Json& object, const char* key) {
  const auto read = parse_time(text_field(object, key));
  return read ? *read : Time{};
}

std::optional<double> known_number(const Json& object, const char* key) {
  const Json& value = field(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::optional<Cost> cost(const Json& object, const char* key) {
  const Json& value = field(object, key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= kUnreachable) return std::nullopt;
  return static_cast<Cost>(value.get<std::uint64_t>());
}

Side read_side(const Json& json) {
  Side side;
  side.max_utilisation = number_field(json, "max_utilisation");
  side.worst_at = time_field(json, "worst_bin");
  side.median_max_utilisation = number_field(json, "median_max_utilisation");
  side.p95_max_utilisation = number_field(json, "p95_max_utilisation");
  side.offered_bps = number_field(json, "offered_bps");
  side.unrouted_bps = number_field(json, "unrouted_bps");
  side.unattached_bps = number_field(json, "unattached_bps");
  side.local_bps = number_field(json, "local_bps");
  return side;
}

LoadSpread read_spread(const Json& json) {
  return {number_field(json, "median_bps"), number_field(json, "p95_bps"), number_field(json, "worst_bps"),
          time_field(json, "worst_bin")};
}

LinkOutcome read_link(const Json& json) {
  LinkOutcome link;
  link.id = text_field(json, "id");
  link.from = text_field(json, "from");
  link.to = text_field(json, "to");
  link.gone = text_field(json, "state") == "gone";
  link.added = text_field(json, "state") == "added";
  link.before = read_spread(field(json, "before"));
  link.after = read_spread(field(json, "after"));
  link.capacity_after_bps = number_field(json, "capacity_bps");
  const double share = number_field(field(json, "before"), "worst_utilisation");
  link.capacity_before_bps = share > 0 ? link.before.worst_bps / share : link.capacity_after_bps;
  return link;
}

std::vector<Hurt> read_hurts(const Json& rows) {
  std::vector<Hurt> hurts;
  for (const Json& row : rows) {
    hurts.push_back({text_field(row, "name"), number_field(row, "bps"), number_field(row, "disconnected_bps"),
                     number_field(row, "overloaded_bps"), number_field(row, "longer_bps")});
  }
  return hurts;
}

WhatIfAnswer read_answer(const Json& json) {
  WhatIfAnswer answer;
  answer.bins = count_field(json, "bins");
  answer.from = time_field(json, "from");
  answer.to = time_field(json, "to");
  answer.before = read_side(field(json, "before"));
  answer.after = read_side(field(json, "after"));
  answer.disconnected_bps = number_field(json, "disconnected_bps");
  answer.coverage = number_field(json, "coverage");
  answer.uncertain = number_field(json, "uncertain");
  for (const Json& link : field(json, "links")) answer.links.push_back(read_link(link));
  for (const Json& row : field(json, "demands")) {
    answer.demands.push_back({text_field(row, "from"), text_field(row, "to"), number_field(row, "bps"),
                              cost(row, "cost_before"), cost(row, "cost_after"),
                              known_number(row, "latency_before_us"), known_number(row, "latency_after_us")});
  }
  const Json& hurt = field(json, "hurt");
  answer.applications = read_hurts(field(hurt, "applications"));
  answer.processes = read_hurts(field(hurt, "processes"));
  answer.users = read_hurts(field(hurt, "users"));
  answer.routers = read_hurts(field(hurt, "routers"));
  answer.sites = read_hurts(field(hurt, "sites"));
  return answer;
}

SweepReport::Worst read_worst(const Json& json) {
  return {number_field(json, "bps"), text_field(json, "bin"), text_field(json, "failure")};
}

SweepReport::OfLink read_swept_link(const Json& json) {
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

Result<std::vector<WhatIfAnswer>> read_whatif_answers(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  const Json& list = field(json, "answers");
  if (!list.is_array() || list.empty()) return Error{"the answer is none about scenarios"};
  std::vector<WhatIfAnswer> answers;
  for (const Json& one : list) answers.push_back(read_answer(one));
  return answers;
}

Result<SweepReport> read_sweep_answer(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!field(json, "links").is_array()) return Error{"the answer is none about failures"};
  SweepReport report;
  report.bins = count_field(json, "bins");
  report.bins_elsewhere = count_field(json, "bins_elsewhere");
  report.network_at = text_field(json, "network_at");
  report.coverage = number_field(json, "coverage");
  report.pairs = field(json, "pairs") == true;
  report.failures_tried = count_field(json, "tried");
  for (const Json& link : field(json, "links")) report.links.push_back(read_swept_link(link));
  for (const Json& row : field(json, "failures")) {
    report.failures.push_back({text_field(row, "name"), number_field(row, "max_utilisation"),
                               text_field(row, "link"), text_field(row, "bin"),
                               number_field(row, "disconnected_bps")});
  }
  read_weak_points(field(json, "weak_points"), report);
  return report;
}

}  // namespace anemone

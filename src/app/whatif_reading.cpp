#include "app/whatif_reading.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace anemone {
namespace {

using Json = nlohmann::json;

const Json& member(const Json& object, const char* key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

double number(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_number() ? value.get<double>() : 0;
}

std::string text(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

Time time(const Json& object, const char* key) {
  const auto read = parse_time(text(object, key));
  return read ? *read : Time{};
}

std::optional<double> known_number(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::optional<Cost> cost(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= kUnreachable) return std::nullopt;
  return static_cast<Cost>(value.get<std::uint64_t>());
}

Side read_side(const Json& json) {
  Side side;
  side.max_utilisation = number(json, "max_utilisation");
  side.worst_at = time(json, "worst_bin");
  side.median_max_utilisation = number(json, "median_max_utilisation");
  side.p95_max_utilisation = number(json, "p95_max_utilisation");
  side.offered_bps = number(json, "offered_bps");
  side.unrouted_bps = number(json, "unrouted_bps");
  side.unattached_bps = number(json, "unattached_bps");
  side.local_bps = number(json, "local_bps");
  return side;
}

LoadSpread read_spread(const Json& json) {
  return {number(json, "median_bps"), number(json, "p95_bps"), number(json, "worst_bps"),
          time(json, "worst_bin")};
}

LinkOutcome read_link(const Json& json) {
  LinkOutcome link;
  link.id = text(json, "id");
  link.from = text(json, "from");
  link.to = text(json, "to");
  link.gone = text(json, "state") == "gone";
  link.added = text(json, "state") == "added";
  link.before = read_spread(member(json, "before"));
  link.after = read_spread(member(json, "after"));
  link.capacity_after_bps = number(json, "capacity_bps");
  const double share = number(member(json, "before"), "worst_utilisation");
  link.capacity_before_bps = share > 0 ? link.before.worst_bps / share : link.capacity_after_bps;
  return link;
}

std::vector<Hurt> read_hurts(const Json& rows) {
  std::vector<Hurt> hurts;
  for (const Json& row : rows) {
    hurts.push_back({text(row, "name"), number(row, "bps"), number(row, "disconnected_bps"),
                     number(row, "overloaded_bps"), number(row, "longer_bps")});
  }
  return hurts;
}

WhatIfAnswer read_answer(const Json& json) {
  WhatIfAnswer answer;
  answer.bins = static_cast<std::size_t>(std::clamp(number(json, "bins"), 0.0, 1e15));
  answer.from = time(json, "from");
  answer.to = time(json, "to");
  answer.before = read_side(member(json, "before"));
  answer.after = read_side(member(json, "after"));
  answer.disconnected_bps = number(json, "disconnected_bps");
  answer.coverage = number(json, "coverage");
  answer.uncertain = number(json, "uncertain");
  for (const Json& link : member(json, "links")) answer.links.push_back(read_link(link));
  for (const Json& row : member(json, "demands")) {
    answer.demands.push_back({text(row, "from"), text(row, "to"), number(row, "bps"),
                              cost(row, "cost_before"), cost(row, "cost_after"),
                              known_number(row, "latency_before_us"), known_number(row, "latency_after_us")});
  }
  const Json& hurt = member(json, "hurt");
  answer.applications = read_hurts(member(hurt, "applications"));
  answer.processes = read_hurts(member(hurt, "processes"));
  answer.users = read_hurts(member(hurt, "users"));
  answer.routers = read_hurts(member(hurt, "routers"));
  answer.sites = read_hurts(member(hurt, "sites"));
  return answer;
}

}  // namespace

Result<std::vector<WhatIfAnswer>> read_whatif_answers(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  const Json& list = member(json, "answers");
  if (!list.is_array() || list.empty()) return Error{"the answer is none about scenarios"};
  std::vector<WhatIfAnswer> answers;
  for (const Json& one : list) answers.push_back(read_answer(one));
  return answers;
}

}  // namespace anemone

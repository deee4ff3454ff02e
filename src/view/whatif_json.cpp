#include "view/whatif_json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(double value, bool known) { return known ? Json(value) : Json(nullptr); }

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json side_json(const Side& side, const BinName& bin) {
  return {{"max_utilisation", side.max_utilisation},
          {"worst_bin", bin(side.worst_at)},
          {"median_max_utilisation", side.median_max_utilisation},
          {"p95_max_utilisation", side.p95_max_utilisation},
          {"offered_bps", side.offered_bps},
          {"unrouted_bps", side.unrouted_bps},
          {"unattached_bps", side.unattached_bps},
          {"local_bps", side.local_bps}};
}

Json spread_json(const LoadSpread& spread, double capacity_bps, const BinName& bin) {
  return {{"median_bps", spread.median_bps},
          {"p95_bps", spread.p95_bps},
          {"worst_bps", spread.worst_bps},
          {"worst_bin", bin(spread.worst_at)},
          {"worst_utilisation", or_null(spread.worst_bps / capacity_bps, capacity_bps > 0)}};
}

Json link_json(const LinkOutcome& link, const BinName& bin) {
  return {{"id", link.id},
          {"from", link.from},
          {"to", link.to},
          {"before_bps", link.before.median_bps},
          {"after_bps", link.after.median_bps},
          {"capacity_bps", or_null(link.capacity_after_bps, link.capacity_after_bps > 0)},
          {"state", link.gone    ? "gone"
                    : link.added ? "added"
                                 : "up"},
          {"overloaded", link.newly_overloaded()},
          {"before", spread_json(link.before, link.capacity_before_bps, bin)},
          {"after", spread_json(link.after, link.capacity_after_bps, bin)}};
}

Json hurt_json(const std::vector<Hurt>& hurts) {
  Json rows = Json::array();
  for (const Hurt& hurt : hurts) {
    rows.push_back({{"name", hurt.name},
                    {"bps", hurt.bps},
                    {"disconnected_bps", hurt.disconnected_bps},
                    {"overloaded_bps", hurt.overloaded_bps},
                    {"longer_bps", hurt.longer_bps}});
  }
  return rows;
}

Json answer_json(const WhatIfAnswer& answer, const BinName& bin) {
  Json links = Json::array();
  for (const LinkOutcome& link : answer.links) links.push_back(link_json(link, bin));
  Json worst = Json::array();
  for (const LinkOutcome* link : by_change(answer)) {
    if (worst.size() < 10) worst.push_back(link->id);
  }
  Json demands = Json::array();
  for (const DemandOutcome& demand : answer.demands) {
    demands.push_back({{"from", demand.from},
                       {"to", demand.to},
                       {"bps", demand.bps},
                       {"cost_before", demand.cost_before ? Json(*demand.cost_before) : Json(nullptr)},
                       {"cost_after", demand.cost_after ? Json(*demand.cost_after) : Json(nullptr)},
                       {"latency_before_us", or_null(demand.latency_before_us)},
                       {"latency_after_us", or_null(demand.latency_after_us)}});
  }
  return {{"bins", answer.bins},
          {"from", bin(answer.from)},
          {"to", bin(answer.to)},
          {"before", side_json(answer.before, bin)},
          {"after", side_json(answer.after, bin)},
          {"disconnected_bps", answer.disconnected_bps},
          {"coverage", answer.coverage},
          {"uncertain", answer.uncertain},
          {"links", std::move(links)},
          {"worst", std::move(worst)},
          {"demands", std::move(demands)},
          {"hurt",
           {{"applications", hurt_json(answer.applications)},
            {"processes", hurt_json(answer.processes)},
            {"users", hurt_json(answer.users)},
            {"routers", hurt_json(answer.routers)},
            {"sites", hurt_json(answer.sites)}}}};
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::vector<const LinkOutcome*> by_change(const WhatIfAnswer& answer) {
  std::vector<const LinkOutcome*> links;
  for (const LinkOutcome& link : answer.links) links.push_back(&link);
  const auto weight = [](const LinkOutcome& link) {
    const double change = std::abs(link.after.worst_bps - link.before.worst_bps);
    return std::tuple(link.newly_overloaded() || link.gone,
                      link.capacity_after_bps > 0 ? change / link.capacity_after_bps : change);
  };
  std::stable_sort(links.begin(), links.end(),
                   [&](const LinkOutcome* a, const LinkOutcome* b) { return weight(*a) > weight(*b); });
  return links;
}

std::string whatif_json(const WhatIfAnswer& answer, const BinName& bin) {
  return dump(answer_json(answer, bin));
}

std::string whatif_answers_json(const std::vector<WhatIfAnswer>& answers) {
  Json list = Json::array();
  for (const WhatIfAnswer& answer : answers) list.push_back(answer_json(answer, print_time));
  return dump({{"answers", std::move(list)}});
}

std::string bound_json(const BoundAnswer& answer) {
  return dump({{"from", print_time(answer.bin.from)},
               {"to", print_time(answer.bin.to)},
               {"utilization", answer.gap.utilization},
               {"bound", answer.gap.bound},
               {"reached", answer.gap.reached},
               {"exact", answer.gap.exact},
               {"gap", answer.gap.gap}});
}

Result<WhatIfWish> parse_whatif_wish(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return Error{"want JSON such as {\"scenario\": \"fail link a b\"}"};
  WhatIfWish wish;
  const auto first = json.find("scenario");
  if (first == json.end() || !first->is_string()) return Error{"scenario: want the text of a scenario"};
  wish.scenario = first->get<std::string>();
  const auto against = json.find("against");
  if (against == json.end() || against->is_null()) return wish;
  if (!against->is_string()) return Error{"against: want the text of another scenario"};
  wish.against = against->get<std::string>();
  return wish;
}

}  // namespace anemone

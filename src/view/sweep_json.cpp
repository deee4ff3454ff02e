#include "view/sweep_json.h"

#include <nlohmann/json.hpp>

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(double value, bool known) { return known ? Json(value) : Json(nullptr); }

Json or_null(const std::string& name) { return name.empty() ? Json(nullptr) : Json(name); }

Json worst_json(const SweepReport::Worst& worst, double capacity_bps) {
  return {{"bps", worst.bps},
          {"utilisation", or_null(worst.bps / capacity_bps, capacity_bps > 0)},
          {"bin", or_null(worst.bin)},
          {"failure", or_null(worst.failure)}};
}

Json links_json(const SweepReport& report) {
  Json links = Json::array();
  for (const SweepReport::OfLink& link : report.links) {
    links.push_back({{"id", link.id},
                     {"from", link.from},
                     {"to", link.to},
                     {"capacity_bps", or_null(link.capacity_bps, link.capacity_bps > 0)},
                     {"without_failure", worst_json(link.without_failure, link.capacity_bps)},
                     {"worst", worst_json(link.worst, link.capacity_bps)}});
  }
  return links;
}

Json failures_json(const SweepReport& report) {
  Json failures = Json::array();
  for (const SweepReport::OfFailure& one : report.failures) {
    failures.push_back({{"name", one.name},
                        {"max_utilisation", one.max_utilisation},
                        {"link", or_null(one.link)},
                        {"bin", or_null(one.bin)},
                        {"disconnected_bps", one.disconnected_bps}});
  }
  return failures;
}

Json cut_off_json(const std::vector<SweepReport::CutOff>& points) {
  Json rows = Json::array();
  for (const SweepReport::CutOff& point : points)
    rows.push_back({{"name", point.name}, {"cut_off", point.routers}});
  return rows;
}

Json weak_json(const SweepReport& report) {
  Json prefixes = Json::array();
  for (const SweepReport::LonePrefix& lone : report.lone_prefixes)
    prefixes.push_back({{"prefix", lone.prefix}, {"router", or_null(lone.router)}});
  return {{"bridges", cut_off_json(report.bridges)},
          {"cuts", report.cuts},
          {"articulations", cut_off_json(report.articulations)},
          {"lone_prefixes", std::move(prefixes)}};
}

}  // namespace

std::string sweep_json(const SweepReport& report) {
  const Json json = {{"bins", report.bins},
                     {"bins_elsewhere", report.bins_elsewhere},
                     {"network_at", or_null(report.network_at)},
                     {"coverage", report.coverage},
                     {"pairs", report.pairs},
                     {"tried", report.failures_tried},
                     {"links", links_json(report)},
                     {"failures", failures_json(report)},
                     {"weak_points", weak_json(report)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<SweepQuestion> parse_sweep_question(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return Error{"want JSON such as {\"failures\": \"links\"}"};
  SweepQuestion question;
  if (const auto found = json.find("scenario"); found != json.end() && !found->is_null()) {
    if (!found->is_string()) return Error{"scenario: want the text of a scenario"};
    question.scenario = found->get<std::string>();
  }
  if (const auto found = json.find("failures"); found != json.end() && !found->is_null()) {
    if (!found->is_string()) return Error{"failures: want links, routers, sites or groups"};
    const auto choice = parse_failure_choice(found->get<std::string>());
    if (!choice) return choice.error().in("failures");
    question.failures = *choice;
  }
  if (const auto found = json.find("pairs"); found != json.end() && !found->is_null()) {
    if (!found->is_boolean()) return Error{"pairs: want true or false"};
    question.pairs = found->get<bool>();
  }
  return question;
}

}  // namespace anemone

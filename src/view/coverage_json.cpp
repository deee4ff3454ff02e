#include "view/coverage_json.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace anemone {

std::string coverage_json(const CoverageReport& report) {
  using Json = nlohmann::ordered_json;
  Json hosts = Json::array();
  for (const NextHost& host : report.hosts) {
    hosts.push_back({{"name", host.name},
                     {"address", host.address},
                     {"router", host.router.empty() ? Json(nullptr) : Json(host.router)},
                     {"gain", host.gain_share},
                     {"bps", host.gain_bps},
                     {"known_bps", host.known_bps},
                     {"hours", host.heavy_hours}});
  }
  Json links = Json::array();
  for (const ResidualLink& link : report.links) {
    links.push_back({{"id", link.id},
                     {"residual_bps", link.residual.bps},
                     {"low_bps", link.residual.low_bps},
                     {"high_bps", link.residual.high_bps}});
  }
  return Json{{"from", print_time(report.from)},
              {"to", print_time(report.to)},
              {"bins", report.bins},
              {"addresses", {{"instrumented", report.instrumented}, {"could", report.could}}},
              {"bytes_share", report.bytes_share()},
              {"unseen_bps",
               {{"estimate", report.unseen.bps},
                {"low", report.unseen.low_bps},
                {"high", report.unseen.high_bps},
                {"assumed", report.assumed}}},
              {"hosts", std::move(hosts)},
              {"links", std::move(links)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace anemone

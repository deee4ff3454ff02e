#include "view/answers_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

// Rates to a thousandth: what is behind that was never measured.
Json rounded(double value) { return std::round(value * 1000) / 1000; }
Json share(double value) { return std::round(value * 1e6) / 1e6; }

Json optional_number(const std::optional<double>& value, Json (*print)(double)) {
  return value ? print(*value) : Json(nullptr);
}

Json time_json(const std::optional<Time>& time) { return time ? Json(print_time(*time)) : Json(nullptr); }

const char* print_state(VantageState state) {
  switch (state) {
    case VantageState::kListening:
      return "listening";
    case VantageState::kStopped:
      return "stopped";
    case VantageState::kSilent:
      return "silent";
    case VantageState::kRecorded:
      return "recorded";
  }
  return "silent";
}

Json vantage_json(const VantageAnswer& vantage) {
  Json listened = Json::array();
  for (const auto& [from, to] : vantage.listened) {
    listened.push_back({{"from", print_time(from)}, {"to", print_time(to)}});
  }
  return {{"name", vantage.name},
          {"state", print_state(vantage.state)},
          {"since", print_time(vantage.since)},
          {"last_lsa", time_json(vantage.heard)},
          {"lsas", vantage.lsas},
          {"lost", vantage.lost},
          {"late", vantage.late},
          {"latest_s", seconds(vantage.latest)},
          {"areas", vantage.areas},
          {"listened", std::move(listened)}};
}

Json vantage_list(const std::vector<VantageAnswer>& vantages) {
  Json list = Json::array();
  for (const VantageAnswer& vantage : vantages) list.push_back(vantage_json(vantage));
  return list;
}

Json routing_json(const RoutingStatus& routing) {
  Json vantages = vantage_list(routing.vantages);
  for (Json& vantage : vantages) {
    Json& listened = vantage["listened"];  // /vantages has them all
    constexpr std::size_t kNewest = 5;
    while (listened.size() > kNewest) listened.erase(0);
  }
  return {{"live", routing.live},
          {"database", routing.database},
          {"unseen", routing.unseen},
          {"unseen_due", time_json(routing.unseen_due)},
          {"vantages", std::move(vantages)},
          {"problems", routing.problems}};
}

Json lsa_json(const std::optional<LsaAnswer>& lsa) {
  if (!lsa) return nullptr;
  return {{"sequence", lsa->sequence},
          {"age_s", lsa->age_s},
          {"arrived", print_time(lsa->arrived)},
          {"vantage", lsa->vantage},
          {"lines", lsa->lines}};
}

// A load that nothing counts is not known.
Json counted(const Envelope& envelope, Json value) {
  return envelope.traffic ? std::move(value) : Json(nullptr);
}

Json capacity(double capacity_bps) { return capacity_bps > 0 ? Json(capacity_bps) : Json(nullptr); }

void put_envelope(Json& json, const Envelope& envelope) {
  json["bin"] = {{"from", print_time(envelope.bin.from)},
                 {"to", print_time(envelope.bin.to)},
                 {"complete", envelope.bin.complete},
                 {"stable", envelope.bin.stable},
                 {"carried_share", share(envelope.bin.carried_share)}};
  json["coverage"] = {{"hosts", envelope.coverage.hosts},
                      {"instrumented", envelope.coverage.instrumented},
                      {"bytes_share", share(envelope.coverage.bytes_share)}};
  if (const auto& unseen = envelope.coverage.unseen) {
    const Range& traffic = unseen->traffic;
    json["coverage"]["addresses"] = {{"instrumented", unseen->instrumented}, {"could", unseen->could}};
    json["coverage"]["unseen_bps"] = {{"estimate", rounded(traffic.bps)},
                                      {"low", rounded(traffic.low_bps)},
                                      {"high", rounded(traffic.high_bps)},
                                      {"assumed", unseen->assumed}};
  }
  json["watermark"] = print_time(envelope.watermark);
  json["late"] = Json::array();
  for (const LateAgent& late : envelope.late) {
    json["late"].push_back({{"agent", late.agent}, {"since", print_time(late.since)}});
  }
}

Json event_json(const RoutingEvent& event) {
  return {
      {"time", print_time(event.time)}, {"kind", event.kind}, {"text", event.text}, {"links", event.links}};
}

Json events_json(const std::vector<RoutingEvent>& events) {
  Json list = Json::array();
  for (const RoutingEvent& event : events) list.push_back(event_json(event));
  return list;
}

// What is known of a link beside the load that agents explain.
void put_beside(Json& row, const LinkAnswer& link) {
  row["estimate"] = nullptr;
  if (link.estimate) {
    row["estimate"] = {{"bps", rounded(link.estimate->bps)},
                       {"low_bps", rounded(link.estimate->low_bps)},
                       {"high_bps", rounded(link.estimate->high_bps)}};
  }
  row["counter_bps"] = optional_number(link.counter_bps, rounded);
  row["residual_bps"] = optional_number(link.residual_bps, rounded);
}

Json link_row(const LinkAnswer& link) {
  Json row = {{"id", link.id},
              {"from", link.from},
              {"to", link.to},
              {"load_bps", rounded(link.load_bps)},
              {"load_pps", rounded(link.load_pps)},
              {"capacity_bps", capacity(link.capacity_bps)},
              {"utilisation", optional_number(link.utilisation(), share)},
              {"true_load_bps", optional_number(link.true_load_bps, rounded)},
              {"uncertain_share", share(link.uncertain_share)}};
  put_beside(row, link);
  if (link.now_bps) row["now_bps"] = rounded(*link.now_bps);
  return row;
}

Json fates_json(const std::vector<FateAnswer>& fates) {
  Json list = Json::array();
  for (const FateAnswer& fate : fates) {
    list.push_back({{"reason", fate.reason}, {"bps", rounded(fate.bps)}, {"examples", fate.examples}});
  }
  return list;
}

// Shares of what was sent; where nothing was, it is not known which.
Json loss_json(const PairLoss& loss) {
  const double sent = loss.sent_bytes > 0 ? loss.sent_bytes : 1;
  return {{"from", loss.from},
          {"to", loss.to},
          {"sent_bytes", rounded(loss.sent_bytes)},
          {"received_bytes", rounded(loss.received_bytes)},
          {"lost_share", share(loss.sent_bytes > 0 ? loss.lost_bytes() / sent : 0)},
          {"low", share(loss.sent_bytes > 0 ? loss.low_bytes / sent : 0)},
          {"high", share(loss.sent_bytes > 0 ? loss.high_bytes / sent : 0)},
          {"shed", loss.shed}};
}

Json accuracy_json(const LoadAnswer& answer) {
  if (!answer.total_error) return nullptr;
  Json links = Json::array();
  for (const LinkAnswer& link : answer.links) {
    if (!link.true_load_bps) continue;
    const double error = link.load_bps - *link.true_load_bps;
    Json row = {{"id", link.id}, {"error_bps", rounded(error)}};
    row["error"] = *link.true_load_bps > 0 ? share(error / *link.true_load_bps) : Json(nullptr);
    links.push_back(std::move(row));
  }
  return {{"total_error", share(*answer.total_error)}, {"links", std::move(links)}};
}

// Rows of a breakdown under the name that their key goes by: "router", "name".
Json ranked(const std::vector<RankedRow>& rows, const char* name) {
  Json list = Json::array();
  for (const RankedRow& row : rows) {
    list.push_back({{name, row.label}, {"bps", rounded(row.bps)}, {"share", share(row.share)}});
  }
  return list;
}

Json hosts_json(const std::vector<RankedRow>& rows) {
  Json list = Json::array();
  for (const RankedRow& row : rows) {
    Json host = {{"name", row.label},
                 {"address", row.key},
                 {"sent_bps", rounded(row.sent_bps)},
                 {"received_bps", rounded(row.received_bps)}};
    if (row.instrumented) host["instrumented"] = *row.instrumented;
    list.push_back(std::move(host));
  }
  return list;
}

Json demands_json(const std::vector<DemandOnLink>& demands) {
  Json list = Json::array();
  for (const DemandOnLink& demand : demands) {
    list.push_back({{"from", demand.from},
                    {"to", demand.to},
                    {"prefix", demand.prefix},
                    {"bps", rounded(demand.bps)},
                    {"share_on_link", share(demand.share_on_link)}});
  }
  return list;
}

Json capture_losses(const std::vector<Loss>& losses) {
  Json list = Json::array();
  for (const Loss& loss : losses) {
    list.push_back({{"part", loss.part}, {"reason", loss.reason}, {"count", loss.count}});
  }
  return list;
}

}  // namespace

std::string status_json(const Status& status) {
  Json json = {{"name", status.name},
               {"version", status.version},
               {"mode", status.mode},
               {"span", {{"from", print_time(status.span_from)}, {"to", print_time(status.span_to)}}},
               {"watermark", print_time(status.watermark)},
               {"bin_s", seconds(status.bin)}};
  json["replay"] = nullptr;
  if (status.replay) {
    json["replay"] = {
        {"playing", status.replay->playing}, {"speed", status.replay->speed}, {"done", status.replay->done}};
  }
  json["hosts"] = status.hosts;
  json["routers"] = status.routers;
  json["traffic"] = status.traffic;
  json["routing"] = routing_json(status.routing);
  json["last_lsa"] = time_json(status.last_lsa);
  json["last_flow"] = time_json(status.last_flow);
  json["records"] = status.records;
  json["lsas"] = status.lsas;
  json["losses"] = capture_losses(status.losses);
  return json.dump();
}

std::string load_json(const LoadAnswer& answer) {
  Json json;
  put_envelope(json, answer.envelope);
  json["links"] = Json::array();
  for (const LinkAnswer& link : answer.links) json["links"].push_back(link_row(link));
  json["max_utilisation"] = share(answer.max_utilisation);
  json["total_bps"] = rounded(answer.total_bps);
  json["unrouted_bps"] = rounded(answer.unrouted_bps);
  json["unattached_bps"] = rounded(answer.unattached_bps);
  json["unattached"] = fates_json(answer.unattached);
  json["apart"] = fates_json(answer.apart);
  json["accuracy"] = accuracy_json(answer);
  return json.dump();
}

std::string losses_json(const LossesAnswer& answer) {
  Json json;
  put_envelope(json, answer.envelope);
  json["pairs"] = Json::array();
  for (const PairLoss& pair : answer.pairs) json["pairs"].push_back(loss_json(pair));
  return json.dump();
}

std::string series_json(const SeriesAnswer& answer) {
  Json bins = Json::array();
  for (const SeriesBin& bin : answer.bins) {
    bins.push_back({{"from", print_time(bin.from)},
                    {"total_bps", rounded(bin.total_bps)},
                    {"true_total_bps", optional_number(bin.true_total_bps, rounded)},
                    {"max_utilisation", share(bin.max_utilisation)},
                    {"total_error", optional_number(bin.total_error, share)},
                    {"stable", bin.stable}});
  }
  return Json{{"bins", std::move(bins)}, {"events", events_json(answer.events)}}.dump();
}

std::string top_json(const TopAnswer& answer) {
  Json json;
  put_envelope(json, answer.envelope);
  json["by"] = answer.by;
  if (answer.by == "apps") json["basis"] = answer.basis;
  json["rows"] = Json::array();
  for (const RankedRow& row : answer.rows) {
    Json one = {{"key", row.key},
                {"label", row.label},
                {"bps", rounded(row.bps)},
                {"pps", rounded(row.pps)},
                {"share", share(row.share)}};
    if (answer.by == "links") one["utilisation"] = optional_number(row.utilisation, share);
    if (answer.by == "hosts") {
      one["sent_bps"] = rounded(row.sent_bps);
      one["received_bps"] = rounded(row.received_bps);
    }
    if (answer.by == "demands") {
      one["from"] = row.from;
      one["to"] = row.to;
    }
    json["rows"].push_back(std::move(one));
  }
  return json.dump();
}

std::string link_json(const LinkDetail& detail) {
  Json json;
  put_envelope(json, detail.envelope);
  json["id"] = detail.link.id;
  json["from"] = detail.link.from;
  json["to"] = detail.link.to;
  json["load_bps"] = counted(detail.envelope, rounded(detail.link.load_bps));
  json["capacity_bps"] = capacity(detail.link.capacity_bps);
  json["utilisation"] = counted(detail.envelope, optional_number(detail.link.utilisation(), share));
  json["true_load_bps"] = optional_number(detail.link.true_load_bps, rounded);
  json["uncertain_share"] = counted(detail.envelope, share(detail.link.uncertain_share));
  put_beside(json, detail.link);
  json["cost"] = detail.cost ? Json(*detail.cost) : Json(nullptr);
  json["state"] = detail.up ? "up" : "down";
  json["sources"] = ranked(detail.sources, "router");
  json["sinks"] = ranked(detail.sinks, "router");
  json["hosts"] = hosts_json(detail.hosts);
  json["apps"] = ranked(detail.apps, "name");
  json["apps_basis"] = detail.apps_basis;
  json["processes"] = ranked(detail.processes, "name");
  json["users"] = ranked(detail.users, "name");
  json["demands"] = demands_json(detail.demands);
  json["series"] = Json::array();
  for (const LinkPoint& point : detail.series) {
    json["series"].push_back({{"from", print_time(point.from)},
                              {"load_bps", rounded(point.load_bps)},
                              {"true_load_bps", optional_number(point.true_load_bps, rounded)}});
  }
  json["reverse"] = detail.reverse.empty() ? Json(nullptr) : Json(detail.reverse);
  return json.dump();
}

std::string path_json(const PathAnswer& answer) {
  Json links = Json::array();
  for (const PathAnswer::Step& step : answer.links) {
    links.push_back({{"from", step.from}, {"to", step.to}, {"share", share(step.share)}});
  }
  return Json{{"src", answer.src},           {"dst", answer.dst},
              {"at", print_time(answer.at)}, {"cost", answer.cost ? Json(*answer.cost) : Json(nullptr)},
              {"links", std::move(links)},   {"reachable", answer.cost.has_value()}}
      .dump();
}

std::string vantages_json(const VantagesAnswer& answer) {
  return Json{{"at", print_time(answer.at)}, {"vantages", vantage_list(answer.vantages)}}.dump();
}

std::string events_answer_json(const EventsAnswer& answer) {
  return Json{{"from", print_time(answer.from)},
              {"to", print_time(answer.to)},
              {"total", answer.total},
              {"events", events_json(answer.events)}}
      .dump();
}

std::string instant_json(const InstantAnswer& answer) {
  Json evidence = Json::array();
  for (const EvidenceAnswer& lsa : answer.evidence) {
    evidence.push_back({{"area", lsa.area},
                        {"type", lsa.type},
                        {"id", lsa.id},
                        {"advertising_router", lsa.advertising_router},
                        {"before", lsa_json(lsa.before)},
                        {"after", lsa_json(lsa.after)}});
  }
  return Json{{"from", print_time(answer.from)},
              {"to", print_time(answer.to)},
              {"events", events_json(answer.events)},
              {"evidence", std::move(evidence)}}
      .dump();
}

std::string routing_event_json(const RoutingEvent& event) {
  Json json = event_json(event);
  json["at"] = json["time"];
  return json.dump();
}

std::string node_json(const NodeDetail& detail) {
  Json json;
  put_envelope(json, detail.envelope);
  json["id"] = detail.id;
  json["kind"] = detail.kind;
  json["state"] = detail.up ? "up" : "down";
  json["sent_bps"] = counted(detail.envelope, rounded(detail.sent_bps));
  json["received_bps"] = counted(detail.envelope, rounded(detail.received_bps));
  json["links"] = Json::array();
  for (const LinkAnswer& link : detail.links) {
    json["links"].push_back(
        {{"id", link.id},
         {"from", link.from},
         {"to", link.to},
         {"load_bps", counted(detail.envelope, rounded(link.load_bps))},
         {"utilisation", counted(detail.envelope, optional_number(link.utilisation(), share))}});
  }
  json["events"] = events_json(detail.events);
  json["hosts"] = hosts_json(detail.hosts);
  json["apps"] = ranked(detail.apps, "name");
  json["processes"] = ranked(detail.processes, "name");
  json["users"] = ranked(detail.users, "name");
  json["peers"] = hosts_json(detail.peers);
  return json.dump();
}

}  // namespace anemone

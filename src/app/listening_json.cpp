#include "app/listening_json.h"

#include <nlohmann/json.hpp>

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

Json spans_json(const std::vector<TimeSpan>& spans) {
  Json list = Json::array();
  for (const TimeSpan& span : spans)
    list.push_back({{"from", print_time(span.from)}, {"to", print_time(span.to)}});
  return list;
}

Json seconds_or_null(const std::optional<Duration>& duration) {
  return duration ? Json(seconds(*duration)) : Json(nullptr);
}

Json missed_json(const VantageHealth& health) {
  Json list = Json::array();
  for (const MissedLsa& missed : health.missed_first) {
    list.push_back({{"time", print_time(missed.time)},
                    {"area", print_area(missed.key.area)},
                    {"type", print_lsa_type(missed.key)},
                    {"id", print_lsa_id(missed.key)},
                    {"advertising_router", print_address(missed.key.router)},
                    {"sequence", static_cast<std::uint32_t>(missed.instance.sequence)}});
  }
  return list;
}

Json caught_up_json(const VantageHealth& health) {
  Json list = Json::array();
  for (const CaughtUp& caught : health.caught_up) {
    list.push_back({{"from", print_time(caught.from)},
                    {"known", caught.known},
                    {"missing", caught.missing},
                    {"time", caught.time ? Json(print_time(*caught.time)) : Json(nullptr)}});
  }
  return list;
}

Json vantage_json(const VantageHealth& health) {
  Json areas = Json::array();
  for (AreaId area : health.areas) areas.push_back(print_area(area));
  return {{"name", health.name},
          {"areas", std::move(areas)},
          {"listening", spans_json(health.listening)},
          {"gaps", spans_json(health.gaps())},
          {"unannounced_ends", health.unannounced_ends},
          {"lost_packets", health.lost_packets},
          {"compared", health.compared},
          {"clock_offset_s", seconds_or_null(health.clock_offset)},
          {"worst_lag_s", seconds_or_null(health.worst_lag)},
          {"late", health.late},
          {"missed", health.missed},
          {"missed_first", missed_json(health)},
          {"caught_up", caught_up_json(health)}};
}

}  // namespace

std::string listening_json(const ListeningReport& report) {
  Json json = {{"vantages", Json::array()}, {"areas", Json::array()}};
  for (const VantageHealth& health : report.vantages) json["vantages"].push_back(vantage_json(health));
  for (const AreaListening& area : report.areas) {
    json["areas"].push_back({{"area", print_area(area.area)},
                             {"vantages", area.vantages},
                             {"redundant", area.vantages.size() > 1},
                             {"unheard", spans_json(area.unheard)}});
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace anemone

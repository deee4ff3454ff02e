// The platform's answers as JSON, in the shapes of docs/api.md.
//
// Times are RFC 3339 UTC, rates rounded to a thousandth; what is not known is null. Headers of this
// folder stay free of the JSON library: text goes in and out.
#pragma once

#include <string>

#include "server/answers.h"

namespace anemone {

std::string status_json(const Status& status);
std::string topology_json(const TopologyAnswer& answer);
std::string load_json(const LoadAnswer& answer);
std::string losses_json(const LossesAnswer& answer);
std::string series_json(const SeriesAnswer& answer);
std::string top_json(const TopAnswer& answer);
std::string link_json(const LinkDetail& detail);
std::string vantages_json(const VantagesAnswer& answer);
std::string events_answer_json(const EventsAnswer& answer);
std::string instant_json(const InstantAnswer& answer);
std::string routing_event_json(const RoutingEvent& event);
std::string path_json(const PathAnswer& answer);
std::string node_json(const NodeDetail& detail);

}  // namespace anemone

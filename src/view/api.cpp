#include "view/api.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "view/answers_json.h"
#include "view/api_reading.h"
#include "view/coverage_json.h"
#include "view/metrics.h"
#include "view/whatif_api.h"

namespace anemone {
namespace {

constexpr ApiParameter kCount = {"n", "integer", "how many rows, 1 to 1000; 10"};

template <class T>
HttpResponse answer_with(const Result<T>& answer, std::string (*print)(const T&), int status,
                         const char* code) {
  if (!answer) return http_error(status, code, answer.error().message);
  return json_response(print(*answer));
}

// A handler that first reads which bin is asked for.
std::function<HttpResponse(const HttpRequest&)> asking(
    std::function<HttpResponse(const HttpRequest&, const BinQuestion&)> answer) {
  return [answer = std::move(answer)](const HttpRequest& request) {
    auto question = read_question(request);
    if (!question) return http_error(400, "bad_parameter", question.error().message);
    return answer(request, *question);
  };
}

constexpr auto kTopBy =
    std::to_array<std::string_view>({"links", "hosts", "apps", "processes", "users", "demands"});

HttpResponse change_replay(const HttpRequest& request, const Api::SetReplay& set_replay) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object())
    return http_error(400, "bad_body", "want JSON such as {\"playing\": true, \"speed\": 10}");
  std::optional<bool> playing;
  std::optional<double> speed;
  if (auto found = body.find("playing"); found != body.end()) {
    if (!found->is_boolean()) return http_error(400, "bad_body", "playing: want true or false");
    playing = found->get<bool>();
  }
  if (auto found = body.find("speed"); found != body.end()) {
    if (!found->is_number() || !(found->get<double>() > 0 && found->get<double>() <= 1000)) {
      return http_error(400, "bad_body", "speed: want a number above 0, at most 1000");
    }
    speed = found->get<double>();
  }
  set_replay(playing, speed);
  return json_response("");
}

}  // namespace

Api::Api(const Platform& platform, SetReplay set_replay) : platform_(platform) {
  add_status();
  add_routing();
  add_traffic();
  add_over_time();
  add_breakdowns();
  add(whatif_endpoints(platform_));
  if (set_replay) add_replay(std::move(set_replay));
  endpoints_.push_back(
      {"GET", "/api/v1/openapi.json", "This description", "OpenApi", {}, [this](const HttpRequest&) {
         return json_response(openapi_json(endpoints_));
       }});
}

void Api::add_status() {
  endpoints_.push_back(
      {"GET",
       "/api/v1/status",
       "What is replayed or received, and up to when",
       "Status",
       {},
       [this](const HttpRequest&) { return json_response(status_json(platform_.status())); }});
  endpoints_.push_back({"GET",
                        "/api/v1/topology",
                        "The network at an instant",
                        "Topology",
                        {kAt, kInstrumented},
                        asking([this](const HttpRequest&, const BinQuestion& question) {
                          return answer_with(platform_.topology(question), topology_json, 404, "no_topology");
                        })});
  endpoints_.push_back(
      {"GET",
       "/api/v1/path",
       "Hops with shares from SRC to DST",
       "Path",
       {{"src", "string", "a router or an address"}, {"dst", "string", "a router or an address"}, kAt},
       asking([this](const HttpRequest& request, const BinQuestion& question) {
         return answer_with(platform_.path(request.query.text("src"), request.query.text("dst"), question),
                            path_json, 404, "no_path");
       })});
}

void Api::add_routing() {
  endpoints_.push_back({"GET",
                        "/api/v1/events",
                        "What happened in the network, the newest last",
                        "Events",
                        {{"from", "string", "first instant; the beginning"},
                         {"to", "string", "before this instant; now"},
                         {"n", "integer", "how many at most, the newest, 1 to 10000; 1000"}},
                        [this](const HttpRequest& request) {
                          auto from = read_time(request, "from");
                          auto to = read_time(request, "to");
                          auto count = request.query.count("n", 1000);
                          if (!from) return http_error(400, "bad_parameter", from.error().message);
                          if (!to) return http_error(400, "bad_parameter", to.error().message);
                          if (!count || *count < 1 || *count > 10000) {
                            return http_error(400, "bad_parameter", "n: want a whole number from 1 to 10000");
                          }
                          return json_response(events_answer_json(platform_.events_of(*from, *to, *count)));
                        }});
  endpoints_.push_back({"GET",
                        "/api/v1/instant",
                        "The events of an instant, and the LSAs before and after that they are made of",
                        "Instant",
                        {{"at", "string", "an event's time"}},
                        [this](const HttpRequest& request) {
                          auto at = read_time(request, "at");
                          if (!at || !*at)
                            return http_error(400, "bad_parameter", "at: want an event's time");
                          return json_response(instant_json(platform_.instant(**at)));
                        }});
  endpoints_.push_back({"GET",
                        "/api/v1/vantages",
                        "Where the routing protocol is heard, and since when",
                        "Vantages",
                        {{"at", "string", "an instant; now"}},
                        [this](const HttpRequest& request) {
                          auto at = read_time(request, "at");
                          if (!at) return http_error(400, "bad_parameter", at.error().message);
                          return json_response(vantages_json(platform_.vantages(*at)));
                        }});
}

void Api::add_traffic() {
  endpoints_.push_back({"GET",
                        "/api/v1/load",
                        "The load of every directed link in a bin",
                        "Load",
                        {kAt, kInstrumented, {"last", "string", "the mean over so long up to then, as 1m"}},
                        asking([this](const HttpRequest& request, BinQuestion question) {
                          const std::string last = request.query.text("last");
                          if (!last.empty()) {
                            auto length = parse_duration(last);
                            if (!length)
                              return http_error(400, "bad_parameter", "last: " + length.error().message);
                            question.last = *length;
                          }
                          if (!platform_.counts_traffic()) return without_traffic();
                          return answer_with(platform_.load(question), load_json, 404, "no_data");
                        })});
  endpoints_.push_back({"GET",
                        "/api/v1/losses",
                        "What was lost between places whose agents see both ends, with its uncertainty",
                        "Losses",
                        {kAt, kInstrumented},
                        asking([this](const HttpRequest&, const BinQuestion& question) {
                          if (!platform_.counts_traffic()) return without_traffic();
                          return answer_with(platform_.path_losses(question), losses_json, 404, "no_data");
                        })});
}

void Api::add_over_time() {
  endpoints_.push_back({"GET",
                        "/api/v1/coverage",
                        "How much nobody saw over a time, and which hosts to instrument next",
                        "CoverageReport",
                        {{"from", "string", "first instant; an hour before the last"},
                         {"to", "string", "last instant; the watermark"},
                         kInstrumented,
                         kCount},
                        [this](const HttpRequest& request) {
                          auto from = read_time(request, "from");
                          auto to = read_time(request, "to");
                          auto instrumented = read_instrumented(request);
                          auto count = request.query.count("n", 10);
                          if (!from) return http_error(400, "bad_parameter", from.error().message);
                          if (!to) return http_error(400, "bad_parameter", to.error().message);
                          if (!instrumented)
                            return http_error(400, "bad_parameter", instrumented.error().message);
                          if (!count || *count < 1 || *count > 1000)
                            return http_error(400, "bad_parameter", "n: want a whole number from 1 to 1000");
                          if (!platform_.counts_traffic()) return without_traffic();
                          return answer_with(platform_.coverage(*from, *to, *instrumented, *count),
                                             coverage_json, 404, "no_data");
                        }});
  endpoints_.push_back({"GET",
                        "/api/v1/series",
                        "Total load of every bin, and what the routing did",
                        "Series",
                        {{"from", "string", "first instant; the span's start"},
                         {"to", "string", "last instant; the watermark"},
                         kInstrumented},
                        [this](const HttpRequest& request) {
                          auto from = read_time(request, "from");
                          auto to = read_time(request, "to");
                          auto instrumented = read_instrumented(request);
                          if (!from) return http_error(400, "bad_parameter", from.error().message);
                          if (!to) return http_error(400, "bad_parameter", to.error().message);
                          if (!instrumented)
                            return http_error(400, "bad_parameter", instrumented.error().message);
                          return answer_with(platform_.series(*from, *to, *instrumented), series_json, 404,
                                             "no_data");
                        }});
}

void Api::add_breakdowns() {
  endpoints_.push_back(
      {"GET",
       "/api/v1/top",
       "The largest links, hosts, apps, processes, users or demands of a bin",
       "Top",
       {{"by", "string", "links, hosts, apps, processes, users or demands"}, kAt, kInstrumented, kCount},
       asking([this](const HttpRequest& request, const BinQuestion& question) {
         const std::string by = request.query.text("by", "links");
         if (std::ranges::count(kTopBy, by) == 0) {
           return http_error(400, "bad_parameter",
                             "by: want links, hosts, apps, processes, users or demands");
         }
         auto count = request.query.count("n", 10);
         if (!count || *count < 1 || *count > 1000) {
           return http_error(400, "bad_parameter", "n: want a whole number from 1 to 1000");
         }
         if (!platform_.counts_traffic()) return without_traffic();
         return answer_with(platform_.top(by, question, *count), top_json, 404, "no_data");
       })});
  endpoints_.push_back({"GET",
                        "/api/v1/link",
                        "Whose load a directed link carries",
                        "LinkDetail",
                        {{"id", "string", "the link's id, as /topology gives it"}, kAt, kInstrumented},
                        asking([this](const HttpRequest& request, const BinQuestion& question) {
                          return answer_with(platform_.link(request.query.text("id"), question), link_json,
                                             404, "no_such_link");
                        })});
  endpoints_.push_back({"GET",
                        "/api/v1/node",
                        "What a router, network or host sends and receives",
                        "NodeDetail",
                        {{"id", "string", "a router's or host's name, a network's id"}, kAt, kInstrumented},
                        asking([this](const HttpRequest& request, const BinQuestion& question) {
                          return answer_with(platform_.node(request.query.text("id"), question), node_json,
                                             404, "no_such_node");
                        })});
}

void Api::add_replay(SetReplay set_replay) {
  endpoints_.push_back({"POST",
                        "/api/v1/replay",
                        "Play, pause, change the speed",
                        "Status",
                        {},
                        [this, set_replay = std::move(set_replay)](const HttpRequest& request) {
                          HttpResponse response = change_replay(request, set_replay);
                          if (response.status == 200) response.body = status_json(platform_.status());
                          return response;
                        },
                        Right::kOperate});
}

// Parameters that nobody reads are mistakes: a misspelt `at` must not look like an answer.
HttpResponse Api::answer_found(const ApiEndpoint& endpoint, const HttpRequest& request,
                               const PathParts& parts) {
  if (!may(request.role, endpoint.right)) {
    return http_error(403, "wrong_role",
                      "the role '" + std::string(print_role(request.role)) + "' may not do this");
  }
  for (const auto& [name, value] : request.query.values()) {
    bool known = false;
    for (const ApiParameter& parameter : endpoint.parameters) known |= name == parameter.name;
    if (!known)
      return http_error(400, "unknown_parameter", "'" + name + "' is no parameter of " + endpoint.path);
  }
  return endpoint.answer_at ? endpoint.answer_at(request, parts) : endpoint.answer(request);
}

std::optional<PathParts> match_path(std::string_view pattern, std::string_view path) {
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  PathParts parts;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      if (given[i].empty()) return std::nullopt;
      parts.emplace_back(given[i]);
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return parts;
}

void Api::add(std::vector<ApiEndpoint> endpoints) {
  for (ApiEndpoint& endpoint : endpoints) endpoints_.push_back(std::move(endpoint));
}

HttpResponse Api::answer(const HttpRequest& request) const {
  if (request.path == "/metrics") {
    if (!may(request.role, Right::kView))
      return http_error(403, "wrong_role", "metrics want a viewer's token");
    HttpResponse response = json_response(metrics_text(platform_.status()));
    if (more_metrics) response.body += more_metrics();
    response.content_type = "text/plain; version=0.0.4";
    return response;
  }
  if (request.path == "/healthz" || request.path == "/readyz") return json_response("{\"ok\":true}");
  const ApiEndpoint* other_method = nullptr;
  for (const ApiEndpoint& endpoint : endpoints_) {
    const auto parts = match_path(endpoint.path, request.path);
    if (!parts) continue;
    if (request.method == endpoint.method) return answer_found(endpoint, request, *parts);
    other_method = &endpoint;
  }
  if (other_method != nullptr) {
    return http_error(405, "wrong_method",
                      std::string(other_method->path) + " wants " + other_method->method);
  }
  return http_error(404, "no_such_path", "there is no " + request.path + "; see /api/v1/openapi.json");
}

}  // namespace anemone

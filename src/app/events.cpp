// `anemone events SOURCE...`: what happened in the network, with the LSAs that told it.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/evidence_text.h"
#include "app/listening_events.h"
#include "app/listening_json.h"
#include "app/routing_source.h"
#include "app/text_table.h"
#include "history/churn.h"
#include "history/event_lines.h"
#include "history/routing_history.h"
#include "lsdb/mrt_file.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

struct EventsOptions {
  std::vector<std::string> sources;
  KeyOptions keys;
  std::string from, to, last;
  std::vector<std::string> kinds;
  std::string router;
  bool all = false;
  bool evidence = false;
  bool churn = false;
  std::string format = "table";
};

struct Window {
  Time from = Time::min();
  Time to = Time::max();
};

// What is printed, whatever the format.
struct Told {
  const LsaLog& log;
  const RoutingHistory& history;
  const ListeningReport& listening;
  std::vector<EventLine> lines;
  Window window;
};

Result<Window> read_window(const EventsOptions& options, Time end) {
  Window window;
  if (!options.from.empty()) {
    const auto from = parse_time(options.from);
    if (!from) return from.error().in("--from");
    window.from = *from;
  }
  if (!options.to.empty()) {
    const auto to = parse_time(options.to);
    if (!to) return to.error().in("--to");
    window.to = *to;
  }
  if (!options.last.empty()) {
    const auto last = parse_duration(options.last);
    if (!last) return last.error().in("--last");
    if (!options.from.empty()) return Error{"--last and --from say both where to begin"};
    window.from = (options.to.empty() ? end : window.to) - *last;
  }
  return window;
}

bool is_of_kind(const RoutingEvent& event, const std::vector<std::string>& kinds) {
  if (kinds.empty()) return true;
  const auto wanted = [&](const std::string& kind) { return std::ranges::count(kinds, kind) > 0; };
  return wanted(event.kind) || (event.restarted && wanted(kRouterRestarted)) ||
         std::ranges::any_of(event.also, [&](const Consequence& also) { return wanted(also.kind); });
}

// The router's id, of any instant at which the history knows it.
Result<RouterId> find_router(const RoutingHistory& history, const std::string& name) {
  if (const auto id = parse_ipv4(name)) return *id;
  const auto last = history.at(Time::max());
  if (last == nullptr) return Error{"--router: nothing is known of any router"};
  const auto node = last->find(name);
  if (!node) return node.error().in("--router");
  return last->node(*node).router_id;
}

Result<std::vector<EventLine>> chosen(const EventsOptions& options, const RoutingHistory& history,
                                      const ListeningReport& listening, const Window& window) {
  auto events = history.events(Time::min(), Time::max());
  for (RoutingEvent& event : listening_events(listening)) events.push_back(std::move(event));
  const auto last = history.at(Time::max());
  std::vector<EventLine> lines = event_lines(events, last.get());
  if (!options.all) lines = fold_flapping(std::move(lines), {});
  std::erase_if(lines, [&](const EventLine& line) {
    return line.until < window.from || line.event.time >= window.to || !is_of_kind(line.event, options.kinds);
  });
  if (!options.router.empty()) {
    const auto router = find_router(history, options.router);
    if (!router) return router.error();
    std::erase_if(
        lines, [&](const EventLine& line) { return std::ranges::count(line.event.routers, *router) == 0; });
  }
  return lines;
}

Json heard_json(const RoutingEvent& event, const LsaLog& log) {
  struct Heard {
    Time first = Time::max();
    Time last = Time::min();
    std::size_t lsas = 0;
  };
  std::map<std::uint16_t, Heard> by_vantage;
  for (const auto& lsa : event.evidence) {
    for (const auto& [vantage, time] : lsa->heard) {
      Heard& heard = by_vantage[vantage];
      heard.first = std::min(heard.first, time);
      heard.last = std::max(heard.last, time);
      ++heard.lsas;
    }
  }
  Json list = Json::array();
  for (const auto& [vantage, heard] : by_vantage) {
    list.push_back({{"name", log.vantages[vantage]},
                    {"first", print_time(heard.first)},
                    {"last", print_time(heard.last)},
                    {"lsas", heard.lsas}});
  }
  return list;
}

Json lsa_json(const LsaNews& lsa, bool hex) {
  const auto instance = [&](const std::optional<StoredLsa>& stored) -> Json {
    if (!stored) return nullptr;
    Json json = {{"header", print_lsa_header(lsa.key, *stored)},
                 {"sequence", fmt::format("0x{:08x}", static_cast<std::uint32_t>(stored->instance.sequence))},
                 {"flushed", stored->instance.flushed()}};
    if (hex) json["hex"] = print_hex(whole_lsa(protocol_of(lsa.key.area.domain), *stored));
    return json;
  };
  return {{"time", print_time(lsa.time)},
          {"area", print_area(lsa.key.area)},
          {"type", print_lsa_type(lsa.key)},
          {"id", print_lsa_id(lsa.key)},
          {"advertising_router", print_address(lsa.key.router)},
          {"before", instance(lsa.before)},
          {"after", instance(lsa.after)}};
}

Json event_json(const EventLine& line, const Told& told, bool hex) {
  const RoutingEvent& event = line.event;
  Json also = Json::array();
  for (const Consequence& one : event.also) also.push_back({{"kind", one.kind}, {"text", one.text}});
  Json routers = Json::array();
  for (RouterId router : event.routers) routers.push_back(print_address(router));
  Json lsas = Json::array();
  for (const auto& lsa : event.evidence) lsas.push_back(lsa_json(*lsa, hex));
  return {{"time", print_time(event.time)},
          {"kind", event.kind},
          {"text", event.text},
          {"subject", event.subject},
          {"links", event.links},
          {"routers", std::move(routers)},
          {"restarted", event.restarted},
          {"also", std::move(also)},
          {"also_more", event.also_more},
          {"lasted_s", line.lasted ? Json(seconds(*line.lasted)) : Json(nullptr)},
          {"still", line.still},
          {"times", line.times},
          {"until", print_time(line.until)},
          {"began", print_time(event.began)},
          {"settled", print_time(event.settled)},
          {"convergence_s", seconds(event.settled - event.began)},
          {"lsa_count", event.lsas},
          {"heard_by", heard_json(event, told.log)},
          {"lsas", std::move(lsas)}};
}

Json churn_json(const Told& told) {
  Json list = Json::array();
  for (const Churn& one : churn(told.log, told.history.lsas(), told.window.from, told.window.to)) {
    list.push_back({{"origin", one.origin},
                    {"type", one.type},
                    {"instances", one.instances},
                    {"changed", one.changed},
                    {"refreshed", one.refreshed},
                    {"copies", one.copies}});
  }
  return list;
}

// The LSAs themselves, as other tools read them.
int print_mrt(const LsaLog& log, const Window& window) {
  ByteWriter out;
  std::size_t left_out = 0;
  for (const HeardLsa& heard : log.entries) {
    if (heard.time < window.from || heard.time >= window.to) continue;
    left_out += write_mrt(heard, out) ? 0 : 1;
  }
  const Bytes bytes = out.bytes();
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size() || std::fflush(stdout) != 0) {
    fmt::print(stderr, "anemone events: cannot write\n");
    return kFailed;
  }
  if (left_out > 0) {
    fmt::print(stderr, "anemone events: {} log entries that were only described have no place in MRT\n",
               left_out);
  }
  return kDone;
}

void print_json(const Told& told, const EventsOptions& options) {
  Json json = {{"events", Json::array()}};
  for (const EventLine& line : told.lines) json["events"].push_back(event_json(line, told, options.evidence));
  json.update(Json::parse(listening_json(told.listening)));
  if (options.churn) json["churn"] = churn_json(told);
  fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string lasted_text(const EventLine& line) {
  if (line.lasted) return print_span(*line.lasted);
  return line.still ? "still" : "";
}

std::string also_text(const RoutingEvent& event) {
  if (event.also.empty()) return "";
  const std::size_t more = event.also.size() + event.also_more - 1;
  return event.also[0].text + (more == 0 ? "" : fmt::format(" (+{})", more));
}

void print_churn(const Told& told) {
  TextTable table({"router", "LSAs", "instances", "changed", "refreshed", "copies"});
  for (const Churn& one : churn(told.log, told.history.lsas(), told.window.from, told.window.to)) {
    table.row({one.origin, one.type, std::to_string(one.instances), std::to_string(one.changed),
               std::to_string(one.refreshed), std::to_string(one.copies)});
  }
  fmt::print("\n{}", table.aligned());
}

void print_evidence(const Told& told) {
  for (const EventLine& line : told.lines) {
    if (line.event.evidence.empty()) continue;
    fmt::print("\n{}  {}\n", print_time(line.event.time), line.event.text);
    for (const Consequence& one : line.event.also) fmt::print("  also: {}\n", one.text);
    for (const auto& lsa : line.event.evidence) fmt::print("{}", print_evidence_text(*lsa, told.log));
  }
}

// One line an event: when, what, how long it lasted, how often, how long the routers took to tell it.
void print_table(const Told& told, const EventsOptions& options) {
  TextTable table({"time", "what", "lasted", "times", "told in", "also"});
  for (const EventLine& line : told.lines) {
    table.row({print_time(line.event.time), line.event.text, lasted_text(line), std::to_string(line.times),
               line.event.lsas == 0 ? "" : print_span(line.event.settled - line.event.began),
               also_text(line.event)});
  }
  fmt::print("{}", options.format == "csv" ? table.csv() : table.aligned());
  if (options.format == "csv") return;
  if (told.lines.empty()) fmt::print("nothing happened\n");
  if (options.churn) print_churn(told);
  if (options.evidence) print_evidence(told);
}

int fail(const Error& error) {
  fmt::print(stderr, "anemone events: {}\n", error.message);
  return kFailed;
}

}  // namespace

int events(int argc, char** argv) {
  EventsOptions options;
  Arguments arguments("events", "What happened in the network, as the routing protocol tells it.");
  arguments.positional("SOURCE", options.sources, "captures and LSA logs of one network", Need::kRequired);
  arguments.option("--from", options.from, "from this instant on (RFC 3339 or Unix seconds)");
  arguments.option("--to", options.to, "up to this instant");
  arguments.option("--last", options.last, "the last so long: 30s, 10m, 2h, 1d");
  arguments.option("--kind", options.kinds, "only these kinds: link_down, cost, restart, ...");
  arguments.option("--router", options.router, "only what concerns this router, by name or id");
  arguments.flag("--all", options.all, "what flaps line by line, too");
  arguments.flag("--evidence", options.evidence, "the LSAs before and after, byte by byte");
  arguments.flag("--churn", options.churn, "who said how much, and how much of it was news");
  options.keys.declare(arguments);
  arguments.choice("--format", options.format, {"table", "json", "csv", "mrt"},
                   "how to print; mrt: every LSA of the time, whatever else is asked for");
  if (const auto code = arguments.parse(argc, argv)) return *code;

  const auto recording = read_routing_recording("events", options.sources, options.keys);
  if (!recording) return fail(recording.error());
  const auto window = read_window(options, recording->to);
  if (!window) return fail(window.error());
  if (options.format == "mrt") return print_mrt(recording->log, *window);
  const auto history = routing_history(recording->log);
  const ListeningReport listening = listening_report(recording->log, history->lsas());
  auto lines = chosen(options, *history, listening, *window);
  if (!lines) return fail(lines.error());
  const Told told{recording->log, *history, listening, std::move(*lines), *window};
  if (options.format == "json") {
    print_json(told, options);
  } else {
    print_table(told, options);
  }
  return kDone;
}

}  // namespace anemone

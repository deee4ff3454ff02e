#include "view/agents_json.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "record/record_text.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTextMax = 64 * 1024;
constexpr Duration kWaitMax = 15s;
constexpr std::size_t kFlowsMax = 100'000;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json optional_time(const std::optional<Time>& time) { return time ? Json(print_time(*time)) : Json(); }

Result<Json> parse_object(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Error{"want a JSON object"};
  return json;
}

// The text under `key`; none when it is not there.
Result<std::optional<std::string>> text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::optional<std::string>();
  if (!found->is_string() || found->get_ref<const std::string&>().size() > kTextMax) {
    return Error{std::string(key) + ": want a text"};
  }
  return std::optional(found->get<std::string>());
}

Result<std::optional<Time>> time_of(const Json& object, const char* key) {
  auto text = text_of(object, key);
  if (!text) return text.error();
  if (!*text) return std::optional<Time>();
  auto time = parse_time(**text);
  if (!time) return time.error().in(key);
  return std::optional(*time);
}

Result<std::uint64_t> count_of(const Json& object, const char* key, std::uint64_t otherwise,
                               std::uint64_t most) {
  const auto found = object.find(key);
  if (found == object.end()) return otherwise;
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > most) {
    return Error{std::string(key) + ": want a whole number, at most " + std::to_string(most)};
  }
  return found->get<std::uint64_t>();
}

Result<std::vector<std::string>> texts_of(const Json& object, const char* key, std::size_t most) {
  std::vector<std::string> all;
  const auto found = object.find(key);
  if (found == object.end()) return all;
  if (!found->is_array() || found->size() > most) {
    return Error{std::string(key) + ": want a list of at most " + std::to_string(most)};
  }
  for (const Json& one : *found) {
    if (!one.is_string()) return Error{std::string(key) + ": want texts"};
    all.push_back(one.get<std::string>().substr(0, 1000));
  }
  return all;
}

const char* print_state(AnswerState state) {
  return state == AnswerState::kAnswered ? "answered" : state == AnswerState::kWaiting ? "waiting" : "failed";
}

Json definitions_of(const TaskList& tasks) {
  Json list = Json::array();
  for (const WantedDefinition& one : tasks.definitions)
    list.push_back({{"name", one.name}, {"define", one.define}});
  return list;
}

}  // namespace

std::string agents_json(const std::vector<AgentState>& agents) {
  Json list = Json::array();
  for (const AgentState& agent : agents) {
    Json counters = Json::object();
    for (const auto& [name, value] : agent.status.counters) counters[name] = value;
    const auto& offset = agent.status.clock_offset;
    list.push_back({{"name", agent.name},
                    {"last_seen", print_time(agent.last_seen)},
                    {"source", agent.status.source},
                    {"definitions", agent.status.definitions},
                    {"clock_offset_ms", offset ? Json(seconds(*offset) * 1000) : Json()},
                    {"files", agent.files},
                    {"records", agent.records},
                    {"bad_files", agent.bad_files},
                    {"version", agent.status.version},
                    {"counters", std::move(counters)},
                    {"problems", agent.status.problems}});
  }
  return dump({{"agents", std::move(list)}});
}

std::string tasks_json(const TaskList& tasks) {
  Json questions = Json::array();
  for (const OpenQuestion& one : tasks.questions) {
    questions.push_back(
        {{"id", one.id}, {"define", one.define}, {"from", print_time(one.from)}, {"to", print_time(one.to)}});
  }
  return dump({{"version", tasks.version},
               {"definitions", definitions_of(tasks)},
               {"questions", std::move(questions)}});
}

std::string definitions_json(const TaskList& tasks) {
  return dump({{"version", tasks.version}, {"definitions", definitions_of(tasks)}});
}

// Flows are many, so they are appended as `anemone flows` prints them, without a tree.
std::string query_json(const QueryAnswer& answer) {
  Json agents = Json::array();
  for (const AgentAnswer& one : answer.agents) {
    agents.push_back({{"name", one.name},
                      {"state", print_state(one.state)},
                      {"from", optional_time(one.from)},
                      {"to", optional_time(one.to)},
                      {"records", one.records},
                      {"error", one.error.empty() ? Json() : Json(one.error)}});
  }
  std::string out = "{\"from\":\"" + print_time(answer.from) + "\",\"to\":\"" + print_time(answer.to) +
                    "\",\"agents\":" + dump(agents) + ",\"flows\":[";
  for (const FlowRecord& flow : answer.flows) {
    if (&flow != answer.flows.data()) out += ",";
    append_json(flow, *answer.names, out);
  }
  const Json totals = {{"flows", answer.merged}, {"packets", answer.packets}, {"bytes", answer.bytes}};
  return out + "],\"left_off\":" + std::to_string(answer.left_off) + ",\"totals\":" + dump(totals) + "}";
}

Result<AgentStatus> parse_agent_status(std::string_view text, Time now) {
  const auto json = parse_object(text);
  if (!json) return json.error();
  AgentStatus status;
  auto version = count_of(*json, "version", 0, ~std::uint64_t{0});
  if (!version) return version.error();
  status.version = *version;
  auto source = text_of(*json, "source");
  if (!source) return source.error();
  status.source = source->value_or("").substr(0, 64);
  auto definitions = texts_of(*json, "definitions", 64);
  if (!definitions) return definitions.error();
  status.definitions = std::move(*definitions);
  auto problems = texts_of(*json, "problems", 1000);
  if (!problems) return problems.error();
  status.problems = std::move(*problems);
  auto clock = time_of(*json, "clock");
  if (!clock) return clock.error();
  if (*clock) status.clock_offset = **clock - now;
  if (const auto counters = json->find("counters"); counters != json->end()) {
    if (!counters->is_object()) return Error{"counters: want an object of numbers"};
    for (const auto& [name, value] : counters->items()) {
      if (!value.is_number_unsigned()) return Error{"counters: '" + name + "' is no whole number"};
      status.counters.emplace_back(name.substr(0, 100), value.get<std::uint64_t>());
    }
  }
  return status;
}

Result<std::string> parse_definition_text(std::string_view text) {
  const auto json = parse_object(text);
  if (!json) return json.error();
  auto define = text_of(*json, "define");
  if (!define) return define.error();
  if (!*define) return Error{"want {\"define\": \"...\"}"};
  return **define;
}

Result<QueryWish> parse_query_wish(std::string_view text, Time now) {
  const auto json = parse_object(text);
  if (!json) return json.error();
  QueryWish wish;
  auto define = text_of(*json, "define");
  if (!define) return define.error();
  wish.define = define->value_or("");
  auto last = text_of(*json, "last");
  auto from = time_of(*json, "from");
  auto to = time_of(*json, "to");
  if (!last) return last.error();
  if (!from) return from.error();
  if (!to) return to.error();
  if (last->has_value() == from->has_value()) return Error{"want either \"last\", or \"from\" and \"to\""};
  wish.to = to->value_or(now);
  if (*last) {
    auto length = parse_duration(**last);
    if (!length) return length.error().in("last");
    wish.from = wish.to - *length;
  } else {
    wish.from = **from;
  }
  if (wish.from >= wish.to) return Error{"\"from\" is not before \"to\""};
  auto wait = count_of(*json, "wait_ms", 2000, static_cast<std::uint64_t>(kWaitMax / 1ms));
  if (!wait) return wait.error();
  wish.wait = 1ms * static_cast<std::int64_t>(*wait);
  auto count = count_of(*json, "n", wish.flows_max, kFlowsMax);
  if (!count) return count.error();
  wish.flows_max = *count;
  return wish;
}

}  // namespace anemone

#include "agent/agent_work.h"

#include <nlohmann/json.hpp>

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTextMax = 64 * 1024;

Result<Json> parse_object(std::string_view text) {
  if (text.size() > (1 << 20)) return Error{"too long for an answer about work"};
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return Error{"no JSON object"};
  return json;
}

Result<std::string> text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return Error{std::string("no text '") + key + "'"};
  auto text = found->get<std::string>();
  if (text.size() > kTextMax) return Error{std::string("'") + key + "' is too long"};
  return text;
}

Result<Time> time_of(const Json& object, const char* key) {
  const auto text = text_of(object, key);
  if (!text) return text.error();
  const auto time = parse_time(*text);
  if (!time) return time.error().in(key);
  return *time;
}

// The objects of the array under `key`, at most `most`, each read by `read`.
template <class T, class Read>
Result<std::vector<T>> read_all(const Json& object, const char* key, std::size_t most, Read read) {
  std::vector<T> all;
  const auto found = object.find(key);
  if (found == object.end()) return all;
  if (!found->is_array()) return Error{std::string("'") + key + "' is no array"};
  if (found->size() > most) return Error{std::string("more ") + key + " than " + std::to_string(most)};
  for (const Json& one : *found) {
    if (!one.is_object()) return Error{std::string("what stands in '") + key + "' is no object"};
    Result<T> value = read(one);
    if (!value) return value.error().in(key);
    all.push_back(std::move(*value));
  }
  return all;
}

Result<NamedDefinition> read_definition(const Json& json) {
  auto name = text_of(json, "name");
  if (!name) return name.error();
  auto define = text_of(json, "define");
  if (!define) return define.error();
  return NamedDefinition{std::move(*name), std::move(*define)};
}

Result<Question> read_question(const Json& json) {
  auto id = text_of(json, "id");
  if (!id) return id.error();
  auto define = text_of(json, "define");
  if (!define) return define.error();
  const auto from = time_of(json, "from");
  if (!from) return from.error();
  const auto to = time_of(json, "to");
  if (!to) return to.error();
  return Question{std::move(*id), std::move(*define), *from, *to};
}

}  // namespace

Result<AgentWork> parse_agent_work(std::string_view text) {
  const auto json = parse_object(text);
  if (!json) return json.error();
  AgentWork work;
  const auto version = json->find("version");
  if (version == json->end() || !version->is_number_unsigned()) return Error{"no number 'version'"};
  work.version = version->get<std::uint64_t>();
  auto definitions = read_all<NamedDefinition>(*json, "definitions", kDefinitionsMax, read_definition);
  if (!definitions) return definitions.error();
  work.definitions = std::move(*definitions);
  auto questions = read_all<Question>(*json, "questions", kQuestionsMax, read_question);
  if (!questions) return questions.error();
  work.questions = std::move(*questions);
  return work;
}

std::string print_agent_report(const AgentReport& report) {
  Json counters = Json::object();
  for (const auto& [name, value] : report.counters) counters[name] = value;
  const Json json = {{"version", report.version},         {"definitions", report.definitions},
                     {"clock", print_time(report.clock)}, {"source", report.source},
                     {"counters", std::move(counters)},   {"problems", report.problems}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Time> parse_server_clock(std::string_view text) {
  const auto json = parse_object(text);
  if (!json) return json.error();
  return time_of(*json, "clock");
}

}  // namespace anemone

#include "app/query_server.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint64_t bytes_of(const Json& flow) {
  const auto found = flow.find("bytes");
  return found != flow.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string cell(const Json& flow, const std::string& head) {
  const auto found = flow.find(head);
  if (found == flow.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

void read_agents(const Json& agents, ServerAnswer& answer) {
  for (const Json& agent : agents) {
    if (!agent.is_object()) continue;
    ++answer.agents;
    const std::string state = text_of(agent, "state");
    if (state == "answered") {
      ++answer.answered;
    } else {
      const std::string error = text_of(agent, "error");
      answer.problems.push_back(text_of(agent, "name") + ": " + state + (error.empty() ? "" : ": " + error));
    }
  }
}

}  // namespace

std::string print_question(const ServerQuestion& question) {
  Json json = {{"define", question.define}};
  if (!question.last.empty()) json["last"] = question.last;
  if (!question.from.empty()) json["from"] = question.from;
  if (!question.to.empty()) json["to"] = question.to;
  json["wait_ms"] = question.wait_ms;
  return json.dump();
}

Result<ServerAnswer> read_server_answer(const std::string& text, const std::vector<std::string>& columns,
                                        std::size_t top) {
  Json json = Json::parse(text, nullptr, false);
  const Error odd{"the server's answer is not what docs/formats/agent-api.md says"};
  if (!json.is_object() || !json.contains("flows") || !json["flows"].is_array()) return odd;
  Json& flows = json["flows"];
  if (std::any_of(flows.begin(), flows.end(), [](const Json& flow) { return !flow.is_object(); })) return odd;
  ServerAnswer answer;
  if (top > 0) {
    std::stable_sort(flows.begin(), flows.end(),
                     [](const Json& a, const Json& b) { return bytes_of(a) > bytes_of(b); });
    if (flows.size() > top) flows.erase(flows.begin() + static_cast<std::ptrdiff_t>(top), flows.end());
  }
  answer.from = text_of(json, "from");
  answer.to = text_of(json, "to");
  if (json.contains("agents") && json["agents"].is_array()) read_agents(json["agents"], answer);
  for (const Json& flow : flows) {
    std::vector<std::string> row;
    row.reserve(columns.size());
    for (const std::string& column : columns) row.push_back(cell(flow, column));
    answer.rows.push_back(std::move(row));
  }
  answer.json = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return answer;
}

}  // namespace anemone

#include "view/agents_api.h"

#include <algorithm>

#include "base/text.h"
#include "record/uploader.h"
#include "view/agents_json.h"
#include "view/api_reading.h"
#include "view/metrics.h"

namespace anemone {
namespace {

Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool is_stream(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

HttpResponse take_file(const AgentParts& server, const HttpRequest& request, const PathParts& parts) {
  const auto sequence = parse_u64(parts[1]);
  const std::string stream = request.query.text("stream");
  if (!sequence || *sequence == 0) return http_error(400, "bad_sequence", "want a file's number, 1 or more");
  if (!is_stream(stream))
    return http_error(400, "bad_stream", "stream: want 32 hexadecimal digits, in lower case");
  const IntakeAnswer answer = server.intake.take(parts[0], stream, *sequence, bytes_of(request.body));
  switch (answer.outcome) {
    case IntakeOutcome::kBadFile:
      server.agents.sent_bad_file(parts[0]);
      return http_error(400, "bad_file", "not a whole IPFIX File: " + answer.problem);
    case IntakeOutcome::kBusy:
    case IntakeOutcome::kStoreFailed:
      return http_error(503, "not_now", answer.problem);
    case IntakeOutcome::kKept:
      server.agents.sent_file(parts[0], answer.records);
      break;
    case IntakeOutcome::kHad:
      break;
  }
  return json_response("{\"stream\":\"" + stream + "\",\"sequence\":" + std::to_string(*sequence) +
                       ",\"kept\":" + (answer.outcome == IntakeOutcome::kKept ? "true}" : "false}"));
}

HttpResponse take_answer(const AgentParts& server, const HttpRequest& request, const PathParts& parts) {
  auto from = request.query.time("from", Time{});
  auto to = request.query.time("to", Time{});
  if (!from) return http_error(400, "bad_parameter", from.error().message);
  if (!to) return http_error(400, "bad_parameter", to.error().message);
  auto taken = server.tasks.answered(parts[0], parts[1], *from, *to, bytes_of(request.body),
                                     request.query.text("error"));
  if (!taken) return http_error(400, "bad_file", "not a whole IPFIX File: " + taken.error().message);
  return json_response(*taken ? "{\"taken\":true}" : "{\"taken\":false}");
}

HttpResponse take_status(const AgentParts& server, const HttpRequest& request, const PathParts& parts) {
  auto status = parse_agent_status(request.body, server.clock.now());
  if (!status) return http_error(400, "bad_body", status.error().message);
  server.agents.reported(parts[0], std::move(*status));
  return json_response("{\"clock\":\"" + print_time(server.clock.now()) + "\"}");
}

HttpResponse set_definition(const AgentParts& server, const HttpRequest& request, const PathParts& parts) {
  auto define = parse_definition_text(request.body);
  if (!define) return http_error(400, "bad_body", define.error().message);
  if (auto set = server.tasks.set_definition(parts[0], *define); !set) {
    return http_error(400, "bad_definition", set.error().message);
  }
  return json_response(definitions_json(server.tasks.tasks_of("")));
}

HttpResponse remove_definition(const AgentParts& server, const PathParts& parts) {
  auto removed = server.tasks.remove_definition(parts[0]);
  if (!removed) return http_error(503, "not_now", removed.error().message);
  if (!*removed) return http_error(404, "no_such_definition", "there is no definition '" + parts[0] + "'");
  return json_response(definitions_json(server.tasks.tasks_of("")));
}

HttpResponse ask(const AgentParts& server, const HttpRequest& request) {
  auto wish = parse_query_wish(request.body, server.clock.now());
  if (!wish) return http_error(400, "bad_body", wish.error().message);
  auto answer = server.tasks.ask(*wish);
  if (!answer) {
    const bool busy = answer.error().message.starts_with("too many");
    return http_error(busy ? 503 : 400, busy ? "not_now" : "bad_definition", answer.error().message);
  }
  return json_response(query_json(*answer));
}

// A handler for what agents send: whose name it is, is looked at, and that the agent spoke is remembered.
template <class Answer>
std::function<HttpResponse(const HttpRequest&, const PathParts&)> from_agent(const AgentParts& server,
                                                                             Answer answer) {
  return [server, answer](const HttpRequest& request, const PathParts& parts) {
    if (!is_agent_name(std::string_view(parts[0]))) {
      return http_error(400, "bad_name", "an agent's name is 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    if (!may_speak_for({request.role, request.caller}, parts[0])) {
      server.agents.spoke_for_another();
      return http_error(403, "wrong_agent",
                        "this token is " + request.caller + "'s, and may not speak for " + parts[0] +
                            ": give the agent its own token (anemone token --role agent --name " + parts[0] +
                            "), or the name that its token has (--name)");
    }
    if (!server.agents.seen(parts[0])) return http_error(503, "not_now", "too many agents for this server");
    return answer(server, request, parts);
  };
}

void add_for_agents(const AgentParts& server, std::vector<ApiEndpoint>& out) {
  out.push_back({"PUT",
                 "/api/v1/agents/{name}/files/{sequence}",
                 "Keep an IPFIX File of an agent, exactly once",
                 "FileKept",
                 {{"stream", "string", "the spool that the file is of, 32 hexadecimal digits"}},
                 {},
                 Right::kReport,
                 from_agent(server, take_file),
                 "IpfixFile"});
  out.push_back({"GET",
                 "/api/v1/agents/{name}/work",
                 "What this agent is to do",
                 "AgentWork",
                 {},
                 {},
                 Right::kReport,
                 from_agent(server, [](const AgentParts& parts, const HttpRequest&, const PathParts& path) {
                   return json_response(tasks_json(parts.tasks.tasks_of(path[0])));
                 })});
  out.push_back({"PUT",
                 "/api/v1/agents/{name}/answers/{id}",
                 "An agent's answer to a question",
                 "AnswerTaken",
                 {{"from", "string", "from when on it covers"},
                  {"to", "string", "until when"},
                  {"error", "string", "why there is no answer"}},
                 {},
                 Right::kReport,
                 from_agent(server, take_answer),
                 "IpfixFile"});
  out.push_back({"PUT",
                 "/api/v1/agents/{name}/status",
                 "How an agent is",
                 "ServerClock",
                 {},
                 {},
                 Right::kReport,
                 from_agent(server, take_status),
                 "AgentStatus"});
}

void add_for_people(const AgentParts& server, std::vector<ApiEndpoint>& out) {
  out.push_back({"GET",
                 "/api/v1/agents",
                 "All agents that have spoken since the server started",
                 "Agents",
                 {},
                 [server](const HttpRequest&) { return json_response(agents_json(server.agents.list())); }});
  out.push_back(
      {"GET",
       "/api/v1/definitions",
       "The flow definitions that agents are to run",
       "Definitions",
       {},
       [server](const HttpRequest&) { return json_response(definitions_json(server.tasks.tasks_of(""))); }});
  out.push_back({"PUT",
                 "/api/v1/definitions/{name}",
                 "Set a flow definition; at most two",
                 "Definitions",
                 {},
                 {},
                 Right::kOperate,
                 [server](const HttpRequest& request, const PathParts& parts) {
                   return set_definition(server, request, parts);
                 },
                 "DefinitionText"});
  out.push_back(
      {"DELETE",
       "/api/v1/definitions/{name}",
       "Remove a flow definition",
       "Definitions",
       {},
       {},
       Right::kOperate,
       [server](const HttpRequest&, const PathParts& parts) { return remove_definition(server, parts); }});
  out.push_back({"POST",
                 "/api/v1/queries",
                 "Apply a flow definition to what agents still remember",
                 "Query",
                 {},
                 [server](const HttpRequest& request) { return ask(server, request); },
                 Right::kView,
                 {},
                 "QueryWish"});
}

}  // namespace

std::vector<ApiEndpoint> agent_endpoints(AgentParts parts) {
  std::vector<ApiEndpoint> endpoints;
  add_for_agents(parts, endpoints);
  add_for_people(parts, endpoints);
  return endpoints;
}

std::string agent_metrics_text(const AgentParts& parts) {
  const IntakeCounters now = parts.intake.counters();
  std::string text;
  append_counter(text, "anemone_intake_files_total", "files of agents that were kept", now.files);
  append_counter(text, "anemone_intake_records_total", "flow records in them", now.records);
  append_counter(text, "anemone_intake_bytes_total", "their size", now.bytes);
  append_counter(text, "anemone_intake_repeated_total", "files that were there already", now.repeated);
  append_counter(text, "anemone_intake_bad_files_total", "files that were no IPFIX", now.bad_files);
  append_counter(text, "anemone_intake_bad_times_total", "records of clocks that are far ahead",
                 now.bad_times);
  append_counter(text, "anemone_intake_busy_total", "files sent away for too many at once", now.busy);
  append_counter(text, "anemone_intake_store_failed_total", "files that the store could not keep",
                 now.store_failed);
  append_counter(text, "anemone_agents_refused_total", "requests of agents beyond the limit",
                 parts.agents.refused());
  append_counter(text, "anemone_agents_wrong_name_total",
                 "requests of agents under a name that their token is not for", parts.agents.wrong_names());
  append_gauge(text, "anemone_agents", "agents that spoke within 45 s",
               static_cast<double>(parts.agents.heard_within(AgentTasks::kHeard).size()));
  return text;
}

}  // namespace anemone

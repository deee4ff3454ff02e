// anemone define: the flow definitions that a server hands to its agents. Shows them, sets one, takes one
// away.

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/server_options.h"
#include "app/text_table.h"
#include "flow/flow_definition.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDefinitions = "/api/v1/definitions";

void say(const std::string& what) { std::fprintf(stderr, "anemone define: %s\n", what.c_str()); }

Result<void> set(HttpClient& client, const FlowDefinition& definition) {
  const Json body = {{"define", print_flow_definition(definition)}};
  auto answer = ask_server(client, "PUT", std::string(kDefinitions) + "/" + encode_url_part(definition.name),
                           body.dump());
  if (!answer) return answer.error();
  return {};
}

// As {"definitions":[{"name","define"}]}, or the list alone.
Result<std::string> shown(const std::string& text, const std::string& format) {
  const Json json = Json::parse(text, nullptr, false);
  const Json& list = json.is_object() && json.contains("definitions") ? json["definitions"] : json;
  if (!list.is_array()) return Error{"the server's answer is not what docs/formats/agent-api.md says"};
  if (format == "json") return text + "\n";
  TextTable table({"name", "define"});
  for (const Json& one : list) {
    if (one.is_object()) table.row({one.value("name", ""), one.value("define", "")});
  }
  return format == "csv" ? table.csv() : table.aligned();
}

Result<std::string> run_define(HttpClient& client, const FlowDefinition& wanted, const std::string& drop,
                               const std::string& format) {
  if (!drop.empty()) {
    auto gone = ask_server(client, "DELETE", std::string(kDefinitions) + "/" + encode_url_part(drop));
    if (!gone) return gone.error();
  }
  if (!wanted.name.empty()) {
    if (auto done = set(client, wanted); !done) return done.error();
  }
  auto list = ask_server(client, "GET", kDefinitions);
  if (!list) return list.error();
  return shown(*list, format);
}

}  // namespace

int define(int argc, char** argv) {
  ServerOptions server;
  std::string text;
  std::string drop;
  std::string format = "table";
  Arguments arguments(
      "define",
      "The flow definitions that a server hands to all of its agents (docs/flow-definitions.md): "
      "shows them; with DEFINITION sets the one of that name, which is in force within 5 s.");
  arguments.positional("DEFINITION", text, "as 'name web; key src dport process; where dst port 80,443'",
                       Need::kOptional);
  server.declare(arguments);
  arguments.option("--drop", drop, "take away the one of this name; without any, agents use their own");
  arguments.choice("--format", format, {"table", "json", "csv"}, "how to write them");
  if (auto code = arguments.parse(argc, argv)) return *code;
  auto wanted = parse_flow_definition(text);
  if (!wanted || (!text.empty() && wanted->name.empty()) || server.server.empty()) {
    say(!wanted                 ? wanted.error().message
        : server.server.empty() ? "which server? (--server URL)"
                                : "a definition needs a name here: 'name web; ...'");
    return kWrongUsage;
  }
  auto client = server.connect(20s);
  if (!client) {
    say(client.error().message);
    return kWrongUsage;
  }
  const auto told = run_define(**client, *wanted, drop, format);
  if (!told) {
    say(told.error().message);
    return kFailed;
  }
  std::fputs(told->c_str(), stdout);
  return std::fflush(stdout) == 0 ? kDone : kFailed;
}

}  // namespace anemone

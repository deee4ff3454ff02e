// The answers' schemas, in one line a shape: "name:type", a type being string, number, integer, boolean,
// time, another shape, or words to choose from (up|down); "[]" behind it for a list, "?" where it may be
// null, "~" where it may be absent. tests/api_check.py holds every answer of a running server against them.

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "view/api.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

struct Shape {
  const char* name;
  const char* fields;
};

constexpr auto kShapes = std::to_array<Shape>({
    {"Span", "from:time to:time"},
    {"Bin", "from:time to:time complete:boolean stable:boolean carried_share:number"},
    {"LateAgent", "agent:string since:time"},
    {"Coverage",
     "hosts:integer instrumented:integer bytes_share:number addresses:Addresses~ unseen_bps:UnseenTraffic~"},
    {"Estimate", "bps:number low_bps:number high_bps:number"},
    {"Replay", "playing:boolean speed:number done:boolean"},
    {"Loss", "part:string reason:string count:integer"},
    {"Listened", "from:time to:time"},
    {"Vantage",
     "name:string state:listening|stopped|silent|recorded since:time last_lsa:time? lsas:integer "
     "lost:integer "
     "late:integer latest_s:number areas:string[] listened:Listened[]"},
    {"RoutingStatus",
     "live:boolean database:integer unseen:integer unseen_due:time? vantages:Vantage[] problems:string[]"},
    {"Vantages", "at:time vantages:Vantage[]"},
    {"Lsa", "sequence:integer age_s:integer arrived:time vantage:string lines:string[]"},
    {"Evidence", "area:string type:string id:string advertising_router:string before:Lsa? after:Lsa?"},
    {"Status",
     "name:string version:string mode:demo|serve span:Span watermark:time bin_s:number replay:Replay? "
     "hosts:integer routers:integer traffic:boolean routing:RoutingStatus last_lsa:time? last_flow:time? "
     "records:integer lsas:integer "
     "losses:Loss[]"},
    {"Router",
     "id:string name:string areas:string[] abr:boolean asbr:boolean site:string? x:number? y:number?"},
    {"Network", "id:string prefix:string routers:string[] x:number? y:number?"},
    {"TopologyLink",
     "id:string from:string to:string area:string cost:integer capacity_bps:number? interface:string "
     "state:up|down"},
    {"TopologyHost", "name:string address:string router:string? instrumented:boolean"},
    {"AttachedPrefix", "prefix:string router:string cost:integer kind:string"},
    {"UnseenLsa", "area:string type:string id:string advertising_router:string due:time?"},
    {"LsaCounts", "*:integer"},
    {"Topology",
     "at:time routers:Router[] networks:Network[] links:TopologyLink[] hosts:TopologyHost[] "
     "prefixes:AttachedPrefix[] unseen:UnseenLsa[] lsas:LsaCounts"},
    {"LinkLoad",
     "id:string from:string to:string load_bps:number load_pps:number capacity_bps:number? "
     "utilisation:number? true_load_bps:number? uncertain_share:number estimate:Estimate? "
     "counter_bps:number? residual_bps:number? now_bps:number~"},
    {"NotInDemand", "reason:string bps:number examples:string[]"},
    {"PairLoss",
     "from:string to:string sent_bytes:number received_bytes:number lost_share:number low:number high:number "
     "shed:boolean"},
    {"Losses", "bin:Bin coverage:Coverage watermark:time late:LateAgent[] pairs:PairLoss[]"},
    {"LinkError", "id:string error_bps:number error:number?"},
    {"Accuracy", "total_error:number links:LinkError[]"},
    {"Load",
     "bin:Bin coverage:Coverage watermark:time late:LateAgent[] links:LinkLoad[] max_utilisation:number "
     "total_bps:number "
     "unrouted_bps:number unattached_bps:number unattached:NotInDemand[] apart:NotInDemand[] "
     "accuracy:Accuracy?"},
    {"Addresses", "instrumented:integer could:integer"},
    {"UnseenTraffic", "estimate:number low:number high:number assumed:boolean"},
    {"NextHost",
     "name:string address:string router:string? gain:number bps:number known_bps:number hours:number"},
    {"ResidualLink", "id:string residual_bps:number low_bps:number high_bps:number"},
    {"CoverageReport",
     "from:time to:time bins:integer addresses:Addresses bytes_share:number unseen_bps:UnseenTraffic "
     "hosts:NextHost[] links:ResidualLink[]"},
    {"SeriesBin",
     "from:time total_bps:number true_total_bps:number? max_utilisation:number total_error:number? "
     "stable:boolean"},
    {"NetworkEvent", "time:time kind:string text:string links:string[]"},
    {"Events", "from:time to:time total:integer events:NetworkEvent[]"},
    {"Instant", "from:time to:time events:NetworkEvent[] evidence:Evidence[]"},
    {"Series", "bins:SeriesBin[] events:NetworkEvent[]"},
    {"TopRow",
     "key:string label:string bps:number pps:number share:number utilisation:number?~ sent_bps:number~ "
     "received_bps:number~ from:string~ to:string~"},
    {"Top",
     "bin:Bin coverage:Coverage watermark:time late:LateAgent[] by:links|hosts|apps|processes|users|demands "
     "basis:string~ rows:TopRow[]"},
    {"WhatIfWish", "scenario:string against:string?~"},
    {"LoadSpread",
     "median_bps:number p95_bps:number worst_bps:number worst_bin:time worst_utilisation:number?"},
    {"LinkOutcome",
     "id:string from:string to:string before_bps:number after_bps:number capacity_bps:number? "
     "state:up|added|gone overloaded:boolean before:LoadSpread after:LoadSpread"},
    {"WhatIfSide",
     "max_utilisation:number worst_bin:time median_max_utilisation:number p95_max_utilisation:number "
     "offered_bps:number unrouted_bps:number unattached_bps:number local_bps:number"},
    {"DemandOutcome",
     "from:string to:string bps:number cost_before:integer? cost_after:integer? "
     "latency_before_us:number? latency_after_us:number?"},
    {"HurtRow", "name:string bps:number disconnected_bps:number overloaded_bps:number longer_bps:number"},
    {"Hurt", "applications:HurtRow[] processes:HurtRow[] users:HurtRow[] routers:HurtRow[] sites:HurtRow[]"},
    {"WhatIf",
     "bins:integer from:time to:time before:WhatIfSide after:WhatIfSide disconnected_bps:number "
     "coverage:number uncertain:number links:LinkOutcome[] worst:string[] demands:DemandOutcome[] hurt:Hurt"},
    {"WhatIfAnswers", "answers:WhatIf[]"},
    {"SweepWish", "scenario:string?~ failures:string?~ pairs:boolean?~"},
    {"WorstLoad", "bps:number utilisation:number? bin:time? failure:string?"},
    {"SweptLink",
     "id:string from:string to:string capacity_bps:number? without_failure:WorstLoad worst:WorstLoad"},
    {"TriedFailure", "name:string max_utilisation:number link:string? bin:time? disconnected_bps:number"},
    {"CutOff", "name:string cut_off:integer"},
    {"LonePrefix", "prefix:string router:string?"},
    {"WeakPoints", "bridges:CutOff[] cuts:string[][] articulations:CutOff[] lone_prefixes:LonePrefix[]"},
    {"Sweep",
     "bins:integer bins_elsewhere:integer network_at:time? coverage:number pairs:boolean tried:integer "
     "links:SweptLink[] "
     "failures:TriedFailure[] weak_points:WeakPoints"},
    {"Bound", "from:time to:time utilization:number bound:number reached:number exact:boolean gap:number"},
    {"RouterShare", "router:string bps:number share:number"},
    {"AppShare", "name:string bps:number share:number"},
    {"HostTraffic", "name:string address:string sent_bps:number received_bps:number instrumented:boolean~"},
    {"LinkDemand", "from:string to:string prefix:string bps:number share_on_link:number"},
    {"LinkPoint", "from:time load_bps:number true_load_bps:number?"},
    {"LinkDetail",
     "bin:Bin coverage:Coverage watermark:time late:LateAgent[] id:string from:string to:string "
     "load_bps:number? "
     "capacity_bps:number? utilisation:number? true_load_bps:number? uncertain_share:number? "
     "estimate:Estimate? "
     "counter_bps:number? residual_bps:number? cost:integer? state:up|down "
     "sources:RouterShare[] sinks:RouterShare[] hosts:HostTraffic[] apps:AppShare[] apps_basis:string "
     "processes:AppShare[] users:AppShare[] demands:LinkDemand[] "
     "series:LinkPoint[] reverse:string?"},
    {"NodeLink", "id:string from:string to:string load_bps:number? utilisation:number?"},
    {"NodeDetail",
     "bin:Bin coverage:Coverage watermark:time late:LateAgent[] id:string kind:router|network|host "
     "state:up|down "
     "sent_bps:number? received_bps:number? "
     "links:NodeLink[] events:NetworkEvent[] hosts:HostTraffic[] apps:AppShare[] processes:AppShare[] "
     "users:AppShare[] peers:HostTraffic[]"},
    {"PathLink", "from:string to:string share:number"},
    {"Path", "src:string dst:string at:time cost:integer? links:PathLink[] reachable:boolean"},
    {"AgentCounters", "*:integer"},
    {"Agent",
     "name:string last_seen:time source:string definitions:string[] clock_offset_ms:number? files:integer "
     "records:integer bad_files:integer version:integer counters:AgentCounters problems:string[]"},
    {"Agents", "agents:Agent[]"},
    {"FileKept", "stream:string sequence:integer kept:boolean"},
    {"Definition", "name:string define:string"},
    {"AgentQuestion", "id:string define:string from:time to:time"},
    {"AgentWork", "version:integer definitions:Definition[] questions:AgentQuestion[]"},
    {"Definitions", "version:integer definitions:Definition[]"},
    {"DefinitionText", "define:string"},
    {"AgentStatus",
     "version:integer~ definitions:string[]~ clock:time~ source:string~ counters:AgentCounters~ "
     "problems:string[]~"},
    {"ServerClock", "clock:time"},
    {"AnswerTaken", "taken:boolean"},
    {"QueryWish", "define:string last:string~ from:time~ to:time~ wait_ms:integer~ n:integer~"},
    {"QueryAgent",
     "name:string state:answered|waiting|failed from:time? to:time? records:integer error:string?"},
    {"QueryTotals", "flows:integer packets:integer bytes:integer"},
    {"QueryFlow", "start:time end:time *:any"},
    {"Query", "from:time to:time agents:QueryAgent[] flows:QueryFlow[] left_off:integer totals:QueryTotals"},
    {"CounterSample",
     "link:string~ router:string~ interface:string~ direction:out|in~ time:any bytes:any packets:any~"},
    {"CounterSamples", "samples:CounterSample[]"},
    {"RefusedSample", "sample:integer field:string message:string"},
    {"CountersTaken",
     "taken:integer repeated:integer contradicting:integer too_old:integer too_many:integer "
     "refused:RefusedSample[] unknown:string[]"},
    {"CounterRow", "name:string link:string? from:time to:time samples:integer wraps:integer resets:integer"},
    {"Counters",
     "counters:CounterRow[] taken:integer repeated:integer contradicting:integer too_old:integer "
     "too_many:integer wraps:integer resets:integer"},
    {"ErrorText", "code:string message:string"},
    {"Error", "error:ErrorText"},
    {"OpenApi", "openapi:string *:any"},
});

Json reference(const std::string& name) { return {{"$ref", "#/components/schemas/" + name}}; }

Json type_schema(std::string type) {
  if (type == "any") return Json::object();
  if (type.ends_with('?')) {
    type.pop_back();
    return {{"anyOf", {type_schema(type), {{"type", "null"}}}}};
  }
  if (type.ends_with("[]")) {
    return {{"type", "array"}, {"items", type_schema(type.substr(0, type.size() - 2))}};
  }
  if (type == "time") return {{"type", "string"}, {"format", "date-time"}};
  if (type.find('|') != std::string::npos) {
    Json words_to_choose = Json::array();
    for (std::string_view word : split(type, '|')) words_to_choose.push_back(std::string(word));
    return {{"type", "string"}, {"enum", std::move(words_to_choose)}};
  }
  if (type[0] >= 'A' && type[0] <= 'Z') return reference(type);
  return {{"type", type}};
}

Json shape_schema(const Shape& shape) {
  Json schema = {{"type", "object"}};
  Json properties = Json::object();
  Json required = Json::array();
  schema["additionalProperties"] = false;
  for (std::string_view field : words(shape.fields)) {
    const std::size_t colon = field.find(':');
    const std::string name(field.substr(0, colon));
    std::string type(field.substr(colon + 1));
    if (name == "*") {
      schema["additionalProperties"] = type_schema(type);
      continue;
    }
    if (type.ends_with('~')) {
      type.pop_back();
    } else {
      required.push_back(name);
    }
    properties[name] = type_schema(type);
  }
  schema["properties"] = std::move(properties);
  schema["required"] = std::move(required);
  return schema;
}

Json content(const char* schema) { return {{"application/json", {{"schema", reference(schema)}}}}; }

Json operation(const ApiEndpoint& endpoint) {
  Json parameters = Json::array();
  for (const ApiParameter& parameter : endpoint.parameters) {
    parameters.push_back({{"name", parameter.name},
                          {"in", "query"},
                          {"description", parameter.text},
                          {"schema", {{"type", parameter.type}}}});
  }
  std::string_view path = endpoint.path;
  while (path.find('{') != std::string_view::npos) {
    path.remove_prefix(path.find('{') + 1);
    parameters.push_back({{"name", std::string(path.substr(0, path.find('}')))},
                          {"in", "path"},
                          {"required", true},
                          {"schema", {{"type", "string"}}}});
  }
  Json responses = {{"200", {{"description", "the answer"}, {"content", content(endpoint.schema)}}},
                    {"default", {{"description", "what is wrong"}, {"content", content("Error")}}}};
  Json described = {{"summary", endpoint.summary},
                    {"parameters", std::move(parameters)},
                    {"responses", std::move(responses)}};
  if (endpoint.body != nullptr) {
    const bool is_file = std::string_view(endpoint.body) == "IpfixFile";
    described["requestBody"] = {
        {"required", true},
        {"content",
         is_file ? Json{{"application/ipfix", {{"schema", {{"type", "string"}, {"format", "binary"}}}}}}
                 : content(endpoint.body)}};
  }
  return described;
}

}  // namespace

std::string openapi_json(const std::vector<ApiEndpoint>& endpoints) {
  Json document = {
      {"openapi", "3.0.3"}, {"info", {{"title", "Anemone"}, {"version", "1"}}}, {"paths", Json::object()}};
  for (const ApiEndpoint& endpoint : endpoints) {
    std::string method = endpoint.method;
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    document["paths"][endpoint.path][method] = operation(endpoint);
  }
  document["paths"]["/api/v1/stream"]["get"] = {
      {"summary", "Server-sent events: bin, load, topology, status"},
      {"responses", {{"200", {{"description", "text/event-stream"}}}}}};
  Json schemas = Json::object();
  for (const Shape& shape : kShapes) schemas[shape.name] = shape_schema(shape);
  document["components"]["schemas"] = std::move(schemas);
  return document.dump();
}

}  // namespace anemone

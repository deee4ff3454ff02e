#include "app/measured_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/answering.h"
#include "app/commands.h"
#include "app/text_table.h"
#include "base/text.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

double number(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string cell(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : fmt::format("{}", found->get<double>());
}

std::string percent(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? fmt::format("{:.1f}%", found->get<double>() * 100)
                                                     : "-";
}

std::vector<Json> busiest_first(const Json& links) {
  std::vector<Json> rows(links.begin(), links.end());
  std::ranges::stable_sort(rows, [](const Json& a, const Json& b) {
    return std::pair(number(a, "utilisation"), number(a, "load_bps")) >
           std::pair(number(b, "utilisation"), number(b, "load_bps"));
  });
  return rows;
}

// What the interface counted, what of it agents do not explain, and what is estimated to be there.
void add_counted(const Json& link, bool exact, std::vector<std::string>& row) {
  const auto found = link.find("estimate");
  const Json estimate = found == link.end() || !found->is_object() ? Json::object() : *found;
  for (const auto& [object, key] :
       {std::pair(&link, "counter_bps"), {&link, "residual_bps"}, {&estimate, "bps"}}) {
    const std::string value = cell(*object, key);
    row.push_back(exact ? value : value.empty() ? "-" : print_si(number(*object, key)));
  }
}

TextTable load_table(const Json& answer, bool exact) {
  const Json& links = answer["links"];
  const bool over_time =
      std::ranges::any_of(links, [](const Json& link) { return link.contains("now_bps"); });
  std::vector<std::string> heads =
      exact ? std::vector<std::string>{"from", "to", "load_bps", "capacity_bps", "utilisation"}
            : std::vector<std::string>{"link", "load", "capacity", "utilisation"};
  if (over_time) heads.insert(heads.begin() + (exact ? 3 : 2), exact ? "now_bps" : "now");
  const bool counted =
      std::ranges::any_of(links, [](const Json& link) { return !cell(link, "counter_bps").empty(); });
  if (counted && exact) heads.insert(heads.end(), {"counter_bps", "residual_bps", "estimate_bps"});
  if (counted && !exact) heads.insert(heads.end(), {"counter", "residual", "estimate"});
  TextTable table(heads);
  for (const Json& link : busiest_first(links)) {
    std::vector<std::string> row;
    if (exact) {
      row = {text(link, "from"), text(link, "to"), cell(link, "load_bps"), cell(link, "capacity_bps"),
             cell(link, "utilisation")};
    } else {
      const bool known = link.contains("capacity_bps") && link["capacity_bps"].is_number();
      row = {text(link, "id"), print_si(number(link, "load_bps")),
             known ? print_si(number(link, "capacity_bps")) : "-", percent(link, "utilisation")};
    }
    if (over_time) {
      row.insert(row.begin() + (exact ? 3 : 2),
                 exact ? cell(link, "now_bps") : print_si(number(link, "now_bps")));
    }
    if (counted) add_counted(link, exact, row);
    table.row(row);
  }
  return table;
}

TextTable top_table(const Json& answer, bool exact) {
  TextTable table(exact ? std::vector<std::string>{"name", "bps", "pps", "share"}
                        : std::vector<std::string>{"name", "load", "share"});
  for (const Json& row : answer["rows"]) {
    if (exact) {
      table.row({text(row, "label"), cell(row, "bps"), cell(row, "pps"), cell(row, "share")});
    } else {
      table.row({text(row, "label"), print_si(number(row, "bps")), percent(row, "share")});
    }
  }
  return table;
}

// Of when it is, from how much of the network, and what is not there yet.
std::string about(const Json& answer) {
  const Json& bin = answer["bin"];
  const Json& coverage = answer["coverage"];
  std::string line = fmt::format("{} to {}", text(bin, "from"), text(bin, "to"));
  if (!bin.value("complete", true)) {
    line +=
        fmt::format(", not complete: {} of it carried forward from before", percent(bin, "carried_share"));
  }
  line += fmt::format("\n{} of {} hosts instrumented; complete up to {}", coverage.value("instrumented", 0),
                      coverage.value("hosts", 0), text(answer, "watermark"));
  if (answer.contains("max_utilisation")) {
    line += fmt::format("\nmaximum utilisation {}, without a route {} bit/s, without a place {} bit/s",
                        percent(answer, "max_utilisation"), print_si(number(answer, "unrouted_bps")),
                        print_si(number(answer, "unattached_bps")));
  }
  for (const Json& late : answer.value("late", Json::array())) {
    line += fmt::format("\nlate: {} since {}", text(late, "agent"), text(late, "since"));
  }
  return line;
}

int fail(const char* command, const std::string& what) {
  fmt::print(stderr, "anemone {}: {}\n", command, what);
  return kFailed;
}

}  // namespace

int print_measured(const char* command, const MeasuredOptions& options) {
  auto source = Answering::open(options.server, options.store, options.counters);
  if (!source) return fail(command, source.error().message);
  const bool loads = options.by.empty();
  auto answer = loads ? (*source)->ask("load", {{"at", options.at}, {"last", options.last}})
                      : (*source)->ask("top", {{"by", options.by}, {"n", options.count}, {"at", options.at}});
  if (!answer) return fail(command, answer.error().message);
  if (options.format == "json") {
    fmt::print("{}\n", *answer);
    return kDone;
  }
  const Json json = Json::parse(*answer, nullptr, false);
  if (!json.is_object() || !json.contains(loads ? "links" : "rows") || !json.contains("bin") ||
      !json.contains("coverage")) {
    return fail(command, "the server's answer is not what docs/api.md says");
  }
  const bool exact = options.format == "csv";
  const TextTable table = loads ? load_table(json, exact) : top_table(json, exact);
  if (exact) {
    fmt::print("{}", table.csv());
    fmt::print(stderr, "{}\n", about(json));
  } else {
    fmt::print("{}\n{}\n", table.aligned(), about(json));
  }
  return kDone;
}

}  // namespace anemone

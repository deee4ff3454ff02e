#include "app/coverage_output.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/text_table.h"
#include "base/text.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLinksShown = 10;

double number(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string si(const Json& object, const char* key) { return print_si(number(object, key)); }

void print_csv(const Json& answer) {
  TextTable table({"name", "address", "router", "gain", "bps", "known_bps", "hours"});
  for (const Json& host : answer["hosts"]) {
    table.row({text(host, "name"), text(host, "address"), text(host, "router"),
               fmt::format("{}", number(host, "gain")), fmt::format("{}", number(host, "bps")),
               fmt::format("{}", number(host, "known_bps")), fmt::format("{}", number(host, "hours"))});
  }
  fmt::print("{}", table.csv());
}

void print_links(const Json& links) {
  TextTable table({"not explained", "of link", "at least", "at most"});
  for (std::size_t i = 0; i < std::min(links.size(), kLinksShown); ++i) {
    table.row({si(links[i], "residual_bps"), text(links[i], "id"), si(links[i], "low_bps"),
               si(links[i], "high_bps")});
  }
  fmt::print("\n{}", table.aligned());
  if (links.size() > kLinksShown) fmt::print("and {} links more\n", links.size() - kLinksShown);
}

void print_table(const Json& answer) {
  const Json& addresses = answer["addresses"];
  const Json& unseen = answer["unseen_bps"];
  fmt::print("{} of {} hosts are instrumented; they account for about {:.0f}% of the traffic\n",
             number(addresses, "instrumented"), number(addresses, "could"),
             number(answer, "bytes_share") * 100);
  fmt::print("unseen: about {} bit/s, {} to {} ({})\n\n", si(unseen, "estimate"), si(unseen, "low"),
             si(unseen, "high"),
             unseen.value("assumed", false) ? "a guess: too few are instrumented to learn from"
                                            : "nine times out of ten");
  TextTable table({"instrument next", "address", "behind", "shows", "of the unseen", "known already"});
  for (const Json& host : answer["hosts"]) {
    table.row({text(host, "name"), text(host, "address"), text(host, "router"), si(host, "bps"),
               fmt::format("{:.1f}%", number(host, "gain") * 100), si(host, "known_bps")});
  }
  fmt::print("{}", table.aligned());
  if (!answer["links"].empty()) print_links(answer["links"]);
}

}  // namespace

int print_coverage(const std::string& answer, const std::string& format) {
  const Json json = Json::parse(answer, nullptr, false);
  for (const char* key : {"addresses", "unseen_bps", "hosts", "links"}) {
    if (json.is_object() && json.contains(key)) continue;
    fmt::print(stderr, "anemone coverage: the answer is not what docs/api.md says\n");
    return kFailed;
  }
  if (format == "json") fmt::print("{}\n", answer);
  if (format == "csv") print_csv(json);
  if (format == "table") print_table(json);
  return kDone;
}

}  // namespace anemone

#include "app/measured_bound.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/answering.h"
#include "app/commands.h"
#include "app/plan_options.h"
#include "app/text_table.h"
#include "base/text.h"

namespace anemone {
namespace {

using Json = nlohmann::json;

int fail(const std::string& what) {
  fmt::print(stderr, "anemone bound: {}\n", what);
  return kFailed;
}

bool is_bound(const Json& json) {
  if (!json.is_object()) return false;
  for (const char* name : {"utilization", "bound", "reached", "gap"}) {
    if (!json.contains(name) || !json[name].is_number()) return false;
  }
  for (const char* name : {"from", "to"}) {
    if (!json.contains(name) || !json[name].is_string()) return false;
  }
  return json.contains("exact") && json["exact"].is_boolean();
}

}  // namespace

void print_bound_story(const BoundStory& story, BoundUnit unit) {
  const auto say = [&](double value) {
    return unit == BoundUnit::kShare ? fmt::format("{:.4f}%", value * 100) : print_si(value);
  };
  if (story.today == 0) {
    fmt::print("no load on links of known capacity\n");
    return;
  }
  fmt::print("no routing does better than  {}\n", say(story.lower));
  if (story.exact) {
    fmt::print("and one reaches it (exact)\n");
  } else {
    fmt::print("and one reaches              {} (within {:.2f}%)\n", say(story.upper), story.gap * 100);
  }
  fmt::print("today's routing has          {}: {} more than it must\n", say(story.today),
             print_share(story.excess()));
}

int print_measured_bound(const MeasuredBound& options) {
  auto source = Answering::open(options.server, options.store);
  if (!source) return fail(source.error().message);
  auto answer = (*source)->ask("bound", {{"at", options.at}});
  if (!answer) return fail(answer.error().message);
  const Json json = Json::parse(*answer, nullptr, false);
  if (!is_bound(json)) return fail("the server's answer is not what docs/api.md says");
  BoundStory story;
  story.lower = json["bound"];
  story.upper = json["reached"];
  story.exact = json["exact"];
  story.gap = json["gap"];
  story.today = json["utilization"];
  if (options.format == "json") fmt::print("{}\n", *answer);
  if (options.format == "csv") {
    TextTable table({"from", "to", "utilization", "bound", "reached"});
    table.row({json["from"], json["to"], fmt::format("{}", story.today), fmt::format("{}", story.lower),
               fmt::format("{}", story.upper)});
    fmt::print("{}", table.csv());
  }
  if (options.format == "table") {
    fmt::print("{} to {}\n", json["from"].get<std::string>(), json["to"].get<std::string>());
    print_bound_story(story, BoundUnit::kShare);
  }
  return kDone;
}

}  // namespace anemone

#include "view/whatif_api.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <tuple>
#include <utility>

#include "scenario/scenario_text.h"
#include "view/api_reading.h"
#include "view/sweep_json.h"
#include "view/whatif_json.h"

namespace anemone {
namespace {

using Handler = std::function<HttpResponse(const HttpRequest&)>;

constexpr std::size_t kScenarioMax = 64 * 1024;
// Pairs of failures that one question may try: all of 450 links.
constexpr std::size_t kPairsMax = 100'000;

ScenarioLimits scenario_limits() {
  ScenarioLimits limits;
  limits.length = kScenarioMax;
  return limits;
}

Result<std::vector<Scenario>> read_scenarios(const WhatIfWish& wish) {
  const ScenarioLimits limits = scenario_limits();
  std::vector<Scenario> scenarios;
  auto first = parse_scenario(wish.scenario, limits);
  if (!first) return first.error();
  scenarios.push_back(std::move(*first));
  if (!wish.against) return scenarios;
  auto second = parse_scenario(*wish.against, limits);
  if (!second) return second.error().in("against");
  scenarios.push_back(std::move(*second));
  return scenarios;
}

HttpResponse what_if(const Platform& platform, const HttpRequest& request) {
  const auto question = read_whatif_question(request);
  if (!question) return http_error(400, "bad_parameter", question.error().message);
  const auto wish = parse_whatif_wish(request.body);
  if (!wish) return http_error(400, "bad_body", wish.error().message);
  auto scenarios = read_scenarios(*wish);
  if (!scenarios) return http_error(400, "bad_scenario", scenarios.error().message);
  if (!platform.counts_traffic()) return without_traffic();
  const auto answers = platform.what_if(std::move(*scenarios), *question);
  if (!answers) return http_error(400, "cannot_be_done", answers.error().message);
  return json_response(whatif_answers_json(*answers));
}

HttpResponse sweep(const Platform& platform, const HttpRequest& request) {
  const auto question = read_whatif_question(request);
  if (!question) return http_error(400, "bad_parameter", question.error().message);
  const auto wanted = parse_sweep_question(request.body);
  if (!wanted) return http_error(400, "bad_body", wanted.error().message);
  const auto scenario = parse_scenario(wanted->scenario, scenario_limits());
  if (!scenario) return http_error(400, "bad_scenario", scenario.error().message);
  if (!platform.counts_traffic()) return without_traffic();
  SweepWish wish;
  wish.failures = wanted->failures;
  wish.pairs = wanted->pairs;
  wish.pairs_max = kPairsMax;
  wish.threads = std::max(1U, std::thread::hardware_concurrency() / 2);  // the rest is for what comes in
  const auto report = platform.sweep(*scenario, wish, *question);
  if (!report) return http_error(400, "cannot_be_done", report.error().message);
  return json_response(sweep_json(*report));
}

// One at a time; others are told to come again.
Handler alone(Handler handler) {
  return
      [handler = std::move(handler), working = std::make_shared<std::mutex>()](const HttpRequest& request) {
        const std::unique_lock lock(*working, std::try_to_lock);
        if (!lock)
          return http_error(429, "busy", "another question of this kind is being worked out; ask again");
        return handler(request);
      };
}

// The bound that was asked for last: a console asks for it again and again.
class KnownBounds {
 public:
  HttpResponse answer(const Platform& platform, const HttpRequest& request) {
    const auto question = read_question(request);
    if (!question) return http_error(400, "bad_parameter", question.error().message);
    if (!platform.counts_traffic()) return without_traffic();
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return http_error(429, "busy", "another bound is being worked out; ask again");
    const std::uint64_t version = platform.changes();
    const Key key{question->at, platform.complete_until(), question->instrumented};
    if (known_ && version_ == version && key_ == key) return json_response(*known_);
    const auto bound = platform.bound(*question);
    if (!bound) return http_error(404, "no_data", bound.error().message);
    known_ = bound_json(*bound);
    key_ = key;
    version_ = version;
    return json_response(*known_);
  }

 private:
  using Key = std::tuple<std::optional<Time>, Time, double>;

  std::mutex mutex_;
  std::optional<std::string> known_;
  Key key_;
  std::uint64_t version_ = 0;
};

}  // namespace

std::vector<ApiEndpoint> whatif_endpoints(const Platform& platform) {
  std::vector<ApiEndpoint> endpoints;
  endpoints.push_back({"POST",
                       "/api/v1/whatif",
                       "What changes would do to every link, and who would notice",
                       "WhatIfAnswers",
                       {kAt, kFrom, kTo, kInstrumented},
                       alone([&platform](const HttpRequest& request) { return what_if(platform, request); }),
                       Right::kView,
                       {},
                       "WhatIfWish"});
  endpoints.push_back({"POST",
                       "/api/v1/sweep",
                       "Every failure in turn: the worst of each link and its cause, and weak points",
                       "Sweep",
                       {kAt, kFrom, kTo, kInstrumented},
                       alone([&platform](const HttpRequest& request) { return sweep(platform, request); }),
                       Right::kView,
                       {},
                       "SweepWish"});
  endpoints.push_back({"GET",
                       "/api/v1/bound",
                       "How far today's routing is from the best that any routing could be",
                       "Bound",
                       {kAt, kInstrumented},
                       [&platform, known = std::make_shared<KnownBounds>()](const HttpRequest& request) {
                         return known->answer(platform, request);
                       }});
  return endpoints;
}

}  // namespace anemone

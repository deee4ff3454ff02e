#include "view/counters_api.h"

#include <set>
#include <utility>

#include "view/api_reading.h"
#include "view/counters_json.h"
#include "view/metrics.h"

namespace anemone {
namespace {

HttpResponse take(const Platform& platform, LinkCounters& counters, const HttpRequest& request) {
  auto read = parse_counter_samples(request.body);
  if (!read) return http_error(400, "bad_body", read.error().message);
  if (read->samples.empty() && !read->refused.empty()) {
    const RefusedSample& first = read->refused.front();
    return http_error(400, "bad_body",
                      "sample " + std::to_string(first.sample) + ": " + first.field + ": " + first.what);
  }
  CountersTaken taken;
  std::set<std::string> names;
  for (const CounterSample& sample : read->samples) {
    taken.counts.count(counters.add(sample));
    names.insert(sample.name);
  }
  taken.refused = std::move(read->refused);
  for (const CounterAnswer& one : platform.counters().list) {
    if (one.link.empty() && names.contains(one.counter.name)) taken.unknown.push_back(one.counter.name);
  }
  return json_response(counters_taken_json(taken));
}

}  // namespace

std::vector<ApiEndpoint> counter_endpoints(const Platform& platform, LinkCounters& counters) {
  std::vector<ApiEndpoint> endpoints;
  endpoints.push_back(
      {"GET",
       "/api/v1/counters",
       "The interface counters that are told, and of which link each is",
       "Counters",
       {},
       [&platform](const HttpRequest&) { return json_response(counters_json(platform.counters())); }});
  endpoints.push_back(
      {"PUT",
       "/api/v1/counters",
       "Tell what interfaces counted",
       "CountersTaken",
       {},
       [&platform, &counters](const HttpRequest& request) { return take(platform, counters, request); },
       Right::kOperate,
       {},
       "CounterSamples"});
  return endpoints;
}

std::string counter_metrics_text(const LinkCounters& counters) {
  const CounterCounts now = counters.counts();
  std::string text;
  append_gauge(text, "anemone_counters", "interface counters that are told",
               static_cast<double>(counters.list().size()));
  append_counter(text, "anemone_counter_samples_total", "samples of interface counters", now.taken);
  append_counter(text, "anemone_counter_repeated_total", "samples that were there already", now.repeated);
  append_counter(text, "anemone_counter_contradicting_total", "samples that were there with other bytes",
                 now.contradicting);
  append_counter(text, "anemone_counter_too_old_total", "samples before all that is kept", now.too_old);
  append_counter(text, "anemone_counter_too_many_total", "samples of counters beyond the limit",
                 now.too_many);
  append_gauge(text, "anemone_counter_wraps", "times that counters wrapped, of what is kept",
               static_cast<double>(now.wraps));
  append_gauge(text, "anemone_counter_resets", "times that counters began anew, of what is kept",
               static_cast<double>(now.resets));
  return text;
}

}  // namespace anemone

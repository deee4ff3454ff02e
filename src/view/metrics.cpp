#include "view/metrics.h"

#include <fmt/format.h>

#include <map>

namespace anemone {
namespace {

void put(std::string& text, const char* name, const char* kind, const char* help, double value) {
  text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, kind, value);
}

}  // namespace

void append_counter(std::string& text, const char* name, const char* help, std::uint64_t value) {
  put(text, name, "counter", help, static_cast<double>(value));
}

void append_gauge(std::string& text, const char* name, const char* help, double value) {
  put(text, name, "gauge", help, value);
}

std::string metrics_text(const Status& status) {
  std::string text;
  put(text, "anemone_store_records_total", "counter", "flow records accepted",
      static_cast<double>(status.records));
  put(text, "anemone_lsdb_lsas_total", "counter", "LSA instances heard", static_cast<double>(status.lsas));
  put(text, "anemone_server_watermark_seconds", "gauge",
      "time up to which answers are complete, Unix seconds", seconds(status.watermark.time_since_epoch()));
  put(text, "anemone_server_hosts", "gauge", "hosts that are recorded", static_cast<double>(status.hosts));
  put(text, "anemone_topology_routers", "gauge", "routers in the newest topology",
      static_cast<double>(status.routers));
  std::map<std::string, std::string> by_part;
  for (const Loss& loss : status.losses) {
    const std::string name = "anemone_" + loss.part + "_lost_total";
    by_part[name] += fmt::format("{}{{reason=\"{}\"}} {}\n", name, loss.reason, loss.count);
  }
  for (const auto& [name, lines] : by_part) {
    text += fmt::format("# HELP {0} what could not be used, by reason\n# TYPE {0} counter\n{1}", name, lines);
  }
  return text;
}

std::string http_metrics_text(const HttpServerCounters& http, const EventStream& events) {
  std::string text;
  auto count = [&](const char* name, const char* help, std::uint64_t value) {
    put(text, name, "counter", help, static_cast<double>(value));
  };
  count("anemone_http_connections_total", "connections accepted", http.connections);
  count("anemone_http_connections_refused_total", "connections over the limit", http.connections_refused);
  count("anemone_http_requests_total", "requests answered", http.requests);
  count("anemone_http_responses_4xx_total", "requests that were wrong", http.responses_4xx);
  count("anemone_http_responses_5xx_total", "requests that could not be answered", http.responses_5xx);
  count("anemone_http_timed_out_total", "connections ended for their slowness", http.timed_out);
  count("anemone_http_unauthorized_total", "requests without a token that is known", http.unauthorized);
  count("anemone_http_tls_failed_total", "connections that came to no TLS", http.tls_failed);
  count("anemone_http_large_refused_total", "large bodies over the limit at once", http.large_refused);
  count("anemone_http_sent_bytes_total", "bytes sent", http.bytes_sent);
  put(text, "anemone_http_connections_open", "gauge", "connections open now",
      static_cast<double>(http.connections_open));
  put(text, "anemone_http_stream_subscribers", "gauge", "viewers of the live stream",
      static_cast<double>(events.subscribers()));
  count("anemone_http_stream_events_total", "live events published", events.published());
  count("anemone_http_stream_dropped_total", "live events that slow viewers lost", events.dropped());
  return text;
}

}  // namespace anemone

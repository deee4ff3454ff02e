#include "view/metrics.h"

#include <fmt/format.h>

#include <map>

namespace anemone {
namespace {

void put(std::string& text, const char* name, const char* kind, const char* help, double value) {
  text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, kind, value);
}

}  // namespace

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

}  // namespace anemone

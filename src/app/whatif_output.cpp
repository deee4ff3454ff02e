#include "app/whatif_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/text_table.h"
#include "base/text.h"
#include "view/whatif_json.h"

namespace anemone {
namespace {

std::string share(double load_bps, double capacity_bps) {
  return capacity_bps > 0 ? fmt::format("{:.1f}%", load_bps / capacity_bps * 100) : "-";
}

const char* remark(const LinkOutcome& link) {
  if (link.gone) return "gone";
  if (link.newly_overloaded()) return "OVERLOADED";
  return link.added ? "new" : "";
}

std::string summary(const WhatIfAnswer& answer, const BinName& bin) {
  std::string text = fmt::format("maximum utilisation {:.1f}% -> {:.1f}%",
                                 answer.before.max_utilisation * 100, answer.after.max_utilisation * 100);
  if (answer.bins > 1) {
    text += fmt::format(" in the worst bin ({}), {:.1f}% -> {:.1f}% in the median one, of {} bins",
                        bin(answer.after.worst_at), answer.before.median_max_utilisation * 100,
                        answer.after.median_max_utilisation * 100, answer.bins);
  }
  text += fmt::format("\ndisconnected {} bit/s, without a way {} -> {}, offered {} -> {}\n",
                      print_si(answer.disconnected_bps), print_si(answer.before.unrouted_bps),
                      print_si(answer.after.unrouted_bps), print_si(answer.before.offered_bps),
                      print_si(answer.after.offered_bps));
  if (answer.coverage < 1) {
    text += fmt::format(
        "of what was observed, instrumented hosts account for {:.1f}% at least: the rest is in neither "
        "side\n",
        answer.coverage * 100);
  }
  if (answer.uncertain > 0) {
    text += fmt::format("up to {:.1f}% of a bin's bytes are in records that span a change of the topology\n",
                        answer.uncertain * 100);
  }
  return text;
}

std::string hurt_table(const char* who, const std::vector<Hurt>& hurts, std::size_t rows_max) {
  if (hurts.empty()) return "";
  TextTable table({who, "rate", "disconnected", "overloaded", "longer way"});
  for (std::size_t i = 0; i < hurts.size() && i < rows_max; ++i) {
    table.row({hurts[i].name, print_si(hurts[i].bps), print_si(hurts[i].disconnected_bps),
               print_si(hurts[i].overloaded_bps), print_si(hurts[i].longer_bps)});
  }
  return "\n" + table.aligned();
}

std::string latency(const std::optional<double>& us) {
  return us ? fmt::format("{:.1f} ms", *us / 1000) : "-";
}

// Demands without a way any more, and those whose way got dearer.
std::string longer_ways(const WhatIfAnswer& answer, std::size_t rows_max) {
  if (answer.demands.empty()) return "";
  TextTable table({"demand", "rate", "cost before", "after", "latency before", "after"});
  for (std::size_t i = 0; i < answer.demands.size() && i < rows_max; ++i) {
    const DemandOutcome& demand = answer.demands[i];
    table.row({demand.from + " > " + demand.to, print_si(demand.bps),
               demand.cost_before ? fmt::format("{}", *demand.cost_before) : "-",
               demand.cost_after ? fmt::format("{}", *demand.cost_after) : "no way",
               latency(demand.latency_before_us), latency(demand.latency_after_us)});
  }
  return "\n" + table.aligned();
}

}  // namespace

std::string whatif_table(const WhatIfAnswer& answer, const BinName& bin, std::size_t rows_max) {
  TextTable table({"link", "before", "after", "worst before", "worst after", ""});
  std::size_t left = 0;
  for (const LinkOutcome* link : by_change(answer)) {
    if (link->before.worst_bps == link->after.worst_bps &&
        link->before.median_bps == link->after.median_bps &&
        link->capacity_before_bps == link->capacity_after_bps && !link->gone && !link->added) {
      continue;
    }
    if (++left > rows_max) continue;
    table.row({link->id, print_si(link->before.median_bps), print_si(link->after.median_bps),
               share(link->before.worst_bps, link->capacity_before_bps),
               share(link->after.worst_bps, link->capacity_after_bps), remark(*link)});
  }
  std::string text = left == 0 ? "no link changes\n" : table.aligned();
  if (left > rows_max) text += fmt::format("... and {} more links that change (--rows)\n", left - rows_max);
  text += "\n" + summary(answer, bin);
  text += hurt_table("application", answer.applications, rows_max);
  text += hurt_table("process", answer.processes, rows_max);
  text += hurt_table("user", answer.users, rows_max);
  text += hurt_table("site", answer.sites, rows_max);
  text += hurt_table("traffic entering at", answer.routers, rows_max);
  text += longer_ways(answer, rows_max);
  return text;
}

std::string whatif_csv(const WhatIfAnswer& answer, const BinName& bin) {
  TextTable table({"id", "from", "to", "capacity_bps", "before_median_bps", "before_p95_bps",
                   "before_worst_bps", "before_worst_bin", "after_median_bps", "after_p95_bps",
                   "after_worst_bps", "after_worst_bin"});
  for (const LinkOutcome& link : answer.links) {
    table.row({link.id, link.from, link.to,
               link.capacity_after_bps > 0 ? fmt::format("{}", link.capacity_after_bps) : "",
               fmt::format("{}", link.before.median_bps), fmt::format("{}", link.before.p95_bps),
               fmt::format("{}", link.before.worst_bps), bin(link.before.worst_at),
               fmt::format("{}", link.after.median_bps), fmt::format("{}", link.after.p95_bps),
               fmt::format("{}", link.after.worst_bps), bin(link.after.worst_at)});
  }
  return table.csv();
}

std::string whatif_comparison(const WhatIfAnswer& one, const WhatIfAnswer& other, std::size_t rows_max) {
  std::map<std::string, const LinkOutcome*> others;
  for (const LinkOutcome& link : other.links) others.emplace(link.id, &link);
  struct Row {
    const LinkOutcome* one;
    const LinkOutcome* other;
    double difference;
  };
  std::vector<Row> rows;
  for (const LinkOutcome& link : one.links) {
    const auto found = others.find(link.id);
    if (found == others.end()) continue;
    rows.push_back({&link, found->second, std::abs(link.after.worst_bps - found->second->after.worst_bps)});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.difference > b.difference; });
  TextTable table({"link", "today", "first", "second", "worst today", "worst first", "worst second"});
  for (std::size_t i = 0; i < rows.size() && i < rows_max && rows[i].difference > 0; ++i) {
    const LinkOutcome& a = *rows[i].one;
    const LinkOutcome& b = *rows[i].other;
    table.row({a.id, print_si(a.before.median_bps), print_si(a.after.median_bps),
               print_si(b.after.median_bps), share(a.before.worst_bps, a.capacity_before_bps),
               share(a.after.worst_bps, a.capacity_after_bps),
               share(b.after.worst_bps, b.capacity_after_bps)});
  }
  return table.aligned() + fmt::format(
                               "\nmaximum utilisation {:.1f}% today, {:.1f}% first, {:.1f}% second; "
                               "disconnected {} and {} bit/s\n",
                               one.before.max_utilisation * 100, one.after.max_utilisation * 100,
                               other.after.max_utilisation * 100, print_si(one.disconnected_bps),
                               print_si(other.disconnected_bps));
}

}  // namespace anemone

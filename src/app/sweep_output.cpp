#include "app/sweep_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "app/text_table.h"
#include "base/text.h"

namespace anemone {
namespace {

std::string share(double load_bps, double capacity_bps) {
  return capacity_bps > 0 ? fmt::format("{:.1f}%", load_bps / capacity_bps * 100) : "-";
}

// The fullest first; of unknown capacities the most loaded.
std::vector<const SweepReport::OfLink*> by_load(const SweepReport& report) {
  std::vector<const SweepReport::OfLink*> links;
  for (const SweepReport::OfLink& link : report.links) links.push_back(&link);
  const auto weight = [](const SweepReport::OfLink& link) {
    return std::pair(link.capacity_bps > 0 ? link.worst.bps / link.capacity_bps : 0, link.worst.bps);
  };
  std::stable_sort(
      links.begin(), links.end(),
      [&](const SweepReport::OfLink* a, const SweepReport::OfLink* b) { return weight(*a) > weight(*b); });
  return links;
}

// The most harmful first.
std::vector<const SweepReport::OfFailure*> by_harm(const SweepReport& report) {
  std::vector<const SweepReport::OfFailure*> failures;
  for (const SweepReport::OfFailure& one : report.failures) failures.push_back(&one);
  std::stable_sort(failures.begin(), failures.end(),
                   [](const SweepReport::OfFailure* a, const SweepReport::OfFailure* b) {
                     return std::tie(a->max_utilisation, a->disconnected_bps) >
                            std::tie(b->max_utilisation, b->disconnected_bps);
                   });
  return failures;
}

std::string links_text(const SweepReport& report, std::size_t rows_max) {
  TextTable table({"link", "today", "worst", "", "when this fails", "in bin"});
  std::size_t shown = 0;
  for (const SweepReport::OfLink* link : by_load(report)) {
    if (++shown > rows_max) break;
    table.row({link->id, share(link->without_failure.bps, link->capacity_bps),
               share(link->worst.bps, link->capacity_bps), print_si(link->worst.bps), link->worst.failure,
               link->worst.bin});
  }
  return table.aligned();
}

std::string failures_text(const SweepReport& report, std::size_t rows_max) {
  if (report.pairs) {
    if (report.failures.empty()) return "no pair of failures cuts anything off\n";
    const SweepReport::OfFailure& most = report.failures.front();
    return fmt::format("most is cut off, {} bit/s, when these fail: {}\n", print_si(most.disconnected_bps),
                       most.name);
  }
  TextTable table({"failure", "fullest link then", "of", "in bin", "cut off"});
  std::size_t shown = 0;
  for (const SweepReport::OfFailure* one : by_harm(report)) {
    if (++shown > rows_max) break;
    table.row({one->name, fmt::format("{:.1f}%", one->max_utilisation * 100),
               one->link.empty() ? "-" : one->link, one->bin, print_si(one->disconnected_bps)});
  }
  return table.aligned();
}

std::string weak_text(const SweepReport& report, std::size_t rows_max) {
  std::string text = fmt::format(
      "\nweak points: {} bridges, {} groups of links of which any two part the network, {} routers and "
      "networks "
      "that hold it together, {} prefixes on one router\n",
      report.bridges.size(), report.cuts.size(), report.articulations.size(), report.lone_prefixes.size());
  for (const auto* points : {&report.bridges, &report.articulations}) {
    for (std::size_t i = 0; i < points->size() && i < rows_max; ++i)
      text += fmt::format("  without {}: {} routers are cut off\n", (*points)[i].name, (*points)[i].routers);
  }
  return text;
}

}  // namespace

std::string sweep_table(const SweepReport& report, std::size_t rows_max) {
  std::string text = links_text(report, rows_max) + "\n" + failures_text(report, rows_max);
  text += fmt::format("\n{} failures{} in {} bins", report.failures_tried,
                      report.pairs ? ", every two of them," : "", report.bins);
  if (report.bins_elsewhere > 0)
    text += fmt::format("; in {} of them the network was another: their traffic is tried on the last",
                        report.bins_elsewhere);
  if (report.coverage < 1) text += fmt::format("; {:.1f}% of bytes are covered", report.coverage * 100);
  return text + "\n" + weak_text(report, rows_max);
}

}  // namespace anemone

#include "scenario/outcomes.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace anemone {
namespace {

// The nearest-rank quantile. REQUIRES: values are not empty.
double quantile(std::vector<double>& values, double share) {
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  const auto place = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end());
  return values[place];
}

double load_at(const BinSide& side, std::uint32_t row) {
  return row < side.load_bps.size() ? side.load_bps[row] : 0;
}

const BinSide& side_of(const BinOutcome& bin, Outcomes::Which which) {
  return which == Outcomes::Which::kBefore ? bin.before : bin.after;
}

}  // namespace

Pain pain_of(const DemandRoute* before, const DemandRoute& after, const OverloadedLinks& overloaded,
             std::span<const std::uint32_t> rows_after) {
  Pain pain;
  if (!after.cost) {
    pain.disconnected = before == nullptr || before->cost ? 1 : 0;
    return pain;
  }
  pain.longer = before != nullptr && before->cost && *after.cost > *before->cost ? 1 : 0;
  for (const RouteShare& step : after.links) {
    if (overloaded[rows_after[step.link.value()]] != 0) pain.overloaded = 1;
  }
  return pain;
}

std::vector<std::uint32_t> Outcomes::link_rows(const Topology& topology, Which which) {
  std::vector<std::uint32_t> rows;
  std::unordered_map<std::string, int> times;
  for (const LinkId id : indices<LinkId>(topology.link_count())) {
    std::string name = link_name(topology, id);
    if (const int time = ++times[name]; time > 1) name += " #" + std::to_string(time);
    const auto [at, is_new] = row_of_.try_emplace(name, static_cast<std::uint32_t>(rows_.size()));
    const Link& link = topology.link(id);
    if (is_new) rows_.push_back({name, topology.node(link.from).name, topology.node(link.to).name, 0, 0});
    Row& row = rows_[at->second];
    (which == Which::kBefore ? row.capacity_before_bps : row.capacity_after_bps) = link.capacity_bps;
    rows.push_back(at->second);
  }
  return rows;
}

BinOutcome& Outcomes::begin_bin(Time from) {
  BinOutcome& bin = bins_.emplace_back();
  bin.from = from;
  bin.before.load_bps.assign(rows_.size(), 0);
  bin.after.load_bps.assign(rows_.size(), 0);
  return bin;
}

OverloadedLinks Outcomes::overloaded(const BinOutcome& bin) const {
  OverloadedLinks overloaded(rows_.size(), 0);
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    const double before = rows_[row].capacity_before_bps;
    const double after = rows_[row].capacity_after_bps;
    const bool was = before > 0 && load_at(bin.before, row) > before;
    overloaded[row] = !was && after > 0 && load_at(bin.after, row) > after ? 1 : 0;
  }
  return overloaded;
}

LoadSpread Outcomes::spread(std::uint32_t row, Which which) const {
  LoadSpread spread;
  if (bins_.empty()) return spread;
  std::vector<double> loads;
  loads.reserve(bins_.size());
  spread.worst_at = bins_.front().from;
  for (const BinOutcome& bin : bins_) {
    const double load = load_at(side_of(bin, which), row);
    loads.push_back(load);
    if (load > spread.worst_bps) {
      spread.worst_bps = load;
      spread.worst_at = bin.from;
    }
  }
  spread.median_bps = quantile(loads, 0.5);
  spread.p95_bps = quantile(loads, 0.95);
  return spread;
}

double Outcomes::max_utilisation(const BinSide& side, Which which) const {
  double most = 0;
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    const double capacity =
        which == Which::kBefore ? rows_[row].capacity_before_bps : rows_[row].capacity_after_bps;
    if (capacity > 0) most = std::max(most, load_at(side, row) / capacity);
  }
  return most;
}

Side Outcomes::side(Which which) const {
  Side side;
  if (bins_.empty()) return side;
  std::vector<double> most;
  const double share = 1 / static_cast<double>(bins_.size());
  side.worst_at = bins_.front().from;
  for (const BinOutcome& bin : bins_) {
    const BinSide& of = side_of(bin, which);
    most.push_back(max_utilisation(of, which));
    if (most.back() > side.max_utilisation) {
      side.max_utilisation = most.back();
      side.worst_at = bin.from;
    }
    side.offered_bps += of.offered_bps * share;
    side.unrouted_bps += of.unrouted_bps * share;
    side.unattached_bps += of.unattached_bps * share;
    side.local_bps += of.local_bps * share;
  }
  side.median_max_utilisation = quantile(most, 0.5);
  side.p95_max_utilisation = quantile(most, 0.95);
  return side;
}

WhatIfAnswer Outcomes::answer() const {
  WhatIfAnswer answer;
  answer.bins = bins_.size();
  if (!bins_.empty()) {
    answer.from = bins_.front().from;
    answer.to = bins_.back().from;
    answer.disconnected_bps = disconnected_bps_ / static_cast<double>(bins_.size());
  }
  answer.before = side(Which::kBefore);
  answer.after = side(Which::kAfter);
  answer.coverage = coverage_;
  answer.uncertain = uncertain_;
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    LinkOutcome link;
    link.id = rows_[row].id;
    link.from = rows_[row].from;
    link.to = rows_[row].to;
    link.capacity_before_bps = rows_[row].capacity_before_bps;
    link.capacity_after_bps = rows_[row].capacity_after_bps;
    link.before = spread(row, Which::kBefore);
    link.after = spread(row, Which::kAfter);
    answer.links.push_back(std::move(link));
  }
  return answer;
}

void Outcomes::mark(std::span<const std::uint32_t> rows_before, std::span<const std::uint32_t> rows_after,
                    std::vector<LinkOutcome>& links) const {
  std::vector<std::uint8_t> was(rows_.size(), 0);
  std::vector<std::uint8_t> is(rows_.size(), 0);
  for (const std::uint32_t row : rows_before) was[row] = 1;
  for (const std::uint32_t row : rows_after) is[row] = 1;
  for (std::size_t row = 0; row < links.size(); ++row) {
    links[row].gone = was[row] != 0 && is[row] == 0;
    links[row].added = was[row] == 0 && is[row] != 0;
  }
  std::sort(links.begin(), links.end(),
            [](const LinkOutcome& a, const LinkOutcome& b) { return a.id < b.id; });
}

Hurts::Hurts(const RecordNames* names, const Places& places) : names_(names) {
  for (const auto& [site, routers] : places.routers_of_site) {
    for (const std::string& router : routers) site_of_.emplace(router, site);
  }
}

void add_to(Hurt& hurt, double bps, const Pain& pain) {
  hurt.bps += bps;
  hurt.disconnected_bps += bps * pain.disconnected;
  hurt.overloaded_bps += bps * pain.overloaded;
  hurt.longer_bps += bps * pain.longer;
}

void Hurts::add(ByName& names, const std::string& name, const Hurt& more) {
  Hurt& hurt = names[name];
  hurt.bps += more.bps;
  hurt.disconnected_bps += more.disconnected_bps;
  hurt.overloaded_bps += more.overloaded_bps;
  hurt.longer_bps += more.longer_bps;
}

void Hurts::add_router(const std::string& router, const Hurt& more) {
  add(routers_, router, more);
  if (const auto site = site_of_.find(router); site != site_of_.end()) add(sites_, site->second, more);
}

void Hurts::add(const FlowRecord& record, const std::string& router, double bps, const Pain& pain) {
  Hurt more;
  add_to(more, bps, pain);
  add_router(router, more);
  const Origin& origin = record.origin;
  if (names_ == nullptr || !origin.owner.valid()) return;
  const Owner& owner = names_->owners[origin.owner];
  add(processes_, owner.process, more);
  add(users_, owner.user, more);
  if (origin.application.valid()) add(applications_, names_->applications[origin.application], more);
}

void Hurts::list(double factor, WhatIfAnswer& answer) const {
  for (const auto& [names, into] :
       {std::pair(&applications_, &answer.applications), std::pair(&processes_, &answer.processes),
        std::pair(&users_, &answer.users), std::pair(&routers_, &answer.routers),
        std::pair(&sites_, &answer.sites)}) {
    for (const auto& [name, hurt] : *names) {
      if (hurt.pain() <= 0 || name.empty()) continue;
      Hurt row = hurt;
      row.name = name;
      for (double* rate : {&row.bps, &row.disconnected_bps, &row.overloaded_bps, &row.longer_bps})
        *rate *= factor;
      into->push_back(std::move(row));
    }
    std::stable_sort(into->begin(), into->end(),
                     [](const Hurt& a, const Hurt& b) { return a.pain() > b.pain(); });
  }
}

}  // namespace anemone

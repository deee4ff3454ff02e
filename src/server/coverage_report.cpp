#include "server/coverage_report.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "estimate/endpoint_traffic.h"
#include "estimate/gravity.h"
#include "server/counted_links.h"

namespace anemone {
namespace {

constexpr double kNormal90 = 1.645;  // a Gaussian's interval of nine times in ten, in standard errors

}  // namespace

HostNumber CoverageReporter::number_of(const Hosts& hosts, ObserverId observer, const IpAddress& address) {
  const auto& list = hosts.list();
  std::size_t host = hosts.at(address);
  if (observer.valid()) {
    const auto watched = std::ranges::find(list, observer, &KnownHost::observer);
    host = static_cast<std::size_t>(watched - list.begin());
  }
  const bool known = host < list.size();
  const std::string text = print_address(known ? list[host].address() : address);
  const auto [at, is_new] = numbers_.try_emplace(text, static_cast<HostNumber>(hosts_.size()));
  if (is_new) {
    NextHost& next = hosts_.emplace_back();
    next.name = known ? list[host].name : text;
    next.address = text;
  }
  return at->second;
}

void CoverageReporter::add_residuals(const BinTraffic& traffic, const LinkCounters& counters) {
  for (const auto& [id, rate] : counted_links(counters, traffic)) {
    const LinkAnswer* link = traffic.find(id);
    const double residual = rate.bps - (link == nullptr ? 0 : link->load_bps);
    const double error = kNormal90 * rate.error_share * rate.bps;
    Residual& known = residuals_[id];
    known.sum.bps += residual;
    known.sum.low_bps += residual - error;
    known.sum.high_bps += residual + error;
    ++known.bins;
  }
}

void CoverageReporter::add(const BinTraffic& traffic, const LinkCounters* counters) {
  if (counters != nullptr) add_residuals(traffic, *counters);
  const Hosts& hosts = *traffic.observed.hosts;
  const Observers observers = hosts.observed_by(traffic.instrumented);
  const std::vector<std::vector<IpAddress>> routers = hosts.routers();
  std::vector<IpAddress> others;
  for (const KnownHost& host : hosts.list()) others.push_back(host.address());
  const Duration length = traffic.bin.to - traffic.bin.from;
  std::vector<EndpointTraffic> parts;
  for (std::size_t i = 0; i < traffic.epochs.size(); ++i) {
    const Attachments attachments(*traffic.epochs[i].topology, hosts.gateways(), routers);
    parts.push_back(endpoint_traffic(*traffic.observed.records, traffic.matrix.parts[i], attachments,
                                     observers, length, others));
    if (parts.back().endpoints.size() > kEndpointsMax) return;
  }
  std::vector<std::vector<LinkCounter>> told;
  if (counters != nullptr) told = counters_of(*counters, traffic);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const EndpointTraffic& part = parts[i];
    const Topology& topology = *traffic.epochs[i].topology;
    const std::span<const LinkCounter> counted =
        counters == nullptr ? std::span<const LinkCounter>() : told[i];
    const Estimate estimate = estimator_.estimate(topology, {part.endpoints, part.seen, counted, {}});
    sum_.seen_bps += estimate.seen_bps;
    sum_.unseen.bps += estimate.unseen.bps;
    sum_.unseen.low_bps += estimate.unseen.low_bps;
    sum_.unseen.high_bps += estimate.unseen.high_bps;
    sum_.could = estimate.could;
    sum_.instrumented = estimate.instrumented;
    sum_.assumed = estimate.basis == IntervalBasis::kAssumed;
    std::vector<HostNumber> numbers;
    std::vector<std::uint8_t> watched;
    for (std::size_t at = 0; at < part.endpoints.size(); ++at) {
      numbers.push_back(number_of(hosts, part.hosts[at], part.addresses[at]));
      const NodeId ingress = part.endpoints[at].ingress;
      if (ingress.valid()) hosts_[numbers.back()].router = topology.node(ingress).name;
      watched.push_back(part.endpoints[at].instrumented ? 1 : 0);
    }
    const Time begin = std::max(traffic.bin.from, traffic.epochs[i].from);
    const Time end = i + 1 < parts.size() ? traffic.epochs[i + 1].from : traffic.bin.to;
    ranking_.add(length, seconds(end - begin) / seconds(length), part.endpoints, numbers, part.seen,
                 fit_gravity(part.endpoints, part.seen, watched));
  }
  if (sum_.bins == 0) sum_.from = traffic.bin.from;
  sum_.to = traffic.bin.to;
  ++sum_.bins;
}

CoverageReport CoverageReporter::report(std::size_t count) const {
  CoverageReport report = sum_;
  const double bins = static_cast<double>(std::max<std::size_t>(1, sum_.bins));
  report.seen_bps /= bins;
  report.unseen.bps /= bins;
  report.unseen.low_bps /= bins;
  report.unseen.high_bps /= bins;
  for (const HostGain& gain : ranking_.rank(count)) {
    NextHost& host = report.hosts.emplace_back(hosts_[gain.host]);
    host.gain_share = gain.gain_share;
    host.gain_bps = gain.gain_bps;
    host.known_bps = gain.known_bps;
    host.heavy_hours = gain.heavy_hours;
  }
  for (const auto& [id, known] : residuals_) {
    const auto of = static_cast<double>(known.bins);
    report.links.push_back({id, {known.sum.bps / of, known.sum.low_bps / of, known.sum.high_bps / of}});
  }
  std::ranges::stable_sort(report.links, [](const ResidualLink& a, const ResidualLink& b) {
    return a.residual.bps > b.residual.bps;
  });
  return report;
}

}  // namespace anemone

#include "estimate/endpoint_traffic.h"

#include <cassert>
#include <map>
#include <tuple>
#include <unordered_map>

namespace anemone {
namespace {

constexpr std::uint32_t kNone = 0xffff'ffff;

class Collector {
 public:
  Collector(const Attachments& attachments, const Observers& observers)
      : attachments_(attachments), observers_(observers) {}

  // The endpoint of an address; kNone when it has no place in the network.
  std::uint32_t endpoint_of(const IpAddress& address) {
    const auto [known, is_new] = by_address_.try_emplace(address, kNone);
    if (is_new) known->second = find_or_make(address);
    return known->second;
  }

  void add(const FlowRecord& record, double bps) {
    const std::uint32_t from = endpoint_of(record.key.src);
    const std::uint32_t to = endpoint_of(record.key.dst);
    if (from == kNone || to == kNone || result_.endpoints[from].place == result_.endpoints[to].place) return;
    if (!result_.endpoints[from].instrumented && !result_.endpoints[to].instrumented) return;
    bps_[std::uint64_t{from} << 32 | to] += bps;
    // Who answers at the lower port is asked; nobody says so better without knowing the application.
    if (record.key.src_port == record.key.dst_port) return;
    const bool from_server = record.key.src_port < record.key.dst_port;
    (from_server ? as_server_ : as_client_)[from] += bps;
    (from_server ? as_client_ : as_server_)[to] += bps;
  }

  EndpointTraffic finish() {
    for (std::size_t i = 0; i < result_.endpoints.size(); ++i) {
      result_.endpoints[i].role =
          as_client_[i] > as_server_[i] ? EndpointRole::kClient : EndpointRole::kServer;
    }
    for (const auto& [pair, bps] : bps_) {
      result_.seen.push_back(
          {static_cast<std::uint32_t>(pair >> 32), static_cast<std::uint32_t>(pair & kNone), bps});
    }
    return std::move(result_);
  }

 private:
  // What makes two addresses one endpoint: host, prefix and, where neither host nor border sums them up,
  // the address itself.
  using Key = std::tuple<ObserverId, PrefixId, IpAddress>;

  std::uint32_t find_or_make(const IpAddress& address) {
    const AttachedAt at = attachments_.find(address);
    if (!at.ingress.valid() || !at.prefix.valid()) return kNone;
    const ObserverId host = observers_.at(address);
    const bool alone = !host.valid() && at.inside;
    const auto [known, is_new] = by_key_.try_emplace(Key{host, at.prefix, alone ? address : IpAddress{}},
                                                     static_cast<std::uint32_t>(result_.endpoints.size()));
    if (!is_new) return known->second;
    Endpoint endpoint;
    endpoint.ingress = at.ingress;
    endpoint.to = {NodeId{}, at.prefix};
    endpoint.place = places_.try_emplace(at.prefix, static_cast<std::uint32_t>(places_.size())).first->second;
    endpoint.instrumented = observers_.instrumented(host);
    endpoint.could = host.valid() || at.inside;
    result_.endpoints.push_back(endpoint);
    result_.addresses.push_back(address);
    result_.hosts.push_back(host);
    as_client_.push_back(0);
    as_server_.push_back(0);
    return known->second;
  }

  const Attachments& attachments_;
  const Observers& observers_;
  EndpointTraffic result_;
  std::unordered_map<IpAddress, std::uint32_t> by_address_;
  std::map<Key, std::uint32_t> by_key_;
  std::unordered_map<PrefixId, std::uint32_t> places_;
  std::map<std::uint64_t, double> bps_;  // by pair, in their order
  std::vector<double> as_client_;
  std::vector<double> as_server_;
};

}  // namespace

EndpointTraffic endpoint_traffic(std::span<const FlowRecord> records, const PartMatrix& part,
                                 const Attachments& attachments, const Observers& observers, Duration length,
                                 std::span<const IpAddress> others) {
  assert(length.count() > 0);
  Collector collector(attachments, observers);
  for (const PlacedRecord& placed : part.placed) {
    collector.add(records[placed.record], placed.bytes * 8 / seconds(length));
  }
  for (const IpAddress& address : others) collector.endpoint_of(address);
  return collector.finish();
}

}  // namespace anemone

#include <algorithm>
#include <filesystem>
#include <map>

#include "app/counter_feed.h"
#include "app/observed_traffic.h"
#include "base/text.h"
#include "estimate/endpoint_traffic.h"
#include "history/routing_history.h"
#include "matrix/build_matrix.h"
#include "server/counted_links.h"
#include "server/recording.h"
#include "topology/inventory.h"

namespace anemone {
namespace {

namespace fs = std::filesystem;

// A recording, whose hosts were all watched: the others' records are as if they had never come.
class RecordedHosts {
 public:
  static Result<ObservedTraffic> read(const ObservedOptions& options) {
    const std::string& folder = options.sources.front();
    auto inventory = read_inventory((fs::path(folder) / "recording.json").string());
    if (!inventory) return inventory.error();
    RecordedHosts hosts(*inventory, options.bin);
    if (auto read = read_counter_files(options.counters, hosts.counters_); !read) return read.error();
    if (auto chosen = hosts.choose_from(options.instrumented); !chosen) return chosen.error();
    auto reader = RecordingReader::open(folder, *inventory, options.bin, hosts.ids_);
    if (!reader) return reader.error();
    for (;;) {
      auto input = reader->next();
      if (!input) return input.error();
      if (!*input) break;
      hosts.take(**input);
    }
    return std::move(hosts.result_);
  }

 private:
  RecordedHosts(const Inventory& inventory, Duration bin)
      : inventory_(inventory),
        bin_(bin),
        history_([this](TopologyParts parts) { return annotate(std::move(parts), inventory_); }) {
    for (std::size_t i = 0; i < inventory.hosts.size(); ++i) {
      const InventoryHost& host = inventory.hosts[i];
      ids_.emplace_back(i);
      result_.hosts.push_back({host.name, print_address(host.address), ""});
      addresses_.push_back(host.address);
      if (!host.gateway.is_none()) gateways_.push_back({host.address, host.gateway});
      for (const IpAddress& more : host.more_addresses) {
        if (!host.gateway.is_none()) gateways_.push_back({more, host.gateway});
      }
    }
  }

  Result<void> choose_from(const std::string& told) {
    std::vector<std::string> names;
    for (const InventoryHost& host : inventory_.hosts) names.push_back(host.name);
    const auto chosen = choose_instrumented(names, told);
    if (!chosen) return chosen.error();
    std::vector<Observer> observers;
    for (std::size_t i = 0; i < inventory_.hosts.size(); ++i) {
      std::vector<IpAddress> addresses = inventory_.hosts[i].more_addresses;
      addresses.insert(addresses.begin(), inventory_.hosts[i].address);
      observers.push_back({ids_[i], std::move(addresses), (*chosen)[i]});
    }
    observers_ = Observers(observers);
    return {};
  }

  void take(const BinInput& input) {
    const Time from = input.to - bin_;
    history_.add(input.lsas, input.to);
    const std::vector<Epoch> epochs = history_.between(from, input.to);
    if (epochs.empty()) return;
    std::vector<Attachments> attachments;
    attachments.reserve(epochs.size());
    std::vector<BinPart> parts;
    for (const Epoch& epoch : epochs) {
      attachments.emplace_back(*epoch.topology, gateways_);
      parts.push_back({epoch.from, &attachments.back()});
    }
    const MeasuredMatrix matrix = build_matrix(input.records, parts, observers_, {from, input.to});
    ObservedBin bin{print_time(from), bin_, {}};
    for (std::size_t i = 0; i < epochs.size(); ++i) {
      EndpointTraffic traffic =
          endpoint_traffic(input.records, matrix.parts[i], attachments[i], observers_, bin_, addresses_);
      const Time begin = std::max(from, epochs[i].from);
      const Time end = i + 1 < epochs.size() ? epochs[i + 1].from : input.to;
      ObservedPart part{
          epochs[i].topology,           seconds(end - begin) / seconds(bin_),
          std::move(traffic.endpoints), {},
          std::move(traffic.seen),      counters_of(counters_, *epochs[i].topology, begin, end, bin_)};
      for (std::size_t at = 0; at < part.endpoints.size(); ++at) {
        part.hosts.push_back(host_of(traffic.hosts[at], traffic.addresses[at]));
        result_.hosts[part.hosts.back()].router = part.topology->node(part.endpoints[at].ingress).name;
      }
      bin.parts.push_back(std::move(part));
    }
    result_.bins.push_back(std::move(bin));
  }

  // Addresses that the inventory does not know are hosts too, by their address.
  std::uint32_t host_of(ObserverId id, const IpAddress& address) {
    if (id.valid()) return id.value();
    const auto [at, is_new] = unknown_.try_emplace(address, static_cast<std::uint32_t>(result_.hosts.size()));
    if (is_new) result_.hosts.push_back({print_address(address), print_address(address), ""});
    return at->second;
  }

  const Inventory& inventory_;
  Duration bin_;
  RoutingHistory history_;
  LinkCounters counters_;
  std::vector<ObserverId> ids_;
  std::vector<IpAddress> addresses_;
  std::vector<HostGateway> gateways_;
  Observers observers_;
  std::map<IpAddress, std::uint32_t> unknown_;
  ObservedTraffic result_;
};

}  // namespace

Result<ObservedTraffic> read_recorded_traffic(const ObservedOptions& options) {
  return RecordedHosts::read(options);
}

}  // namespace anemone

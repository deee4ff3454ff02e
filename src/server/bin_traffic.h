// BinTraffic is one bin, worked out: which records count, the matrix and the loads of each stretch of the
// bin in which the topology stood still, and what could not be placed.
//
// A pure function of the bin's records, the epochs that overlap it, and who is instrumented. All rates are
// averages over the whole bin, so that what two epochs say of a link adds up to what the bin says of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "history/routing_history.h"
#include "load/link_load.h"
#include "matrix/build_matrix.h"
#include "record/flow_record.h"
#include "server/answers.h"
#include "topology/inventory.h"

namespace anemone {

struct BinTraffic {
  Bin bin;
  Coverage coverage;
  std::shared_ptr<const std::vector<FlowRecord>> records;
  std::vector<Epoch> epochs;  // those that overlap the bin
  MeasuredMatrix matrix;      // one part an epoch
  std::vector<LinkLoad> loads;
  Traffic unrouted;
  double unattached_bps = 0;

  // Every directed link that was up at some time of the bin, in the order of their names.
  std::vector<LinkAnswer> links;
  double total_bps = 0;
  double max_utilisation = 0;

  // Null when there is no such link in this bin.
  const LinkAnswer* find(std::string_view id) const;
};

// The hosts of a recording and which of them are taken as instrumented: the first of a fixed shuffled
// order, so that a larger share contains the smaller.
class Hosts {
 public:
  // `observers`: the hosts' ids, in the order of the inventory. `inventory` must outlive this.
  Hosts(const Inventory& inventory, std::vector<ObserverId> observers);

  const std::vector<InventoryHost>& list() const { return inventory_->hosts; }
  const std::vector<ObserverId>& observers() const { return observers_; }
  std::span<const HostGateway> gateways() const { return gateways_; }

  // How many are instrumented when the share is this; whether a host is when that many are.
  std::size_t count_of(double share) const;
  bool instrumented(std::size_t host, std::size_t count) const { return rank_[host] < count; }
  Observers observed_by(std::size_t count) const;

  // The host of an address; an invalid index, list().size(), when there is none.
  std::size_t at(const IpAddress& address) const;

 private:
  const Inventory* inventory_;
  std::vector<ObserverId> observers_;
  std::vector<std::size_t> rank_;  // of each host in the shuffled order
  std::vector<HostGateway> gateways_;
  std::unordered_map<IpAddress, std::size_t> by_address_;
};

// REQUIRES: at least one epoch.
BinTraffic work_out(const Bin& bin, std::shared_ptr<const std::vector<FlowRecord>> records,
                    std::vector<Epoch> epochs, const Hosts& hosts, std::size_t instrumented);

}  // namespace anemone

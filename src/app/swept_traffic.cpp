#include "app/swept_traffic.h"

#include <filesystem>
#include <map>
#include <memory>
#include <utility>
#include <variant>

#include "history/routing_history.h"
#include "matrix/read_matrix_file.h"
#include "server/bin_traffic.h"
#include "server/recording.h"
#include "topology/inventory.h"

namespace anemone {
namespace {

namespace fs = std::filesystem;

// The demands of all bins brought to one list, whose order is that in which they first came.
class BinTable {
 public:
  void add(const TrafficMatrix& matrix, std::string name) {
    names_.push_back(std::move(name));
    for (const Demand& demand : matrix.demands) {
      const auto [at, is_new] = ids_.try_emplace({demand.ingress, demand.to}, ends_.size());
      if (is_new) ends_.push_back({demand.ingress, demand.to});
      cells_.push_back({names_.size() - 1, at->second, demand.traffic.bps});
    }
  }

  void fill(SweptTraffic& traffic) && {
    traffic.rates.assign(names_.size() * ends_.size(), 0);
    for (const Cell& cell : cells_) traffic.rates[cell.bin * ends_.size() + cell.demand] += cell.bps;
    traffic.demands = std::move(ends_);
    traffic.bins = std::move(names_);
  }

 private:
  struct Cell {
    std::size_t bin;
    std::size_t demand;
    double bps;
  };
  std::map<std::pair<NodeId, Destination>, std::size_t> ids_;
  std::vector<DemandEnds> ends_;
  std::vector<Cell> cells_;
  std::vector<std::string> names_;
};

Result<SweptTraffic> read_matrices(const SweptOptions& options) {
  SweptTraffic traffic;
  Inventory inventory;
  if (!options.inventory.empty()) {
    auto told = read_inventory(options.inventory);
    if (!told) return told.error();
    inventory = std::move(*told);
  }
  auto source = read_routing_source("sweep", options.sources, options.at, options.keys);
  if (!source) return source.error();
  Topology topology = std::move(source->topology);
  if (!options.inventory.empty()) topology = Topology(annotate(topology.parts(), inventory));
  auto changed = options.changes.carry_out(std::move(topology));
  if (!changed) return changed.error();
  traffic.topology = std::move(*changed);
  traffic.places = places_of(inventory);
  BinTable table;
  for (const std::string& file : options.matrices) {
    const auto matrix = read_matrix_file(file, traffic.topology);
    if (!matrix) return matrix.error();
    table.add(*matrix, fs::path(file).filename().string());
  }
  std::move(table).fill(traffic);
  return traffic;
}

struct RecordedBin {
  std::string name;
  std::shared_ptr<const Topology> topology;
  TrafficMatrix matrix;
};

// Every bin in which the network stood still; `left_out` counts the others.
Result<std::vector<RecordedBin>> read_bins(const std::string& folder, const Inventory& inventory,
                                           Duration length, std::size_t& left_out) {
  std::vector<ObserverId> observers;
  for (std::size_t i = 0; i < inventory.hosts.size(); ++i) observers.emplace_back(i + 1);
  const auto hosts = std::make_shared<const Hosts>(hosts_of(inventory, observers));
  auto recording = RecordingReader::open(folder, inventory, length, observers);
  if (!recording) return recording.error();
  RoutingHistory history([&](TopologyParts parts) { return annotate(std::move(parts), inventory); });
  std::vector<RecordedBin> bins;
  for (;;) {
    auto input = recording->next();
    if (!input) return input.error();
    if (!*input) return bins;
    history.add((*input)->lsas, (*input)->to);
    const Bin bin{(*input)->to - length, (*input)->to};
    std::vector<Epoch> epochs = history.between(bin.from, bin.to);
    if (epochs.size() != 1) {
      ++left_out;
      continue;
    }
    auto records = std::make_shared<std::vector<FlowRecord>>(std::move((*input)->records));
    BinTraffic traffic = work_out(bin, {std::move(records), nullptr, hosts}, epochs, hosts->count_of(1));
    bins.push_back(
        {print_time(bin.from), epochs.front().topology, std::move(traffic.matrix.parts.front().matrix)});
  }
}

Result<SweptTraffic> read_recording(const SweptOptions& options) {
  SweptTraffic traffic;
  const std::string& folder = options.sources.front();
  const auto inventory = read_inventory((fs::path(folder) / "recording.json").string());
  if (!inventory) return inventory.error();
  const auto length = parse_duration(options.bin);
  if (!length) return length.error().in("--bin");
  const auto bins = read_bins(folder, *inventory, *length, traffic.bins_left_out);
  if (!bins) return bins.error();
  if (bins->empty()) return Error{folder + ": no bin in which the network stood still"};
  traffic.topology = *bins->back().topology;
  traffic.places = places_of(*inventory);
  BinTable table;
  for (const RecordedBin& bin : *bins) {
    if (bin.topology == bins->back().topology) {
      table.add(bin.matrix, bin.name);
    } else {
      ++traffic.bins_left_out;
    }
  }
  std::move(table).fill(traffic);
  return traffic;
}

}  // namespace

Result<SweptTraffic> read_swept_traffic(const SweptOptions& options) {
  auto scenario = options.changes.read();
  if (!scenario) return scenario.error();
  std::error_code problem;
  const bool is_recording = fs::is_directory(options.sources.front(), problem);
  for (const Change& change : scenario->changes) {
    if (is_recording && !std::holds_alternative<NameGroup>(change.what))
      return Error{"a recording is swept as it was: only groups may be named with it (see `anemone whatif`)"};
  }
  auto traffic = is_recording ? read_recording(options) : read_matrices(options);
  if (traffic) traffic->scenario = std::move(*scenario);
  return traffic;
}

}  // namespace anemone

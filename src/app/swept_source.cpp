#include "app/swept_source.h"

#include <filesystem>
#include <memory>
#include <utility>

#include "history/routing_history.h"
#include "matrix/read_matrix_file.h"
#include "scenario/what_if.h"
#include "server/recording.h"
#include "server/scenario_run.h"
#include "topology/inventory.h"

namespace anemone {
namespace {

namespace fs = std::filesystem;

Result<SweptSource> read_matrices(const SweptOptions& options, const Scenario& scenario) {
  SweptSource source;
  Inventory inventory;
  if (!options.inventory.empty()) {
    auto told = read_inventory(options.inventory);
    if (!told) return told.error();
    inventory = std::move(*told);
  }
  auto routing = read_routing_source("sweep", options.sources, options.at, options.keys);
  if (!routing) return routing.error();
  Topology topology = std::move(routing->topology);
  if (!options.inventory.empty()) topology = Topology(annotate(topology.parts(), inventory));
  const auto network = std::make_shared<const Topology>(std::move(topology));
  source.places = places_of(inventory);
  WhatIf what_if(scenario, source.places, nullptr);
  SweptBins bins;
  for (const std::string& file : options.matrices) {
    const auto matrix = read_matrix_file(file, *network);
    if (!matrix) return matrix.error();
    WhatIfBin bin;
    bin.from = Time{} + Duration{static_cast<std::int64_t>(source.bin_names.size())};
    bin.to = bin.from + Duration{1};
    bin.parts = {{bin.from, network}};
    bin.matrix = &*matrix;
    source.bin_names[bin.from] = fs::path(file).filename().string();
    if (auto added = what_if.add(bin); !added) return added.error();
    if (auto added = bins.add(bin.from, what_if.demands()); !added) return added.error();
  }
  source.traffic = std::move(bins).finish(what_if.topology());
  return source;
}

// A recording is read twice: first for the network that failures are tried on, then for its traffic, placed
// on that network whatever the network was in its time.
class RecordingSweep {
 public:
  static Result<SweptSource> read(const SweptOptions& options, const Scenario& scenario) {
    const std::string& folder = options.sources.front();
    auto inventory = read_inventory((fs::path(folder) / "recording.json").string());
    if (!inventory) return inventory.error();
    const auto length = parse_duration(options.bin);
    if (!length) return length.error().in("--bin");
    RecordingSweep sweep(folder, std::move(*inventory), *length);
    if (auto heard = sweep.hear(scenario); !heard) return heard.error();
    return sweep.place(scenario);
  }

 private:
  RecordingSweep(std::string folder, Inventory inventory, Duration length)
      : folder_(std::move(folder)),
        inventory_(std::move(inventory)),
        length_(length),
        history_([this](TopologyParts parts) { return annotate(std::move(parts), inventory_); }) {
    for (std::size_t i = 0; i < inventory_.hosts.size(); ++i) observers_.emplace_back(i + 1);
    hosts_ = std::make_shared<const Hosts>(hosts_of(inventory_, observers_));
  }

  Result<void> hear(const Scenario& scenario) {
    auto recording = RecordingReader::open(folder_, inventory_, length_, observers_);
    if (!recording) return recording.error();
    for (;;) {
      auto input = recording->next();
      if (!input) return input.error();
      if (!*input) break;
      history_.add((*input)->lsas, (*input)->to);
    }
    network_at_ = instant_of(scenario).value_or(recording->to() - Duration{1});
    network_ = history_.at(network_at_);
    if (network_ == nullptr) return Error{folder_ + ": no routing was heard"};
    return {};
  }

  Result<SweptSource> place(const Scenario& scenario) {
    auto recording = RecordingReader::open(folder_, inventory_, length_, observers_);
    if (!recording) return recording.error();
    SweptSource source;
    source.network_at = print_time(network_at_);
    source.places = places_of(inventory_, *hosts_);
    ScenarioRun run(scenario, source.places);
    SweptBins bins;
    bool any = false;
    for (;;) {
      auto input = recording->next();
      if (!input) return input.error();
      if (!*input) break;
      const Bin bin{(*input)->to - length_, (*input)->to};
      const std::vector<Epoch> epochs = history_.between(bin.from, bin.to);
      if (epochs.empty()) continue;
      if (epochs.size() > 1 || epochs.front().topology != network_) ++source.bins_elsewhere;
      auto records = std::make_shared<std::vector<FlowRecord>>(std::move((*input)->records));
      const BinTraffic traffic =
          work_out(bin, {std::move(records), nullptr, hosts_}, {{bin.from, network_}}, hosts_->count_of(1));
      if (auto added = run.add(traffic); !added) return added.error();
      if (auto added = bins.add(bin.from, run.what_if().demands()); !added) return added.error();
      any = true;
    }
    if (!any) return Error{folder_ + ": there is no whole bin in it"};
    source.traffic = std::move(bins).finish(run.what_if().topology());
    source.coverage = run.answer().coverage;
    return source;
  }

  const std::string folder_;
  const Inventory inventory_;
  const Duration length_;
  std::vector<ObserverId> observers_;
  std::shared_ptr<const Hosts> hosts_;
  RoutingHistory history_;
  Time network_at_{};
  std::shared_ptr<const Topology> network_;
};

}  // namespace

std::string SweptSource::name_of(Time bin) const {
  const auto known = bin_names.find(bin);
  return known == bin_names.end() ? print_time(bin) : known->second;
}

Result<SweptSource> read_swept_source(const SweptOptions& options, const Scenario& scenario) {
  std::error_code problem;
  return fs::is_directory(options.sources.front(), problem) ? RecordingSweep::read(options, scenario)
                                                            : read_matrices(options, scenario);
}

}  // namespace anemone

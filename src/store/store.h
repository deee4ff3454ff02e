// The Store remembers: flow records, every LSA heard and when somebody listened, the load of every link; and
// how far each source is.
//
// It is a folder. `main.duckdb` holds what lasts (names and their ids, the store's own settings);
// `period-START.duckdb` holds all data whose time lies in one period (a day), so that forgetting a period
// is an unlink that gives its space back at once. One process owns the folder: DuckDB locks its files.
// Each period file has the views `flows`, `lsas`, `marks` and `loads` for people, addresses as text
// (docs/store.md).
//
// A batch whose data lies in several periods is several transactions, since DuckDB commits one file at a
// time. They commit oldest period first, and each says which period is the batch's last: a batch whose
// last part is missing is taken out when the store is opened. So a batch is in, or it is not.
//
// append() and retention() take turns; reads go on beside them, from any thread, each on a connection of
// its own, and see whole transactions. append() waits for the disk (now and then half a second, while
// DuckDB writes a checkpoint): keep a queue in front of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/batch.h"

namespace anemone {

class PeriodFile;

struct StoreConfig {
  std::string folder;     // made when it is not there
  Duration period = 24h;  // of a new store; an old one keeps its own
  std::uint32_t memory_mb = 512;
  std::uint32_t threads = 2;
  std::size_t periods_max = 2000;  // files; a batch that would need more is refused
};

struct StoreSpan {
  Time from{};  // of the first datum
  Time to{};    // of the last
};

struct StoreCounts {
  std::uint64_t records = 0;
  std::uint64_t lsas = 0;
  std::uint64_t loads = 0;
  std::uint64_t bytes_on_disk = 0;
  std::size_t periods = 0;
};

class Store {
 public:
  // Opens or makes the store; takes out what a crash left half done. An error names the file.
  static Result<std::unique_ptr<Store>> open(const StoreConfig& config);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // The id of a name, for good; given out and kept when it is new. REQUIRES: valid UTF-8.
  Result<ObserverId> observer(std::string_view name);
  Result<VantageId> vantage(std::string_view name);
  Result<StoredLinkId> link(std::string_view name);
  // All names, by id.
  std::vector<std::string> observers() const;
  std::vector<std::string> vantages() const;
  std::vector<std::string> links() const;

  // Keeps the batch. When this returns without error it survives a crash; when it returns one, nothing
  // of the batch is in. A batch whose id is not above its source's last changes nothing. Ids that this
  // store has not given out are refused.
  Result<void> append(const Batch& batch);
  std::optional<Progress> progress(std::string_view source = "main") const;
  // All sources, by name.
  std::map<std::string, Progress, std::less<>> sources() const;

  // Records that start in [from, to), of the given observers or, when there are none given, of all.
  // Within a period in the order in which they came. Origins are read only where `names` are given: their
  // numbers are then of those.
  Result<std::vector<FlowRecord>> flows_between(Time from, Time to,
                                                std::span<const ObserverId> observers = {},
                                                RecordNames* names = nullptr) const;
  // LSAs that arrived in [from, to), or up to and including `time`; by arrival.
  Result<std::vector<LsaRow>> lsas_between(Time from, Time to) const;
  Result<std::vector<LsaRow>> lsas_until(Time time) const;
  // Marks made up to and including `time`, in the order of their times.
  Result<std::vector<MarkRow>> marks_until(Time time) const;
  // What agents said of their hosts, in the order of its times.
  Result<std::vector<HostRow>> host_facts() const;
  // Loads of the bins that start in [from, to), by bin; of a bin that was kept several times, the last.
  // `only`: of this link.
  Result<std::vector<StoredLoad>> loads_between(Time from, Time to,
                                                std::optional<StoredLinkId> only = {}) const;
  // The starts of all bins in [from, to) that have loads, ascending.
  Result<std::vector<Time>> bins(Time from, Time to) const;

  Result<std::optional<StoreSpan>> span() const;         // none when empty
  Result<std::optional<StoreSpan>> record_span() const;  // of the flow records
  Result<StoreCounts> counts() const;

  // Forgets every period that ended `keep` or longer before `now`; says how many.
  Result<std::size_t> retention(Time now, Duration keep);

 private:
  struct Parts;
  using SelectEnds = std::function<std::string(const PeriodFile&)>;
  explicit Store(std::unique_ptr<Parts> parts);
  Result<std::optional<StoreSpan>> span_of(const SelectEnds& select) const;
  std::unique_ptr<Parts> parts_;
};

}  // namespace anemone

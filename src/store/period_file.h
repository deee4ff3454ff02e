// A PeriodFile is the part of the store that one period's file holds: its tables, its dictionary, its
// batches.
//
// Nothing in it refers to another file, so it can be copied, read elsewhere, or forgotten alone. An address
// stands once in `addresses`; rows carry its id (half the bytes a row, and faster). Every row also carries
// the number of the batch it came with, so that a batch can be taken out again.
//
// A file that is being made has another name until it is whole: a crash leaves no half-made file behind.
//
// write() and remove_batch() belong to whoever appends; the rest may be called from any thread.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/address.h"
#include "store/batch.h"
#include "store/database.h"
#include "store/origin_names.h"

namespace anemone {

// Whose names a store keeps; the numbers are in its files.
enum class NameKind : std::uint8_t { kObserver = 1, kVantage = 2, kLink = 3 };

// The names of one kind, by id and by name.
struct NameList {
  std::vector<std::string> by_id;
  std::unordered_map<std::string, std::uint32_t> ids;
};
using NameLists = std::map<NameKind, NameList>;

// Those of a batch's data that one period holds, by their places in the batch.
struct BatchPart {
  std::vector<std::uint32_t> records;
  std::vector<std::uint32_t> lsas;
  std::vector<std::uint32_t> marks;
  std::vector<std::uint32_t> hosts;
  std::vector<std::uint32_t> loads;
};

class PeriodFile {
 public:
  // Attaches the file of the period that starts at `start`; makes it when it is not there.
  static Result<std::shared_ptr<PeriodFile>> open(Connection& connection, const std::string& folder,
                                                  Time start);
  // The start of the period whose file is named so; nothing for other files.
  static Result<Time> start_of(const std::string& file_name);

  Time start() const { return start_; }
  const std::string& path() const { return path_; }
  std::string table(const std::string& name) const { return catalog_ + ".main." + name; }

  // Set once the file is forgotten: a reader that then fails has nothing to report.
  bool forgotten() const { return forgotten_; }

  // Commits `part` of `batch`, numbered `number`, whose last part is in the period that starts at `last`.
  Result<void> write(Connection& connection, const Batch& batch, const BatchPart& part, std::uint64_t number,
                     Time last, const NameLists& names);
  // Appends the records of the rows that `where` says, with `values` for its "?"; their origins, in numbers
  // of `names`, where there are such.
  Result<void> read_flows(Connection& connection, const std::string& where,
                          std::span<const std::int64_t> values, RecordNames* names,
                          std::vector<FlowRecord>& out) const;
  // Appends LSAs that arrived in [from, to), and marks made before `to`, in the order of their times.
  Result<void> read_lsas(Connection& connection, Time from, Time to, std::vector<LsaRow>& out) const;
  Result<void> read_marks(Connection& connection, Time to, std::vector<MarkRow>& out) const;

  const std::string& catalog() const { return catalog_; }

  Result<void> remove_batch(Connection& connection, std::uint64_t number);
  // Frees the memory that only write() needs; it comes back by itself.
  void rest() { dictionary_.reset(); }

  // Detaches and unlinks.
  Result<void> forget(Connection& connection);

 private:
  // What write() must know of the file's own dictionaries.
  struct Dictionary {
    std::unordered_map<IpAddress, std::uint32_t> addresses;
    std::map<NameKind, std::vector<bool>> names;  // which ids are in the file already
    std::unique_ptr<OriginNames> origins;
  };

  PeriodFile(std::string path, std::string catalog, Time start)
      : path_(std::move(path)), catalog_(std::move(catalog)), start_(start) {}

  Result<void> load_dictionary(Connection& connection);
  Result<void> write_parts(Connection& connection, const Batch& batch, const BatchPart& part,
                           std::uint64_t number, Time last, const NameLists& names);
  Result<void> write_records(Connection& connection, const Batch& batch, const BatchPart& part,
                             std::uint64_t number);
  Result<void> write_lsas(Connection& connection, const Batch& batch, const BatchPart& part,
                          std::uint64_t number);
  Result<void> write_marks(Connection& connection, const Batch& batch, const BatchPart& part,
                           std::uint64_t number);
  Result<void> write_loads(Connection& connection, const Batch& batch, const BatchPart& part,
                           std::uint64_t number);
  Result<void> write_names(Connection& connection, const Batch& batch, const BatchPart& part,
                           const NameLists& names);

  std::string path_;
  std::string catalog_;
  Time start_;
  std::atomic<bool> forgotten_{false};
  std::unique_ptr<Dictionary> dictionary_;
};

// Attaches the database file `path` as `catalog`; makes it, with the tables of `schema`, when it is not
// there. An error names the file: it is damaged, in use, or not of this store's format.
Result<void> attach_file(Connection& connection, const std::string& path, const std::string& catalog,
                         const std::string& schema);

}  // namespace anemone

// OriginNames are the owners, applications and tunnels that one period's file knows, by its own numbers.
//
// A process's name stands once in a file, however many million rows are its; rows carry the number. 0 is
// always there and means: nothing known. Numbers of a batch's RecordNames become the file's by way of an
// OriginWriter, which looks each up once; on the way back read_origins() does the reverse.
//
// One thread at a time: whoever appends.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/record_names.h"
#include "record/flow_record.h"
#include "store/database.h"

namespace anemone {

// The tables and their first rows, for a new file.
std::string origin_schema();
inline constexpr const char* kOriginColumns =
    "owner, pid, application, direction, interface, tunnel, srtt_us, retransmits, accuracy, end_reason";

class OriginNames {
 public:
  // What the file `catalog` knows.
  static Result<std::unique_ptr<OriginNames>> load(Connection& connection, const std::string& catalog);

  // Writes what was added since the last time.
  Result<void> write_fresh(Connection& connection, const std::string& catalog);

 private:
  friend class OriginWriter;
  template <class Key>
  struct Numbers {
    std::map<Key, std::uint32_t> ids;
    std::vector<Key> fresh;
    std::uint32_t next = 0;
    std::uint32_t of(const Key& key);
    void known(Key key, std::uint32_t id);
  };
  Numbers<Owner> owners_;
  Numbers<std::string> applications_;
  Numbers<Tunnel> tunnels_;
};

// Fills a row's columns that begin at `first`, in the order of kOriginColumns.
class OriginWriter {
 public:
  // Both must outlive it; null names: nothing is known of any record.
  OriginWriter(OriginNames& file, const RecordNames* names) : file_(file), names_(names) {}
  void set(TableWriter& rows, std::size_t first, const FlowRecord& record);

 private:
  OriginNames& file_;
  const RecordNames* names_;
  std::vector<std::uint32_t> owners_;  // of the batch's numbers, the file's; looked up when first met
  std::vector<std::uint32_t> applications_;
  std::vector<std::uint32_t> tunnels_;
};

// Does every number in `record` stand for something in `names`?
bool has_names(const FlowRecord& record, const RecordNames* names);

// Takes a row's columns that begin at `first`; owner, application and tunnel are still the file's numbers.
void read_origin(const Chunk& rows, std::size_t first, std::size_t row, FlowRecord& record);
// Turns those of `records` into numbers of `names`.
Result<void> read_origins(Connection& connection, const std::string& catalog, RecordNames& names,
                          std::span<FlowRecord> records);

}  // namespace anemone

// An EventArchive keeps micro-flows on disk for as long as a quota lasts, so that what a flow is can still be
// said afterwards (flow/retrospect.h).
//
// A file (flow/event_file.h) holds a minute, or fewer when it gets many subjects; the oldest go when the
// quota is used up. A block is written at once; after a crash what was written stays, and a torn tail is left
// alone: a new file is begun. It is not synchronised to the disk: what a power failure takes is a question
// that cannot be answered, not a record. One writer for a folder; readers may look at any time. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "flow/event_file.h"

namespace anemone {

struct EventArchiveConfig {
  std::string folder;  // made when it is not there
  std::uint64_t bytes_max = 512ULL << 20;
  Duration file_length = 60s;
  std::size_t file_subjects_max = 65'536;  // a hundred bytes of memory each
};

struct EventArchiveCounts {
  std::uint64_t micro_flows = 0;    // kept
  std::uint64_t bytes = 0;          // written
  std::uint64_t files_dropped = 0;  // to stay within the quota
  std::uint64_t not_kept = 0;       // micro-flows that the disk did not take
};

class EventArchive {
 public:
  // What is there from before stays, and counts. `names` are those of the micro-flows and must outlive the
  // archive.
  static Result<std::unique_ptr<EventArchive>> open(const EventArchiveConfig& config,
                                                    const RecordNames& names);
  ~EventArchive();
  EventArchive(const EventArchive&) = delete;
  EventArchive& operator=(const EventArchive&) = delete;

  // Keeps what was counted within `counted`; none is worth telling, too: it says that there was nothing. An
  // error when the disk does not take it; they are counted as not kept, and the next add() begins a new file.
  Result<void> add(const TimeRange& counted, std::span<const MicroFlow> micro_flows);

  const EventArchiveCounts& counts() const { return counts_; }
  std::uint64_t bytes_held() const { return bytes_held_; }

 private:
  struct File {
    std::string path;
    std::uint64_t bytes = 0;
  };

  EventArchive(EventArchiveConfig config, const RecordNames& names);
  Result<void> begin_file(Time from);
  void end_file();
  void keep_quota();

  EventArchiveConfig config_;
  const RecordNames& names_;
  std::deque<File> files_;  // oldest first; the last is written while fd_ >= 0
  std::uint64_t bytes_held_ = 0;
  int fd_ = -1;
  Time file_began_{};
  std::optional<EventFileWriter> writer_;
  std::vector<std::uint8_t> block_;
  EventArchiveCounts counts_;
};

// The files of an archive in the order of time: path, and the time of the first block. Empty when there is
// none.
struct EventFileName {
  std::string path;
  Time from{};
  std::uint64_t bytes = 0;
};
std::vector<EventFileName> event_files(const std::string& folder);

}  // namespace anemone

// A Spool keeps finished IPFIX Files on disk, in order, until somebody has taken them for good.
//
// It is what lets a server be away for a week: files wait here, numbered from 1 in a stream whose id is drawn
// when the spool is made. Stream and number together are the file's name for ever, so that the server can
// tell one that it has from one that it lacks; no number is used twice, whatever crashes.
//
//   FOLDER/stream                     "STREAM NEXT": its id, and a number above all that were used
//   FOLDER/000000000017-5210.ipfix    the 17th file, with 5210 records
//   FOLDER/000000000018-7-MARK.ipfix  the 18th, with a mark of its maker's
//   FOLDER/mark-000000000018-MARK     the newest mark, once its file is gone
//   FOLDER/bad/...                    what the server would not have; the newest few
//   FOLDER/*.new                      being written; thrown away at the next start
//
// add() returns when the file would survive a crash of the machine: written under another name, synced,
// renamed, the folder synced. A crash at any instant leaves whole files only. A file that is long in the
// making is written piece by piece (begin()), so that nobody has to hold it in memory.
//
// A mark is how far the maker of files had got with what it makes them of: a word that is kept with a file in
// one step, whatever crashes, and outlives it. So a maker that was killed knows what is in no file yet.
//
// When the quota is full the oldest files go, and are counted as lost: what happens now is worth more than
// what happened a week ago, and an agent must not fill its host's disk. The file that is being uploaded
// stays.
//
// Any thread may call anything.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace anemone {

struct SpoolConfig {
  std::string folder;                              // made when it is not there, for its owner only
  std::uint64_t quota_bytes = 1024 * 1024 * 1024;  // of waiting files
  std::size_t files_max = 200'000;                 // of the same: 23 days at one each ten seconds
  std::size_t bad_max = 16;                        // files set aside that are kept to be looked at
};

struct SpoolAmount {
  std::uint64_t files = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;

  void add(std::uint64_t file_records, std::uint64_t file_bytes);
  void take(std::uint64_t file_records, std::uint64_t file_bytes);
};

// Since this process opened it, but for `waiting`.
struct SpoolCounters {
  SpoolAmount waiting;  // here now
  SpoolAmount added;
  SpoolAmount done;       // taken for good by the server
  SpoolAmount lost;       // pushed out by the quota, or never written for want of disk
  SpoolAmount set_aside;  // the server would not have them
};

struct SpooledFile {
  std::uint64_t sequence = 0;
  std::uint64_t records = 0;
  std::vector<std::uint8_t> bytes;
};

// A file that is being written; thrown away when no spool takes it.
class UnfinishedFile {
 public:
  UnfinishedFile(UnfinishedFile&& other) noexcept;
  UnfinishedFile& operator=(UnfinishedFile&&) = delete;
  ~UnfinishedFile();

  // What goes wrong is said by Spool::add().
  void write(Bytes bytes);

 private:
  friend class Spool;
  explicit UnfinishedFile(std::string path);
  Result<void> close();  // synced

  std::string path_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  Result<void> written_;
};

class Spool {
 public:
  // Goes on where the folder is. An error names the file. One process at a time: a second one is refused.
  static Result<std::unique_ptr<Spool>> open(const SpoolConfig& config);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  const std::string& stream() const { return stream_; }  // 32 hexadecimal digits

  // Keeps a file of `records` records; its number. An error is a loss, and is counted as one. `mark`: letters
  // and digits, '_' and '.', 64 at most; empty: the last one stays.
  Result<std::uint64_t> add(Bytes file, std::uint64_t records, const std::string& mark = {});

  // The same in two steps: it has no number yet, and no place in the quota.
  UnfinishedFile begin();
  Result<std::uint64_t> add(UnfinishedFile file, std::uint64_t records, const std::string& mark = {});

  // The newest mark; empty when there is none. And one without a file.
  std::string mark() const;
  Result<void> set_mark(const std::string& mark);

  // The oldest file, which then stays until done() or set_aside(); none when nothing waits. One that cannot
  // be read is counted as lost and passed over.
  std::optional<SpooledFile> oldest();
  void done(std::uint64_t sequence);
  void set_aside(std::uint64_t sequence);

  SpoolCounters counters() const;

 private:
  struct Entry {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::string mark;
  };
  using Entries = std::map<std::uint64_t, Entry>;

  explicit Spool(SpoolConfig config) : config_(std::move(config)) {}
  Result<void> take_up_folder();
  Result<void> lock_folder();
  Result<void> read_stream();
  Result<void> write_stream(std::uint64_t next);
  Result<void> find_files();
  Result<void> keep_file(UnfinishedFile& file, const std::string& path) const;
  Result<void> make_room(std::uint64_t bytes);
  void lose(Entries::iterator entry);
  void remove_file(std::uint64_t sequence, const Entry& entry);
  std::string path_of_mark() const;
  bool make_mark_file();
  std::string path_of(std::uint64_t sequence, const Entry& entry) const;
  void forget_bad() const;

  const SpoolConfig config_;
  int folder_ = -1;  // open, and locked
  std::string stream_;

  mutable std::mutex mutex_;
  Entries entries_;
  std::uint64_t next_ = 1;
  std::uint64_t begun_ = 0;     // files, to name them by
  std::uint64_t reserved_ = 1;  // what the file `stream` says
  std::optional<std::uint64_t> shown_;
  std::string mark_;
  std::uint64_t marked_ = 0;    // the file that the newest mark came with, or that was the last before it
  bool mark_has_file_ = false;  // it stands in a name of its own
  SpoolCounters counters_;
};

}  // namespace anemone

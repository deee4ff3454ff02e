// An LSA log file keeps an LsaLog on disk while it is being heard: appended to, never rewritten.
//
// A crash, of the program or of the machine, can only cost the last record: every record carries its length
// and a checksum, and whoever opens the file to append cuts a torn end off. A reader takes whole records and
// can ask again later for what was added since. The format is in docs/formats/lsa-log.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "lsdb/lsa_log.h"

namespace anemone {

// Whether a file that begins like this is an LSA log.
bool begins_like_lsa_log(Bytes start);

class LsaLogWriter {
 public:
  // Makes the file, or goes on behind its last whole record; says in `cut_bytes()` how much was torn off. An
  // error when it is another kind of file, or another process is writing it.
  static Result<LsaLogWriter> open(const std::string& path);

  LsaLogWriter(LsaLogWriter&&) noexcept;
  LsaLogWriter& operator=(LsaLogWriter&&) noexcept;
  ~LsaLogWriter();  // flushes

  // The number under which a vantage point's entries are appended; a name's is the same after a restart.
  Result<std::uint16_t> vantage(const std::string& name);

  // Appends to a buffer. `heard.vantage` and `mark.vantage` are numbers from vantage().
  void append(const HeardLsa& heard);
  void append(const VantageMark& mark);

  // Hands the buffer to the kernel; with kDisk waits until it is on the disk.
  enum class Until : std::uint8_t { kKernel, kDisk };
  Result<void> flush(Until until);

  std::uint64_t cut_bytes() const;

 private:
  struct Impl;
  explicit LsaLogWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class LsaLogReader {
 public:
  static Result<LsaLogReader> open(const std::string& path);

  LsaLogReader(LsaLogReader&&) noexcept;
  LsaLogReader& operator=(LsaLogReader&&) noexcept;
  ~LsaLogReader();

  // Appends every whole record that is there and was not read yet to `log`, which must be the same at each
  // call. A torn end is let be: it may still be being written.
  Result<void> read(LsaLog& log);

  // Bytes behind the last whole record; records whose LSA is not a right one (counted, left out).
  std::uint64_t torn_bytes() const;
  std::uint64_t refused() const;

 private:
  struct Impl;
  explicit LsaLogReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A record's body read into `log`; false when it is not a right one. `vantages` maps the file's numbers of
// vantage points to the log's and grows. For the reader and its fuzzer.
bool read_lsa_log_record(Bytes body, LsaLog& log, std::vector<std::uint16_t>& vantages);

}  // namespace anemone

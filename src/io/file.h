// A FileReader shows a file's bytes front to back, in bounded memory; gzip is inflated on the way.
//
// peek() shows what stands at the reading position, skip() moves it. The caller says how much it needs to
// see at once and gets at least that, or all that is left: a record that straddles two reads is never its
// problem. Reads pipes as well ("-" is standard input). Large plain files are mapped window by window
// rather than copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace anemone {

class FileReader {
 public:
  static Result<FileReader> open(const std::string& path);

  FileReader(FileReader&&) noexcept;
  FileReader& operator=(FileReader&&) noexcept;
  ~FileReader();

  // At least `need` bytes from the reading position, fewer only where the file ends. They stay valid until
  // the next peek() or skip(). An error names the file, the offset and the reason; what was read before
  // it has been shown before.
  Result<Bytes> peek(std::size_t need);

  // Moves on, past what was shown if need be. False when the file ends before.
  Result<bool> skip(std::uint64_t count);

  // A plain file that ended may have grown since: the next peek() looks. Else an end is an end.
  void look_again();

  // Bytes before the reading position; of the inflated text where the file is compressed.
  std::uint64_t offset() const;
  const std::string& path() const;

 private:
  struct Impl;
  explicit FileReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone

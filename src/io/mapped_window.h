// A MappedWindow shows a stretch of a large file through the page cache, without copying it.
//
// Why, when read() is simpler? Whoever reads a capture looks at the headers, often less than a tenth of its
// bytes: read() would copy all of them.
//
// A mapping has one trap: should the file shrink meanwhile, touching what is gone raises SIGBUS. A
// handler puts zeros there, once, and remembers it: intact() then says false, and what was shown since it
// last said true is not the file's. Signals from elsewhere go to whom they went before. One thread per
// window.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace anemone {

class MappedWindow {
 public:
  MappedWindow() = default;
  MappedWindow(const MappedWindow&) = delete;
  MappedWindow& operator=(const MappedWindow&) = delete;
  ~MappedWindow();

  // Shows `size` bytes of `fd` from `offset` on, in place of what was shown before. False when that cannot
  // be had, as of a pipe, or when too many windows are open: read() is the way then.
  // REQUIRES: the file has so many.
  bool show(int fd, std::uint64_t offset, std::size_t size);

  Bytes bytes() const { return bytes_; }
  bool intact() const;

 private:
  void close();

  Bytes bytes_;
  std::uint8_t* base_ = nullptr;  // page-aligned
  std::size_t length_ = 0;
  int guard_ = -1;  // the handler's entry for this window
};

}  // namespace anemone

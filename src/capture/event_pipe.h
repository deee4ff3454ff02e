// An EventPipe reads a large capture file on a thread of its own, while the caller accounts the events.
//
// Finding frames in a file and accounting them to flows wait for different memory, so that two cores do
// it in little more than half the time. A file that ends within the first batch never sees a thread.
// Bounded: kBatches batches of kBatch events; a reader that is ahead waits. Used by one thread.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "capture/capture_file.h"

namespace anemone {

class EventPipe {
 public:
  // `file` must outlive the pipe; nobody else may use it before next() gave an empty batch.
  explicit EventPipe(CaptureFile& file) : file_(file) {}
  EventPipe(const EventPipe&) = delete;
  EventPipe& operator=(const EventPipe&) = delete;
  ~EventPipe();

  // The next events, valid until the next call; empty at the end.
  std::span<const Event> next();

 private:
  static constexpr std::size_t kBatch = 1024;
  static constexpr std::size_t kBatches = 4;

  struct Batch {
    std::vector<Event> events;
    std::size_t count = 0;
  };

  void read(Batch& batch);
  void run();

  CaptureFile& file_;
  std::array<Batch, kBatches> batches_;
  std::thread reader_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t read_ = 0;   // batches read so far; a batch's place is its number modulo kBatches
  std::size_t given_ = 0;  // batches given to the caller, the last of which is still in use
  bool stopping_ = false;
};

}  // namespace anemone

#include "capture/event_pipe.h"

namespace anemone {

EventPipe::~EventPipe() {
  if (!reader_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  reader_.join();
}

// Fills the batch, so that only the last one is less than full.
void EventPipe::read(Batch& batch) {
  batch.events.resize(kBatch);
  batch.count = 0;
  while (batch.count < kBatch) {
    const std::size_t more = file_.read(std::span(batch.events).subspan(batch.count));
    if (more == 0) break;
    batch.count += more;
  }
}

// The reader's thread: reads batches as long as there is room for one more and the last one was full.
void EventPipe::run() {
  for (;;) {
    Batch* batch = nullptr;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || read_ - given_ + 1 < kBatches; });
      if (stopping_) return;
      batch = &batches_[read_ % kBatches];
    }
    read(*batch);
    {
      const std::lock_guard lock(mutex_);
      ++read_;
    }
    changed_.notify_all();
    if (batch->count < kBatch) return;
  }
}

std::span<const Event> EventPipe::next() {
  if (given_ == 0) {  // alone, as yet
    read(batches_[0]);
    read_ = given_ = 1;
    if (batches_[0].count == kBatch) reader_ = std::thread(&EventPipe::run, this);
    return std::span(batches_[0].events).first(batches_[0].count);
  }
  std::unique_lock lock(mutex_);
  if (batches_[(given_ - 1) % kBatches].count < kBatch) return {};  // that was the last
  ++given_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return read_ >= given_; });
  const Batch& batch = batches_[(given_ - 1) % kBatches];
  return std::span(batch.events).first(batch.count);
}

}  // namespace anemone

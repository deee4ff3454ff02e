// An EventStream hands what happens now to everybody who listens: server-sent events (WHATWG HTML,
// section 9.2) without the sockets.
//
// Each subscriber has a queue with a limit. One that reads too slowly loses its oldest events, and the
// loss is counted: what is live is worth more than what is complete, and publish() never waits.
//
// Any thread may call any function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace anemone {

class EventStream {
 public:
  using Message = std::shared_ptr<const std::string>;  // as it goes over the wire, shared by all who get it

  class Subscriber {
   public:
    // What has arrived since the last call, oldest first.
    std::deque<Message> take();

   private:
    friend class EventStream;
    std::mutex mutex_;
    std::deque<Message> queue_;
    std::function<void()> wake_;
  };

  explicit EventStream(std::size_t queue_max = 64) : queue_max_(queue_max) {}

  // Sends `event` with `data` (any text; line breaks are kept) to every subscriber.
  // REQUIRES: no line break in `event`.
  void publish(std::string_view event, std::string_view data);

  // The same, and everybody who subscribes later begins with it, until another one is kept.
  void keep(std::string_view event, std::string_view data);

  // Whoever holds the answer is subscribed. `wake` is called, from the publishing thread, each time an
  // event is added to an empty queue: it must not wait, nor call this stream.
  std::shared_ptr<Subscriber> subscribe(std::function<void()> wake);

  std::size_t subscribers() const;
  std::uint64_t published() const;
  std::uint64_t dropped() const;  // events that a slow subscriber lost

 private:
  void publish_locked(const Message& message);

  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<Subscriber>> subscribers_;
  Message kept_;
  std::uint64_t published_ = 0;
  std::uint64_t dropped_ = 0;
};

// One event in the form of the standard: "event: NAME\ndata: LINE\ndata: LINE\n\n".
std::string print_event(std::string_view event, std::string_view data);

}  // namespace anemone

#include "io/event_stream.h"

#include <utility>

namespace anemone {

std::string print_event(std::string_view event, std::string_view data) {
  std::string out;
  out.reserve(event.size() + data.size() + 32);
  out.append("event: ").append(event).append("\n");
  while (true) {  // every line of the data is a field; CR, LF and CRLF all end one
    const std::size_t end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  out.append("\n");
  return out;
}

std::deque<EventStream::Message> EventStream::Subscriber::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(queue_, {});
}

void EventStream::publish(std::string_view event, std::string_view data) {
  const auto message = std::make_shared<const std::string>(print_event(event, data));
  const std::lock_guard lock(mutex_);
  publish_locked(message);
}

void EventStream::keep(std::string_view event, std::string_view data) {
  const auto message = std::make_shared<const std::string>(print_event(event, data));
  const std::lock_guard lock(mutex_);
  kept_ = message;
  publish_locked(message);
}

void EventStream::publish_locked(const Message& message) {
  ++published_;
  std::erase_if(subscribers_, [](const auto& subscriber) { return subscriber.expired(); });
  for (const auto& weak : subscribers_) {
    const auto subscriber = weak.lock();
    if (!subscriber) continue;
    bool was_empty = false;
    {
      const std::lock_guard own(subscriber->mutex_);
      was_empty = subscriber->queue_.empty();
      if (subscriber->queue_.size() >= queue_max_) {
        subscriber->queue_.pop_front();
        ++dropped_;
      }
      subscriber->queue_.push_back(message);
    }
    if (was_empty) subscriber->wake_();
  }
}

std::shared_ptr<EventStream::Subscriber> EventStream::subscribe(std::function<void()> wake) {
  auto subscriber = std::make_shared<Subscriber>();
  subscriber->wake_ = std::move(wake);
  const std::lock_guard lock(mutex_);
  if (kept_) subscriber->queue_.push_back(kept_);
  subscribers_.push_back(subscriber);
  return subscriber;
}

std::size_t EventStream::subscribers() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& subscriber : subscribers_) count += subscriber.expired() ? 0 : 1;
  return count;
}

std::uint64_t EventStream::published() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

std::uint64_t EventStream::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace anemone

#include "io/server_events.h"

#include <utility>

namespace anemone {

Result<void> ServerEvents::add(std::string_view piece, const std::function<void(const ServerEvent&)>& take) {
  for (const char c : piece) {
    const bool second_half = after_cr_ && c == '\n';
    after_cr_ = c == '\r';
    if (second_half) continue;
    if (c == '\n' || c == '\r') {
      end_line(take);
      continue;
    }
    line_ += c;
    if (line_.size() + event_.data.size() > event_bytes_max_) return Error{"an event that is too large"};
  }
  return {};
}

void ServerEvents::end_line(const std::function<void(const ServerEvent&)>& take) {
  const std::string line = std::exchange(line_, {});
  if (line.empty()) {
    ServerEvent event = std::exchange(event_, {});
    if (!std::exchange(has_data_, false)) return;
    event.data.pop_back();  // the break behind its last line
    if (event.event.empty()) event.event = "message";
    return take(event);
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = std::string_view(line).substr(0, colon);
  std::string_view value = colon == std::string::npos ? "" : std::string_view(line).substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "event") event_.event = value;
  if (name == "data") {
    event_.data.append(value).append("\n");
    has_data_ = true;
  }
}

}  // namespace anemone

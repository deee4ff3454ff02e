// ServerEvents reads a stream of server-sent events (WHATWG HTML, section 9.2), piece by piece as it comes.
//
// Fields other than `event` and `data` are passed over, comments too. An event larger than the limit is an
// error: whoever sends that is not who we think.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace anemone {

struct ServerEvent {
  std::string event;  // "message" when it has no name
  std::string data;
};

class ServerEvents {
 public:
  explicit ServerEvents(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

  Result<void> add(std::string_view piece, const std::function<void(const ServerEvent&)>& take);

 private:
  void end_line(const std::function<void(const ServerEvent&)>& take);

  std::size_t event_bytes_max_;
  std::string line_;
  bool after_cr_ = false;
  bool has_data_ = false;
  ServerEvent event_;
};

}  // namespace anemone

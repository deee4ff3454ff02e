// A Poller waits for several sockets at once, for a time; StopSignals makes Ctrl-C one more of them.
//
// For programs that run one loop in one thread: wait, read what is ready, do what is due, wait again.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace anemone {

class Poller {
 public:
  // `fd` must stay open as long as it is watched.
  void watch(int fd) { watched_.push_back(fd); }
  void forget(int fd);

  // The watched that are readable, closed or in error; empty when `at_most` has passed first. The span is
  // valid until the next call.
  std::span<const int> wait(Duration at_most);

 private:
  std::vector<int> watched_;
  std::vector<int> ready_;
};

// While it lives, SIGINT and SIGTERM, and SIGHUP where `reload_too`, do not end the process but make fd()
// readable.
class StopSignals {
 public:
  static Result<StopSignals> open(bool reload_too = false);
  StopSignals(StopSignals&& other) noexcept;
  StopSignals& operator=(StopSignals&&) = delete;
  ~StopSignals();

  int fd() const { return fd_; }

  // Takes one of the signals that came: SIGHUP and the like; 0 when there is none. For who wants more than to
  // stop.
  int take();

 private:
  StopSignals(int fd, bool reload_too) : fd_(fd), reload_too_(reload_too) {}
  int fd_;
  bool reload_too_;
};

}  // namespace anemone

#include "io/poller.h"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace anemone {
namespace {

sigset_t signals(bool reload_too) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (reload_too) sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void Poller::forget(int fd) { std::erase(watched_, fd); }

std::span<const int> Poller::wait(Duration at_most) {
  std::vector<pollfd> asked;
  for (int fd : watched_) asked.push_back({fd, POLLIN, 0});
  const auto ms = std::clamp<std::int64_t>((at_most.count() + 999) / 1000, 0, 3'600'000);
  ready_.clear();
  if (poll(asked.data(), asked.size(), static_cast<int>(ms)) > 0) {
    for (const pollfd& one : asked) {
      if (one.revents != 0) ready_.push_back(one.fd);
    }
  }
  return ready_;
}

Result<StopSignals> StopSignals::open(bool reload_too) {
  const sigset_t set = signals(reload_too);
  if (pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) return Error{"signals cannot be blocked"};
  const int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) return Error{std::string("no signalfd: ") + std::strerror(errno)};
  return StopSignals(fd, reload_too);
}

StopSignals::StopSignals(StopSignals&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), reload_too_(other.reload_too_) {}

StopSignals::~StopSignals() {
  if (fd_ < 0) return;
  while (take() != 0) {  // what came has been answered: it must not end us once it is let through again
  }
  close(fd_);
  const sigset_t set = signals(reload_too_);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

int StopSignals::take() {
  signalfd_siginfo one{};
  return read(fd_, &one, sizeof one) == sizeof one ? static_cast<int>(one.ssi_signo) : 0;
}

}  // namespace anemone

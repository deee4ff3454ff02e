#include "io/mapped_window.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>

namespace anemone {
namespace {

// What the signal handler knows of a window. `begin` is set last and cleared first.
struct Guard {
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};
  std::atomic<bool> broken{false};
  std::atomic<bool> taken{false};
};

constexpr std::size_t kGuards = 64;
std::array<Guard, kGuards> guards;
std::uintptr_t page_size = 4096;
struct sigaction before {};

// Touching a page that the file no longer has: zeros take its place. Only calls that are safe in a handler.
bool put_zeros(std::uintptr_t address) {
  for (Guard& guard : guards) {
    const std::uintptr_t begin = guard.begin.load();
    if (begin == 0 || address < begin || address >= guard.end.load()) continue;
    guard.broken.store(true);
    void* page = reinterpret_cast<void*>(address / page_size * page_size);  // NOLINT: an address it is
    return mmap(page, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
  }
  return false;
}

void on_bus_error(int signal_number, siginfo_t* info, void* context) {
  if (put_zeros(reinterpret_cast<std::uintptr_t>(info->si_addr))) return;
  if ((before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction != nullptr) {
    before.sa_sigaction(signal_number, info, context);
  } else {
    sigaction(SIGBUS, &before, nullptr);  // the fault comes again, and goes where it would have gone
  }
}

void install_handler() {
  static std::once_flag once;
  std::call_once(once, [] {
    page_size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    struct sigaction action {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGBUS, &action, &before);
  });
}

int take_guard() {
  install_handler();
  for (std::size_t i = 0; i < kGuards; ++i) {
    if (!guards[i].taken.exchange(true)) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

MappedWindow::~MappedWindow() {
  close();
  if (guard_ >= 0) guards[static_cast<std::size_t>(guard_)].taken.store(false);
}

bool MappedWindow::show(int fd, std::uint64_t offset, std::size_t size) {
  if (guard_ < 0) guard_ = take_guard();
  close();
  if (guard_ < 0) return false;
  const std::uint64_t aligned = offset / page_size * page_size;
  const std::size_t lead = static_cast<std::size_t>(offset - aligned);
  void* mapped = mmap(nullptr, lead + size, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(aligned));
  if (mapped == MAP_FAILED) return false;
  base_ = static_cast<std::uint8_t*>(mapped);
  length_ = lead + size;
  Guard& guard = guards[static_cast<std::size_t>(guard_)];
  guard.broken.store(false);
  guard.end.store(reinterpret_cast<std::uintptr_t>(base_) + length_);
  guard.begin.store(reinterpret_cast<std::uintptr_t>(base_));
  bytes_ = {base_ + lead, size};
  return true;
}

bool MappedWindow::intact() const {
  return guard_ < 0 || !guards[static_cast<std::size_t>(guard_)].broken.load(std::memory_order_relaxed);
}

void MappedWindow::close() {
  if (base_ == nullptr) return;
  guards[static_cast<std::size_t>(guard_)].begin.store(0);
  munmap(base_, length_);
  base_ = nullptr;
  bytes_ = {};
}

}  // namespace anemone

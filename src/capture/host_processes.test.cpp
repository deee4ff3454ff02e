#include "capture/host_processes.h"

#include <doctest/doctest.h>

#include <map>

using namespace anemone;

namespace {

// As the kernel's, which anybody may change between two calls.
struct FakeMap : HostProcessMap {
  std::map<std::uint32_t, HostProcess> rows;
  mutable int asked = 0;

  void enter(std::uint32_t number, std::uint32_t pid) { rows[number].pid = pid; }
  std::optional<HostProcess> find(std::uint32_t number) const override {
    ++asked;
    const auto row = rows.find(number);
    return row == rows.end() ? std::nullopt : std::optional(row->second);
  }
  std::optional<std::uint32_t> first() const override {
    return rows.empty() ? std::nullopt : std::optional(rows.begin()->first);
  }
  std::optional<std::uint32_t> after(std::uint32_t number) const override {
    const auto next = rows.upper_bound(number);
    return next == rows.end() ? std::nullopt : std::optional(next->first);
  }
  void erase(std::uint32_t number) override { rows.erase(number); }
};

struct Kernel : FakeMap {
  HostProcesses processes{*this};
  void readings(std::uint32_t count) {
    for (; count > 0; --count) processes.forget();
  }
};

}  // namespace

TEST_CASE("a process is read from the kernel once, and nobody is a process of zeros") {
  Kernel kernel;
  kernel.enter(7, 42);
  CHECK(kernel.processes.find(7).pid == 42);
  CHECK(kernel.processes.find(7).pid == 42);
  CHECK(kernel.asked == 1);
  CHECK(kernel.processes.find(0).pid == 0);
  CHECK(kernel.processes.find(8).pid == 0);
}

TEST_CASE("processes leave the kernel's map when no slot names them any more, those never asked for too") {
  Kernel kernel;
  kernel.enter(1, 41);
  kernel.enter(2, 42);
  kernel.enter(3, 43);
  kernel.processes.find(1);
  for (int i = 0; i < 16; ++i) {
    kernel.processes.find(2);
    kernel.readings(1);
  }
  REQUIRE(kernel.rows.size() == 1);
  CHECK(kernel.rows.contains(2));
}

TEST_CASE("a slot that was filled just before its process left the kernel's map still has its process") {
  Kernel kernel;
  kernel.enter(1, 41);
  while (!kernel.rows.empty()) kernel.readings(1);
  kernel.readings(2);  // the slot is read at the next reading, or the one after
  CHECK(kernel.processes.find(1).pid == 41);
  kernel.readings(HostProcesses::kKeptReadings);
  CHECK(kernel.processes.find(1).pid == 41);
  CHECK(kernel.asked == 1);
}

TEST_CASE("a number that was forgotten may become another process's") {
  Kernel kernel;
  kernel.enter(1, 41);
  kernel.processes.find(1);
  kernel.readings(40);
  CHECK(kernel.rows.empty());
  kernel.enter(1, 99);
  CHECK(kernel.processes.find(1).pid == 99);
}

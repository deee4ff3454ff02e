#include "agent/shedding.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

const Budget kBudget{.cpu_share = 0.05, .memory_bytes = 100};

Use use(double cpu_share, std::uint64_t memory = 10) {
  return {.cpu = Duration{static_cast<std::int64_t>(cpu_share * 1e7)}, .passed = 10s, .memory_bytes = memory};
}

}  // namespace

TEST_CASE("within its budget the agent keeps all detail") {
  Shedding shedding(kBudget);
  for (int i = 0; i < 100; ++i) CHECK(shedding.decide(use(0.049)) == Detail::kAll);
  CHECK(shedding.steps_down() == 0);
}

TEST_CASE("one burst over the budget changes nothing, two in a row take one step") {
  Shedding shedding(kBudget);
  CHECK(shedding.decide(use(0.2)) == Detail::kAll);
  CHECK(shedding.decide(use(0.01)) == Detail::kAll);
  CHECK(shedding.decide(use(0.2)) == Detail::kAll);
  CHECK(shedding.decide(use(0.2)) == Detail::kSlow);
  CHECK(shedding.decide(use(0.2)) == Detail::kSlow);
  CHECK(shedding.decide(use(0.2)) == Detail::kWithoutPorts);
  for (int i = 0; i < 10; ++i) CHECK(shedding.decide(use(0.2)) == Detail::kWithoutPorts);
  CHECK(shedding.steps_down() == 2);
}

TEST_CASE("memory counts as processor time does") {
  Shedding shedding(kBudget);
  shedding.decide(use(0, 101));
  CHECK(shedding.decide(use(0, 101)) == Detail::kSlow);
}

TEST_CASE("detail comes back step by step when it is calm, and not while it is merely within the budget") {
  Shedding shedding(kBudget);
  for (int i = 0; i < 4; ++i) shedding.decide(use(0.2));
  REQUIRE(shedding.detail() == Detail::kWithoutPorts);
  for (int i = 0; i < 100; ++i) CHECK(shedding.decide(use(0.04)) == Detail::kWithoutPorts);
  for (int i = 1; i < Shedding::kCalmToReturn; ++i)
    CHECK(shedding.decide(use(0.01)) == Detail::kWithoutPorts);
  CHECK(shedding.decide(use(0.01)) == Detail::kSlow);
  for (int i = 0; i < Shedding::kCalmToReturn; ++i) shedding.decide(use(0.01));
  CHECK(shedding.detail() == Detail::kAll);
}

TEST_CASE("this process has used some time and some memory") {
  const Use now = used_by_this_process();
  CHECK(now.memory_bytes > 1'000'000);
  CHECK(now.cpu >= Duration{0});
}

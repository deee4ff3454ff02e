// Work for several threads at once: pieces that are taken one after the other by whoever is free.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace anemone {

// Calls make() in each of `threads` threads (this one among them), and what that returns with each of the
// numbers below `count`, each number once: work = make(); work(number). Returns when all is done.
template <class Make>
void in_threads(unsigned threads, std::size_t count, Make make) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    auto work = make();
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads && i < count; ++i) others.emplace_back(run);
  run();
  for (std::thread& other : others) other.join();
}

}  // namespace anemone

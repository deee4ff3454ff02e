// The CounterFeed brings files of interface counters into a server, and says what in them is not understood.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "counter/counter_file.h"

namespace anemone {

class CounterFeed {
 public:
  // `counters` must outlive it.
  CounterFeed(const std::vector<std::string>& paths, LinkCounters& counters);

  // Reads what came since the last time. To be called again and again, by one thread.
  void follow();
  // Any thread.
  std::string metrics_text() const;

 private:
  struct Followed {
    CounterFile file;
    std::string problem;  // said last
    std::uint64_t problems = 0;
  };
  void follow(Followed& followed);

  LinkCounters& counters_;
  std::vector<Followed> files_;
  std::atomic<std::uint64_t> problems_{0};
};

// Says on standard error what is not understood of a file, the first few of it.
void say_counter_problems(const std::string& path, const std::vector<CounterProblem>& problems,
                          std::uint64_t said_before);

// Whole files, for commands that answer once.
Result<void> read_counter_files(const std::vector<std::string>& paths, LinkCounters& counters);

}  // namespace anemone

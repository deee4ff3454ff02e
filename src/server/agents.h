// Agents are all that have spoken to this server since it started: when, how they are, what they sent.
//
// What an agent says of itself is kept as it said it, within bounds; it is shown, not relied upon. A name
// beyond `agents_max` is refused. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "io/clock.h"

namespace anemone {

// What an agent reports of itself.
struct AgentStatus {
  std::uint64_t version = 0;             // of the work in force there
  std::vector<std::string> definitions;  // in force, by name
  std::optional<Duration> clock_offset;  // its clock less ours
  std::string source;                    // "ebpf", "packets"
  std::vector<std::pair<std::string, std::uint64_t>> counters;
  std::vector<std::string> problems;
};

struct AgentState {
  std::string name;
  Time last_seen{};
  AgentStatus status;
  std::uint64_t files = 0;    // kept, since the server started
  std::uint64_t records = 0;  // in them
  std::uint64_t bad_files = 0;
};

class Agents {
 public:
  static constexpr std::size_t kCountersMax = 256;
  static constexpr std::size_t kProblemsMax = 32;

  // `clock` must outlive it.
  explicit Agents(const Clock& clock, std::size_t agents_max = 20'000)
      : clock_(clock), agents_max_(agents_max) {}

  // False when there are too many.
  bool seen(const std::string& name);
  void reported(const std::string& name, AgentStatus status);
  void sent_file(const std::string& name, std::uint64_t records);
  void sent_bad_file(const std::string& name);
  // Somebody came with a token that is not for the name it used.
  void spoke_for_another() { ++wrong_names_; }

  std::vector<AgentState> list() const;  // by name
  // The names of those that spoke within `age`.
  std::vector<std::string> heard_within(Duration age) const;
  std::uint64_t refused() const;
  std::uint64_t wrong_names() const { return wrong_names_; }

 private:
  AgentState* find(const std::string& name);  // REQUIRES: the lock is held

  const Clock& clock_;
  const std::size_t agents_max_;
  mutable std::mutex mutex_;
  std::map<std::string, AgentState, std::less<>> agents_;
  std::uint64_t refused_ = 0;
  std::atomic<std::uint64_t> wrong_names_{0};
};

}  // namespace anemone

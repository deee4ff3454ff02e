// AgentTasks are what the server wants of its agents: flow definitions to run, and questions about what they
// still remember.
//
// Definitions are kept in a file of the store's folder and survive a restart; a text that does not parse is
// refused with its column. A question goes to every agent that spoke lately; ask() waits until all of them
// have answered or the time is over, and merges what came: flows with the same key in the same slice are one,
// with the sum of their counts. Two agents at both ends of the same traffic both count it: keep `direction`
// in the key, or filter by it, to tell them apart.
//
// Whenever the tasks change, an event `work` with their version goes to all who listen to `changes`
// (docs/formats/agent-api.md). Any thread; ask() blocks its caller.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "capture/record_names.h"
#include "io/clock.h"
#include "io/event_stream.h"
#include "record/flow_record.h"
#include "server/agents.h"

namespace anemone {

struct WantedDefinition {
  std::string name;
  std::string define;
};

struct OpenQuestion {
  std::string id;
  std::string define;
  Time from{};
  Time to{};
};

struct TaskList {
  std::uint64_t version = 0;
  std::vector<WantedDefinition> definitions;
  std::vector<OpenQuestion> questions;  // that this agent has not answered
};

enum class AnswerState : std::uint8_t { kWaiting, kAnswered, kFailed };

struct AgentAnswer {
  std::string name;
  AnswerState state{};
  std::optional<Time> from;  // what it covers
  std::optional<Time> to;
  std::uint64_t records = 0;
  std::string error;
};

struct QueryAnswer {
  Time from{};
  Time to{};
  std::vector<AgentAnswer> agents;
  std::shared_ptr<const RecordNames> names;
  std::vector<FlowRecord> flows;  // the largest first
  std::uint64_t left_off = 0;     // merged flows beyond `flows_max`; the totals have them
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t merged = 0;  // flows in all
};

struct QueryWish {
  std::string define;
  Time from{};
  Time to{};
  Duration wait = 2s;
  std::size_t flows_max = 10'000;
};

class AgentTasks {
 public:
  static constexpr std::size_t kDefinitionsMax = 2;
  static constexpr std::size_t kQuestionsMax = 4;        // at once
  static constexpr std::size_t kRecordsMax = 2'000'000;  // of the answers to a question
  static constexpr Duration kHeard = 45s;                // agents that spoke within it are asked

  // `agents`, `clock` and `changes` must outlive it. `file` is where definitions are kept.
  static Result<std::unique_ptr<AgentTasks>> open(const std::string& file, const Agents& agents,
                                                  const Clock& clock, EventStream& changes);

  std::vector<WantedDefinition> definitions() const;
  // Sets or replaces; an error says what is wrong with name or text, or that there are too many.
  Result<void> set_definition(const std::string& name, const std::string& define);
  // False when there is none of that name.
  Result<bool> remove_definition(const std::string& name);

  TaskList tasks_of(const std::string& agent) const;
  // An agent's answer: a file, or why there is none. False when nobody waits for it any more.
  Result<bool> answered(const std::string& agent, const std::string& id, Time from, Time to, Bytes file,
                        const std::string& error);

  // An error when the definition does not parse, or too many questions are open.
  Result<QueryAnswer> ask(const QueryWish& wish);

 private:
  struct Asked;
  AgentTasks(std::string file, const Agents& agents, const Clock& clock, EventStream& changes);
  Result<void> read();
  Result<void> write(const std::vector<WantedDefinition>& definitions) const;
  void changed();  // REQUIRES: the lock is held

  const std::string file_;
  const Agents& agents_;
  const Clock& clock_;
  EventStream& changes_;
  std::mutex writing_;  // taken before `mutex_`

  mutable std::mutex mutex_;  // what follows
  std::condition_variable answer_came_;
  std::uint64_t version_ = 0;
  std::uint64_t next_id_ = 1;
  std::vector<WantedDefinition> definitions_;
  std::map<std::string, std::shared_ptr<Asked>, std::less<>> open_;
};

}  // namespace anemone

// An Agent is everything that runs on a host, joined:
//
//   kernel -> micro-flows -> labels -+-> definitions in force -> records -+-> spool -> server
//                                    |                                    +-> collectors (IPFIX)
//                                    +-> archive -> answers to questions about the past
//
// tick() is called each second by one thread and does all of it; uploads, exports and the line to the server
// have threads of their own, so that no network makes the host's traffic wait. What it may use is kept by
// shedding detail. A good end loses nothing. What a killed agent had counted is in the archive, and the next
// one makes records of it (agent/resumption.h); what passed until it counts again is lost, and told.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/agent_config.h"
#include "agent/labels.h"
#include "agent/outlets.h"
#include "agent/resumption.h"
#include "agent/running_definitions.h"
#include "agent/server_link.h"
#include "agent/shedding.h"
#include "agent/traffic_source.h"
#include "base/result.h"
#include "flow/event_archive.h"
#include "host/nat_connections.h"
#include "io/clock.h"

namespace anemone {

class Agent {
 public:
  // Builds everything, starts nothing. `clock` must outlive it.
  static Result<std::unique_ptr<Agent>> open(const AgentConfig& config, const Clock& clock);
  ~Agent();

  // Where words for people go; may be called by any of the agent's threads. Set before start().
  std::function<void(const std::string&)> say;

  Result<void> start();
  // Reads the kernel and does what is due; how long until it wants to be called again.
  Duration tick();
  // Takes over what can change while it runs; an error, and no change, when it cannot be. Answers with the
  // options that need a restart.
  Result<std::vector<std::string>> reload(const AgentConfig& wanted);
  // Hands on everything.
  void finish();

  // Prometheus' text (exposition format 0.0.4); any thread, as of the last tick.
  std::string metrics() const;
  const std::vector<std::string>& limits() const { return source_->limits(); }
  const char* source_kind() const { return source_->kind(); }

  static constexpr Duration kTick = 1s;
  static constexpr Duration kSlowTick = 5s;
  static constexpr Duration kMeasureEvery = 10s;
  static constexpr Duration kResumedTold = 10min;  // a kill is among the problems for so long

 private:
  explicit Agent(const AgentConfig& config, const Clock& clock, ApplicationRules rules);
  Result<void> open_parts();
  void resume(Time now);
  void take(Time now);
  void note_progress(Time now, const CountsByInterface& interfaces);
  void keep_micro_flows(Time taken_before);
  void look_at_interfaces();
  void look_at_place(Time now);
  void send(RecordBatch&& batch);
  void measure(Time now);
  void keep_counters();
  void problem(const std::string& part, const Result<void>& done);
  Result<QuestionAnswer> answer(const Question& question);
  AgentReport report() const;

  AgentConfig config_;
  const Clock& clock_;
  Labels labels_;
  Shedding shedding_;
  std::unique_ptr<TrafficSource> source_;
  std::unique_ptr<RunningDefinitions> definitions_;
  std::unique_ptr<EventArchive> archive_;  // none when none is wanted
  std::unique_ptr<Outlets> outlets_;
  std::unique_ptr<ServerLink> link_;  // none without a server
  Resumption resumption_;
  NatConnections connections_;
  HostFacts facts_;
  Time place_wanted_{};                 // when to look again where the host is
  std::vector<MicroFlow> micro_flows_;  // scratch
  Use used_;                            // when last measured
  Time measured_{};
  Time taken_{};             // micro-flows up to here
  Time handed_on_before_{};  // what the spool's mark says
  Time resumed_{};           // when what happened before was told; no time: nothing to tell

  mutable std::mutex mutex_;  // what follows
  TrafficSource::Counters counters_;
  std::vector<std::pair<std::string, std::string>> problems_;  // by part, the newest of each
};

}  // namespace anemone

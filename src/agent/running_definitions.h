// RunningDefinitions are the flow definitions in force on an agent: its own, or those that its server wants.
//
// Several see the same micro-flows; each makes its own flows, which become a batch of records at the end of
// each of its slices. A definition that goes hands its flows on at once, cut short; one that did not change
// goes on undisturbed.
//
// want() may be called by any thread and takes effect at the next advance(); the rest belongs to one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/agent_work.h"
#include "base/result.h"
#include "flow/defined_flows.h"
#include "record/flow_record.h"

namespace anemone {

// The records of a slice by one definition, or a part of them: a slice of a hundred thousand flows is handed
// on piece by piece, so that its records are never all in memory. Parts of two definitions may alternate.
struct RecordBatch {
  std::uint32_t definition = 0;  // its place among those in force, from 1
  std::string name;
  Time until{};  // the slice's end, or when the definition went
  std::vector<FlowRecord> records;
  bool goes_on = false;  // another part follows, maybe without records
  // With the last part: whatever was given to add() so far and began before this is in records.
  Time handed_on_before{};
};

class RunningDefinitions {
 public:
  using Take = std::function<void(RecordBatch&&)>;

  // `own` is in force while nobody wants others; an error when it cannot be. `names` must outlive this.
  static Result<std::unique_ptr<RunningDefinitions>> make(const std::string& own, RecordNames& names,
                                                          std::size_t flows_max,
                                                          InterfaceNumbers interfaces = {});

  // None: the agent's own.
  void want(std::vector<NamedDefinition> definitions);
  // What interfaces are called, for definitions that are taken up from here on.
  void set_interfaces(InterfaceNumbers interfaces) { interfaces_ = std::move(interfaces); }
  // Changes the agent's own; an error, and no change, when it cannot be.
  Result<void> set_own(const std::string& define);

  // Parts of batches may be due at once; the last part comes with advance() or finish().
  void add(std::span<const MicroFlow> micro_flows, const Take& take);
  // Time has passed: cuts what is due, takes up what is wanted. Batches without records are not handed on.
  void advance(Time now, const Take& take);
  // Hands on everything, at the end.
  void finish(Time now, const Take& take);

  std::vector<std::string> names_in_force() const;  // any thread
  std::vector<std::string> problems() const;  // definitions that could not be taken up, and why; any thread
  std::size_t flows() const;
  std::uint64_t pushed_out() const;
  // Of the first definition: its slices' length, 0 where it has none; and up to when records were handed on.
  Duration slice() const { return running_.front().flows.definition().slice; }
  Time handed_on_before() const { return running_.front().handed_on_before; }

 private:
  struct Running {
    NamedDefinition as_wanted;
    std::uint32_t number = 0;
    DefinedFlows flows;
    Time slice{};  // that is open; no time before the first
    std::vector<Flow> due;
    bool begun = false;  // a part of the batch has been handed on
    Time handed_on_before{};
  };
  // When a batch ends: the time that is said of it, and before which its flows begin; later ones wait for the
  // next.
  struct Close {
    Time until{};
    Time before{};
  };

  RunningDefinitions(RecordNames& names, std::size_t flows_max, InterfaceNumbers interfaces)
      : names_(names), flows_max_(flows_max), interfaces_(std::move(interfaces)) {}
  Result<DefinedFlows> make_flows(const std::string& define) const;
  void take_up(Time now, const Take& take);
  static Close close_at(const Running& running, Time until);
  static RecordBatch batch_of(const Running& running, const Close& close, bool goes_on);
  static void hand_on_part(Running& running, const Close& close, const Take& take);
  static void hand_on_rest(Running& running, const Close& close, const Take& take);
  void number_anew(Time now, const Take& take);
  static void finish(Running& running, Time now, const Take& take);

  RecordNames& names_;
  const std::size_t flows_max_;
  InterfaceNumbers interfaces_;
  std::string own_;
  std::vector<Running> running_;
  std::vector<Flow> flows_;  // scratch
  std::uint64_t pushed_out_before_ = 0;

  mutable std::mutex mutex_;  // what follows
  std::optional<std::vector<NamedDefinition>> wanted_;
  std::vector<std::string> names_in_force_;
  std::vector<std::string> problems_;
};

// What a flow is where nobody says otherwise.
inline constexpr const char* kOwnDefinition = "own";
inline constexpr std::uint32_t kFirstDefinition = 1;

}  // namespace anemone

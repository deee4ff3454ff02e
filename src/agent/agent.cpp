#include "agent/agent.h"

#include <algorithm>
#include <utility>

#include "agent/late_readings.h"
#include "agent/translations.h"
#include "flow/left_over.h"
#include "flow/retrospect.h"
#include "record/from_flow.h"
#include "record/ipfix_writer.h"

namespace anemone {
namespace {

// A router with the routes of the Internet has better things to do than to list them.
constexpr std::size_t kRoutesToAskOften = 5'000;
constexpr Duration kManyRoutesAgain = 5min;

constexpr const char* kMetricPrefix = "anemone_agent_";

// "lost_packets" of the kernel's part -> "anemone_agent_lost_packets_total".
void put(std::string& text, const std::string& name, std::uint64_t value) {
  const std::string full = kMetricPrefix + name;
  text += "# TYPE " + full + (name.ends_with("_total") ? " counter\n" : " gauge\n");
  text += full + " " + std::to_string(value) + "\n";
}

InterfaceNumbers interface_numbers(const std::vector<HostInterface>& interfaces) {
  InterfaceNumbers numbers;
  for (const HostInterface& interface : interfaces) numbers[interface.name] = interface.index;
  return numbers;
}

}  // namespace

Agent::Agent(const AgentConfig& config, const Clock& clock, ApplicationRules rules)
    : config_(config),
      clock_(clock),
      labels_(std::move(rules)),
      shedding_(config.budget),
      resumption_(config.spool) {}

Agent::~Agent() {
  if (link_) link_->stop();
  if (outlets_) outlets_->stop();
}

Result<std::unique_ptr<Agent>> Agent::open(const AgentConfig& config, const Clock& clock) {
  if (auto good = check(config); !good) return good.error();
  auto rules = read_application_rules(config.rules);
  if (!rules) return rules.error().in("--rules");
  std::unique_ptr<Agent> agent(new Agent(config, clock, std::move(*rules)));
  if (auto opened = agent->open_parts(); !opened) return opened.error();
  return agent;
}

Result<void> Agent::open_parts() {
  const auto interfaces = host_interfaces();
  if (!interfaces) return interfaces.error();
  auto definitions = RunningDefinitions::make(config_.define, labels_.names(), config_.flows_max,
                                              interface_numbers(*interfaces));
  if (!definitions) return definitions.error().in("--define");
  definitions_ = std::move(*definitions);
  if (!config_.archive.empty()) {
    EventArchiveConfig config;
    config.folder = config_.archive;
    config.bytes_max = config_.archive_bytes;
    auto archive = EventArchive::open(config, labels_.names());
    if (!archive) return archive.error().in("--archive");
    archive_ = std::move(*archive);
  }
  auto outlets = Outlets::open(config_);
  if (!outlets) return outlets.error();
  outlets_ = std::move(*outlets);
  if (!config_.server.empty()) {
    auto server = server_of(config_);
    if (!server) return server.error();
    auto link = ServerLink::make(
        {std::move(*server), config_.name}, clock_,
        {[this](const auto& wanted) { definitions_->want(wanted); },
         [this](const Question& question) { return answer(question); }, [this] { return report(); }});
    if (!link) return link.error().in("--server");
    link_ = std::move(*link);
  }
  auto source = open_traffic_source(config_, labels_);
  if (!source) return source.error();
  source_ = std::move(*source);
  return {};
}

Result<void> Agent::start() {
  if (auto started = outlets_->start(say); !started) return started.error();
  if (link_) link_->start();
  used_ = used_by_this_process();
  measured_ = taken_ = clock_.now();
  resume(measured_);
  look_at_interfaces();
  look_at_place(measured_);
  keep_counters();
  return {};
}

void Agent::resume(Time now) {
  const std::string story =
      resumption_.take_up(config_.archive, outlets_->mark(), now, labels_.names(), [this](const auto& some) {
        resumption_.counted(some, definitions_->slice());
        definitions_->add(some, [this](RecordBatch&& batch) { send(std::move(batch)); });
      });
  handed_on_before_ = definitions_->handed_on_before();
  if (!story.empty()) {
    resumed_ = now;
    problem("resumed", Error{story});
  }
  if (archive_ && outlets_->mark().empty())
    problem("spool", outlets_->set_mark(print_handed_on({kAllHandedOn, now})));
}

Duration Agent::tick() {
  take(clock_.now());
  const Time now = clock_.now();
  if (now - measured_ >= kMeasureEvery || now < measured_) {
    measure(now);
    look_at_interfaces();
    look_at_place(now);
    if (resumed_ > Time{} && now - resumed_ > kResumedTold) problem("resumed", {});
  }
  keep_counters();
  const Duration step = shedding_.detail() == Detail::kAll ? kTick : kSlowTick;
  // On the step's multiples of the wall clock, so that slices end with a reading of the kernel.
  return std::max<Duration>(slice_start(now, step) + step - clock_.now(), 1ms);
}

void Agent::take(Time now) {
  const Time taken_before = taken_;
  const auto interfaces = interface_counts();
  const auto hand_on = [this](RecordBatch&& batch) { send(std::move(batch)); };
  const auto drained = source_->drain([&](std::span<const MicroFlow> counted) {
    micro_flows_.assign(counted.begin(), counted.end());
    part_at_slices(micro_flows_, kSlowTick);
    labels_.label(micro_flows_);
    resumption_.counted(micro_flows_, definitions_->slice());
    definitions_->add(micro_flows_, hand_on);
    if (archive_) keep_micro_flows(taken_before);
  });
  problem("capture", drained);
  micro_flows_.clear();
  if (archive_) keep_micro_flows(taken_before);  // that there was nothing, too
  problem("connections", connections_.refresh(now));
  definitions_->advance(now, hand_on);
  note_progress(now, interfaces.value_or({}));
}

void Agent::send(RecordBatch&& batch) {
  RecordNames& names = labels_.names();
  add_translations(batch.records, connections_, names.nats);
  const bool done = batch.definition == kFirstDefinition && !batch.goes_on;
  const std::string mark = done && archive_ ? print_handed_on({batch.handed_on_before, taken_}) : "";
  const auto sent = outlets_->send(batch, names, facts_, mark);
  problem("records", sent);
  if (done) resumption_.handed_on(batch.handed_on_before);
  if (done && sent) handed_on_before_ = batch.handed_on_before;
  names.nats.clear();
}

// A slice without records is over, too.
void Agent::note_progress(Time now, const CountsByInterface& interfaces) {
  const Time before = definitions_->handed_on_before();
  if (before != handed_on_before_) {
    handed_on_before_ = before;
    resumption_.handed_on(before);
    if (archive_) problem("spool", outlets_->set_mark(print_handed_on({before, taken_})));
  }
  problem("spool", resumption_.note(now, interfaces, outlets_->mark()));
}

// The time they cover includes all of them: clocks of the kernel and ours differ by a little.
void Agent::keep_micro_flows(Time taken_before) {
  TimeRange counted{taken_before, clock_.now()};
  for (const MicroFlow& micro_flow : micro_flows_) {
    counted.from = std::min(counted.from, micro_flow.event.time);
    counted.to = std::max(counted.to, micro_flow.event.time + Duration{1});
  }
  problem("archive", archive_->add(counted, micro_flows_));
  taken_ = std::max(taken_, counted.to);
}

void Agent::look_at_interfaces() {
  const auto interfaces = host_interfaces();
  if (!interfaces) return problem("interfaces", interfaces.error());
  labels_.set_interfaces(*interfaces);
  definitions_->set_interfaces(interface_numbers(*interfaces));
  problem("interfaces", source_->look_at(*interfaces, config_.interfaces));
}

void Agent::look_at_place(Time now) {
  if (now < place_wanted_) return;
  auto place = host_place();
  problem("place", place ? Result<void>{} : place.error());
  if (!place) return;
  const auto later = place->routes > kRoutesToAskOften ? kManyRoutesAgain : Duration{0};
  place_wanted_ = now + later;
  facts_ = {now, config_.name, std::move(place->addresses), std::move(place->gateways), place->forwards};
}

void Agent::measure(Time now) {
  Use use = used_by_this_process();
  const Use since{use.cpu - used_.cpu, now - measured_, use.memory_bytes};
  const Detail before = shedding_.detail();
  const Detail after = shedding_.decide(since);
  used_ = use;
  measured_ = now;
  if (after == before) return;
  source_->set_coarse(after >= Detail::kWithoutPorts);
  if (say) say(std::string("detail is now: ") + print_detail(after));
}

void Agent::finish() {
  take(clock_.now());
  definitions_->finish(clock_.now(), [this](RecordBatch&& batch) { send(std::move(batch)); });
  note_progress(clock_.now(), {});
  resumption_.end_well();
  if (link_) link_->stop();
  outlets_->stop();
}

Result<std::vector<std::string>> Agent::reload(const AgentConfig& wanted) {
  if (auto good = check(wanted); !good) return good.error();
  auto rules = read_application_rules(wanted.rules);
  if (!rules) return rules.error().in("--rules");
  if (auto set = definitions_->set_own(wanted.define); !set) return set.error().in("--define");
  labels_.set_rules(std::move(*rules));
  shedding_.set_budget(wanted.budget);
  const auto later = differences_that_need_a_restart(config_, wanted);
  config_.define = wanted.define;
  config_.rules = wanted.rules;
  config_.budget = wanted.budget;
  config_.interfaces = wanted.interfaces;
  look_at_interfaces();
  return later;
}

Result<QuestionAnswer> Agent::answer(const Question& question) {
  if (config_.archive.empty()) return Error{"this agent keeps no micro-flows (--archive)"};
  const auto definition = parse_flow_definition(question.define);
  if (!definition) return definition.error();
  QuestionAnswer answer;
  RecordNames names;
  std::vector<FlowRecord> records;
  IpfixWriter writer;
  const auto keep = [&](Bytes message) {
    answer.file.insert(answer.file.end(), message.begin(), message.end());
  };
  const auto past = look_back(config_.archive, *definition, {question.from, question.to}, names,
                              [&](std::span<const Flow> flows) {
                                records.clear();
                                for (const Flow& flow : flows)
                                  records.push_back(record_of(flow, ObserverId{}));
                                writer.write(records, names, clock_.now(), keep);
                              });
  if (!past) return past.error();
  answer.from = past->covered.from;
  answer.to = past->covered.to;
  return answer;
}

// What went wrong last in each part, until it goes right again.
void Agent::problem(const std::string& part, const Result<void>& done) {
  const std::string text = done ? "" : part + ": " + done.error().message;
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    const auto known =
        std::find_if(problems_.begin(), problems_.end(), [&](const auto& one) { return one.first == part; });
    if (known == problems_.end()) {
      problems_.emplace_back(part, text);
      is_new = !text.empty();
    } else {
      is_new = !text.empty() && known->second != text;
      known->second = text;
    }
  }
  if (is_new && say) say(text);
}

void Agent::keep_counters() {
  TrafficSource::Counters counters = source_->counters();
  const LabelCounts& labels = labels_.counts();
  const Use use = used_by_this_process();
  const NatCounts nat = connections_.counts();
  const ResumptionCounts& resumed = resumption_.counts();
  counters.insert(counters.end(),
                  {{"labelled_bytes_total", labels.bytes},
                   {"unknown_process_bytes_total", labels.no_process},
                   {"unknown_executable_bytes_total", labels.no_executable},
                   {"unknown_application_bytes_total", labels.no_application},
                   {"flows", definitions_->flows()},
                   {"flows_pushed_out_total", definitions_->pushed_out()},
                   {"nat_connections", nat.connections},
                   {"nat_refused_total", nat.refused},
                   {"nat_gaps_total", nat.gaps},
                   {"resumed_rebuilt_packets_total", resumed.rebuilt_packets},
                   {"resumed_rebuilt_bytes_total", resumed.rebuilt_bytes},
                   {"resumed_lost_packets_total", resumed.lost_packets},
                   {"resumed_lost_bytes_total", resumed.lost_bytes},
                   {"unwatched_microseconds_total", static_cast<std::uint64_t>(resumed.unwatched.count())},
                   {"unwatched_interface_packets_total", resumed.unwatched_packets},
                   {"unwatched_interface_bytes_total", resumed.unwatched_bytes},
                   {"detail_steps_total", shedding_.steps_down()},
                   {"detail", static_cast<std::uint64_t>(shedding_.detail())},
                   {"cpu_microseconds_total", static_cast<std::uint64_t>(use.cpu.count())},
                   {"memory_bytes", use.memory_bytes}});
  const std::lock_guard lock(mutex_);
  counters_ = std::move(counters);
}

std::string Agent::metrics() const {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, value] : counters_) put(text, name, value);
  }
  for (const auto& [name, value] : outlets_->counters()) put(text, name, value);
  return text;
}

AgentReport Agent::report() const {
  AgentReport report;
  report.definitions = definitions_->names_in_force();
  report.source = source_->kind();
  report.problems = definitions_->problems();
  for (std::string& problem : outlets_->problems()) report.problems.push_back(std::move(problem));
  for (const std::string& limit : source_->limits()) report.problems.push_back(limit);
  const std::lock_guard lock(mutex_);
  report.counters = counters_;
  for (const auto& [part, text] : problems_) {
    if (!text.empty()) report.problems.push_back(text);
  }
  return report;
}

}  // namespace anemone

#include "server/agent_tasks.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "flow/flow_definition.h"
#include "io/text_file.h"
#include "record/ipfix_reader.h"
#include "record/uploader.h"
#include "server/merge_flows.h"

namespace anemone {

// A question while somebody waits for its answers.
struct AgentTasks::Asked {
  explicit Asked(const FlowDefinition& definition) : merged(definition) {}

  OpenQuestion question;
  std::map<std::string, AgentAnswer, std::less<>> agents;
  std::size_t waiting = 0;
  std::uint64_t records = 0;
  MergedFlows merged;
};

AgentTasks::AgentTasks(std::string file, const Agents& agents, const Clock& clock, EventStream& changes)
    : file_(std::move(file)),
      agents_(agents),
      clock_(clock),
      changes_(changes),
      // Above those of an earlier run, so that an agent that still has one of them notices.
      version_(static_cast<std::uint64_t>(std::max<std::int64_t>(1, micros(clock.now()) / 1000))) {}

Result<std::unique_ptr<AgentTasks>> AgentTasks::open(const std::string& file, const Agents& agents,
                                                     const Clock& clock, EventStream& changes) {
  std::unique_ptr<AgentTasks> tasks(new AgentTasks(file, agents, clock, changes));
  if (auto read = tasks->read(); !read) return read.error();
  const std::lock_guard lock(tasks->mutex_);
  tasks->changed();
  return tasks;
}

void AgentTasks::changed() {
  ++version_;
  changes_.keep("work", "{\"version\":" + std::to_string(version_) + "}");
}

Result<void> AgentTasks::read() {
  if (!std::filesystem::exists(file_)) return {};
  auto text = read_text_file(file_, 1 << 20);
  if (!text) return text.error();
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) return Error{file_ + ": is damaged: want {\"name\": \"definition\"}"};
  for (const auto& [name, define] : json.items()) {
    if (!define.is_string()) return Error{file_ + ": '" + name + "' is no text"};
    auto parsed = parse_flow_definition(define.get<std::string>());
    if (!parsed) return parsed.error().in(file_ + ": '" + name + "'");
    definitions_.push_back({name, define.get<std::string>()});
  }
  return {};
}

Result<void> AgentTasks::write(const std::vector<WantedDefinition>& definitions) const {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const WantedDefinition& one : definitions) json[one.name] = one.define;
  const std::string text = json.dump(2) + "\n";
  const std::string unfinished = file_ + ".new";
  const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const bool written = file >= 0 &&
                       ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file) == 0;
  const int problem = errno;
  if (file >= 0) ::close(file);
  if (!written) return Error{unfinished + ": " + std::strerror(problem)};
  if (std::rename(unfinished.c_str(), file_.c_str()) != 0) return Error{file_ + ": " + std::strerror(errno)};
  return {};
}

std::vector<WantedDefinition> AgentTasks::definitions() const {
  const std::lock_guard lock(mutex_);
  return definitions_;
}

Result<void> AgentTasks::set_definition(const std::string& name, const std::string& define) {
  if (!is_agent_name(name)) return Error{"'" + name + "': a name is 1 to 64 of A-Z a-z 0-9 . _ -"};
  if (auto parsed = parse_flow_definition(define); !parsed) return parsed.error();
  const std::lock_guard one(writing_);
  auto wanted = definitions();
  const auto found =
      std::find_if(wanted.begin(), wanted.end(), [&](const auto& d) { return d.name == name; });
  if (found != wanted.end()) {
    found->define = define;
  } else if (wanted.size() >= kDefinitionsMax) {
    return Error{"there are " + std::to_string(wanted.size()) + " definitions already: delete one first"};
  } else {
    wanted.push_back({name, define});
  }
  if (auto kept = write(wanted); !kept) return kept;
  const std::lock_guard lock(mutex_);
  definitions_ = std::move(wanted);
  changed();
  return {};
}

Result<bool> AgentTasks::remove_definition(const std::string& name) {
  const std::lock_guard one(writing_);
  auto wanted = definitions();
  if (std::erase_if(wanted, [&](const auto& d) { return d.name == name; }) == 0) return false;
  if (auto kept = write(wanted); !kept) return kept.error();
  const std::lock_guard lock(mutex_);
  definitions_ = std::move(wanted);
  changed();
  return true;
}

TaskList AgentTasks::tasks_of(const std::string& agent) const {
  const std::lock_guard lock(mutex_);
  TaskList list{version_, definitions_, {}};
  for (const auto& [id, asked] : open_) {
    const auto place = asked->agents.find(agent);
    if (place != asked->agents.end() && place->second.state == AnswerState::kWaiting) {
      list.questions.push_back(asked->question);
    }
  }
  return list;
}

Result<bool> AgentTasks::answered(const std::string& agent, const std::string& id, Time from, Time to,
                                  Bytes file, const std::string& error) {
  RecordNames names;
  std::vector<FlowRecord> records;
  if (error.empty() && !file.empty()) {
    IpfixReader reader;
    if (auto read = reader.read(file, names, records); !read) return read.error();
  }
  const std::lock_guard lock(mutex_);
  const auto open = open_.find(id);
  if (open == open_.end()) return false;
  Asked& asked = *open->second;
  const auto place = asked.agents.find(agent);
  if (place == asked.agents.end() || place->second.state != AnswerState::kWaiting) return false;
  AgentAnswer& answer = place->second;
  answer.state = error.empty() ? AnswerState::kAnswered : AnswerState::kFailed;
  answer.error = error.substr(0, 500);
  if (answer.state == AnswerState::kAnswered && asked.records + records.size() > kRecordsMax) {
    answer.state = AnswerState::kFailed;
    answer.error = "its " + std::to_string(records.size()) + " records are more than may be merged";
  }
  if (answer.state == AnswerState::kAnswered) {
    answer.from = from;
    answer.to = to;
    answer.records = records.size();
    asked.records += records.size();
    asked.merged.add(records, names);
  }
  --asked.waiting;
  if (asked.waiting == 0) answer_came_.notify_all();
  return true;
}

Result<QueryAnswer> AgentTasks::ask(const QueryWish& wish) {
  auto definition = parse_flow_definition(wish.define);
  if (!definition) return definition.error();
  auto asked = std::make_shared<Asked>(*definition);
  for (const std::string& name : agents_.heard_within(kHeard)) {
    asked->agents[name] = {name, AnswerState::kWaiting, {}, {}, 0, ""};
  }
  asked->waiting = asked->agents.size();

  std::unique_lock lock(mutex_);
  if (open_.size() >= kQuestionsMax) return Error{"too many questions at once: ask again later"};
  asked->question = {"q" + std::to_string(version_) + "-" + std::to_string(next_id_++), wish.define,
                     wish.from, wish.to};
  const std::string id = asked->question.id;
  open_[id] = asked;
  changed();
  answer_came_.wait_for(lock, std::chrono::duration<double>(seconds(wish.wait)),
                        [&] { return asked->waiting == 0; });
  open_.erase(id);
  lock.unlock();  // nobody else finds it now

  QueryAnswer answer;
  answer.from = wish.from;
  answer.to = wish.to;
  for (const auto& [name, one] : asked->agents) answer.agents.push_back(one);
  answer.names = std::make_shared<const RecordNames>(asked->merged.names());
  answer.flows = asked->merged.flows();
  answer.merged = answer.flows.size();
  for (const FlowRecord& flow : answer.flows) {
    answer.packets += flow.packets;
    answer.bytes += flow.bytes;
  }
  std::sort(answer.flows.begin(), answer.flows.end(), [](const FlowRecord& a, const FlowRecord& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.start != b.start ? a.start < b.start : a.key < b.key;
  });
  if (answer.flows.size() > wish.flows_max) {
    answer.left_off = answer.flows.size() - wish.flows_max;
    answer.flows.resize(wish.flows_max);
  }
  return answer;
}

}  // namespace anemone

#include "agent/server_link.h"

#include <algorithm>
#include <utility>

namespace anemone {
namespace {

Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Result<void> accepted(const Result<HttpAnswer>& answer) {
  if (!answer) return answer.error();
  if (!answer->ok()) return Error{answer->problem()};
  return {};
}

}  // namespace

Result<std::unique_ptr<ServerLink>> ServerLink::make(const ServerLinkConfig& config, const Clock& clock,
                                                     Callbacks callbacks) {
  auto listening = HttpClient::make(config.server);
  if (!listening) return listening.error();
  auto asking = HttpClient::make(config.server);
  if (!asking) return asking.error();
  return std::unique_ptr<ServerLink>(
      new ServerLink(config, clock, std::move(callbacks), std::move(*listening), std::move(*asking)));
}

ServerLink::ServerLink(ServerLinkConfig config, const Clock& clock, Callbacks callbacks,
                       std::unique_ptr<HttpClient> listening, std::unique_ptr<HttpClient> asking)
    : config_(std::move(config)),
      clock_(clock),
      callbacks_(std::move(callbacks)),
      listening_(std::move(listening)),
      asking_(std::move(asking)) {}

ServerLink::~ServerLink() { stop(); }

void ServerLink::start() {
  listener_ = std::thread([this] { listen(); });
  worker_ = std::thread([this] { work(); });
}

void ServerLink::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  listening_->interrupt();
  asking_->interrupt();
  if (listener_.joinable()) listener_.join();
  if (worker_.joinable()) worker_.join();
}

std::optional<Duration> ServerLink::clock_offset() const {
  const std::lock_guard lock(mutex_);
  return clock_offset_;
}

std::string ServerLink::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

std::string ServerLink::path(const std::string& rest) const {
  return "/api/v1/agents/" + encode_url_part(config_.agent) + rest;
}

void ServerLink::note(const Result<void>& done) {
  const std::lock_guard lock(mutex_);
  problem_ = done ? "" : done.error().message;
}

// Each event only says that there may be work; what it is, is asked for.
void ServerLink::listen() {
  const auto stopping = [this] {
    const std::lock_guard lock(mutex_);
    return stopping_;
  };
  while (!stopping()) {
    const auto heard = listening_->listen("/api/v1/agents/work", [this](const ServerEvent& event) {
      if (event.event != "work") return;
      const std::lock_guard lock(mutex_);
      work_waits_ = true;
      changed_.notify_all();
    });
    if (!heard && !stopping()) note(heard);
    if (!stopping()) listening_->sleep(kRetryAfter);
  }
}

void ServerLink::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    work_waits_ = false;
    lock.unlock();
    const Result<void> done = fetch();
    note(done);
    lock.lock();
    const Duration again = !done ? kRetryAfter : definitions_changed_ ? kTakenUpAfter : kReportEvery;
    const bool woken = changed_.wait_for(lock, again, [&] { return stopping_ || (done && work_waits_); });
    if (!woken) definitions_changed_ = false;  // they are in force now, and reported next
  }
}

Result<void> ServerLink::fetch() {
  const auto answer = asking_->request({.method = "GET", .target = path("/work"), .body = {}});
  if (auto good = accepted(answer); !good) return good.error().in("work");
  auto work = parse_agent_work(answer->body);
  if (!work) return work.error().in("work");
  definitions_changed_ = definitions_changed_ || work->definitions != definitions_;
  definitions_ = work->definitions;
  callbacks_.definitions(work->definitions);
  version_ = work->version;
  std::vector<std::string> open;
  for (const Question& question : work->questions) {
    open.push_back(question.id);
    if (std::find(answered_.begin(), answered_.end(), question.id) != answered_.end()) continue;
    if (auto told = this->answer(question); !told) return told;
    answered_.push_back(question.id);
  }
  std::erase_if(answered_,
                [&](const std::string& id) { return std::find(open.begin(), open.end(), id) == open.end(); });
  return report();
}

Result<void> ServerLink::answer(const Question& question) {
  const auto known = callbacks_.answer(question);
  std::string target = path("/answers/" + encode_url_part(question.id));
  if (!known) {
    target += "?error=" + encode_url_part(known.error().message);
    return accepted(put(target, {}, "application/ipfix"));
  }
  target += "?from=" + encode_url_part(print_time(known->from));
  target += "&to=" + encode_url_part(print_time(known->to));
  return accepted(put(target, known->file, "application/ipfix"));
}

Result<void> ServerLink::report() {
  AgentReport report = callbacks_.report();
  report.version = version_;
  const Time before = clock_.now();
  report.clock = before;
  const std::string body = print_agent_report(report);
  const auto answer = put(path("/status"), bytes_of(body), "application/json");
  const Time after = clock_.now();
  if (auto good = accepted(answer); !good) return good.error().in("status");
  const auto theirs = parse_server_clock(answer->body);
  if (!theirs) return theirs.error().in("status");
  const std::lock_guard lock(mutex_);
  clock_offset_ = *theirs - (before + (after - before) / 2);  // as NTP does: half the way there, half back
  return {};
}

Result<HttpAnswer> ServerLink::put(const std::string& target, Bytes body, const char* type) {
  return asking_->request({.method = "PUT", .target = target, .content_type = type, .body = body});
}

}  // namespace anemone

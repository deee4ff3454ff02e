#include "server/live_routing.h"

#include <utility>

namespace anemone {

LiveRouting::LiveRouting(std::vector<std::unique_ptr<LsaSource>> sources, Platform& platform,
                         const Clock& clock)
    : platform_(platform), clock_(clock), merger_(platform.watermark(), platform.routing_progress()) {
  for (auto& source : sources) listened_.push_back({std::move(source), {}, ""});
}

LiveRouting::~LiveRouting() { stop(); }

void LiveRouting::start() {
  thread_ = std::thread([this] { run(); });
}

void LiveRouting::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  for (Listened& listened : listened_) listened.source->end();
  ask_once();  // reads what they say at their end, which is due when the window is over
  std::this_thread::sleep_for(LsaMerger::kWindow);
  ask_once();
}

void LiveRouting::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    ask_once();
    lock.lock();
    changed_.wait_for(lock, kAsk, [&] { return stopping_; });
  }
}

void LiveRouting::ask_once() {
  if (store_problem_.empty()) read_sources();
  offer();
  const Time now = clock_.now();
  if (now < minute_ + 1min) return;
  minute_ = now;
  if (on_minute) on_minute();
}

// Said once, until it is another.
void LiveRouting::say(std::string& before, const Error& error) {
  if (error.message != before && on_error) on_error(error);
  before = error.message;
}

void LiveRouting::read_sources() {
  std::vector<std::string> problems;
  for (Listened& listened : listened_) {
    if (auto read = listened.source->read(listened.log); !read) {
      say(listened.problem, read.error());
      problems.push_back(read.error().message);
    } else {
      listened.problem.clear();
    }
    merger_.add(listened.source->name(), listened.source->begins_anew(), listened.log, clock_.now());
  }
  platform_.set_routing_problems(std::move(problems));
}

void LiveRouting::offer() {
  if (store_problem_.empty()) {
    merger_.take(clock_.now(), waiting_.log);
    waiting_.to = merger_.to();
    waiting_.progress = merger_.progress();
    std::map<std::string, std::pair<std::uint64_t, Duration>> late;
    for (const auto& [name, counts] : merger_.counts()) late[name] = {counts.late, counts.latest};
    platform_.set_late(std::move(late));
  }
  auto news = platform_.accept(waiting_);
  if (!news) return say(store_problem_, news.error());
  store_problem_.clear();
  waiting_.log.entries.clear();
  waiting_.log.marks.clear();
  if (!news->empty() && on_change) on_change(*news);
}

}  // namespace anemone

#include "app/listen_options.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <mutex>
#include <thread>
#include <utility>

namespace anemone {
namespace {

class ListeningSource : public LsaSource {
 public:
  ListeningSource(std::unique_ptr<Snooper> snooper, int stop) : snooper_(std::move(snooper)), stop_(stop) {}
  ~ListeningSource() override {
    end();
    ::close(stop_);
  }
  ListeningSource(const ListeningSource&) = delete;
  ListeningSource& operator=(const ListeningSource&) = delete;

  const std::string& name() const override { return name_; }
  bool begins_anew() const override { return false; }

  Result<void> read(LsaLog& log) override {
    if (!thread_.joinable() && !ended_) thread_ = std::thread([this] { run(); });
    const std::lock_guard lock(mutex_);
    log.add(heard_);
    heard_.entries.clear();
    heard_.marks.clear();
    if (!problem_.empty()) return Error{problem_};
    return {};
  }

  void end() override {
    const std::uint64_t one = 1;
    if (thread_.joinable() && ::write(stop_, &one, sizeof one) == sizeof one) thread_.join();
    ended_ = true;
  }

 private:
  void run() {
    while (snooper_->run(100ms, stop_)) hand_over();
    snooper_->stop();
    hand_over();
  }

  void hand_over() {
    std::string problem;
    for (const Snooper::Place& place : snooper_->places()) {
      if (!place.problem.empty()) problem = place.vantage + ": " + place.problem;
    }
    const std::lock_guard lock(mutex_);
    problem_ = std::move(problem);
    heard_.add(snooper_->log());
    snooper_->log().entries.clear();
    snooper_->log().marks.clear();
  }

  const std::string name_ = "this machine";
  std::unique_ptr<Snooper> snooper_;
  int stop_;
  bool ended_ = false;
  std::mutex mutex_;  // what follows
  LsaLog heard_;
  std::string problem_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace

void ListenOptions::declare(Arguments& arguments) {
  arguments.option("--interface", interfaces, "INTERFACE[,NAME=VALUE...]; may be given several times");
  arguments.choice(
      "--guard", guard, {"all", "routing", "off"},
      "what the egress guard judges: everything; routing protocols only, on a shared interface; nothing");
  arguments.option("--name", name, "of this machine in the log; by default its host name");
  keys.declare(arguments);
}

Result<SnooperConfig> ListenOptions::configure() const {
  SnooperConfig config;
  if (interfaces.empty()) return Error{"--interface: which one?"};
  auto read = keys.read();
  if (!read) return read.error();
  for (const std::string& text : interfaces) {
    auto interface = parse_listen_config(text);
    if (!interface) return interface.error().in("--interface");
    interface->adjacency.keys = *read;
    config.interfaces.push_back(std::move(*interface));
  }
  config.guard = guard == "off"       ? GuardChoice::kOff
                 : guard == "routing" ? GuardChoice::kRouting
                                      : GuardChoice::kAll;
  config.name = name;
  if (config.name.empty()) {
    std::string host(256, '\0');
    gethostname(host.data(), host.size() - 1);
    config.name = host.c_str();
  }
  return config;
}

Result<std::unique_ptr<LsaSource>> listening_source(SnooperConfig config) {
  auto snooper = Snooper::open(std::move(config));
  if (!snooper) return snooper.error();
  const int stop = ::eventfd(0, EFD_CLOEXEC);
  if (stop < 0) return Error{"no descriptor for a listener's end"};
  return std::unique_ptr<LsaSource>(std::make_unique<ListeningSource>(std::move(*snooper), stop));
}

}  // namespace anemone

#include "server/live_routing.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>

using namespace anemone;

namespace {

struct ScratchFolder {
  std::string path = (std::filesystem::temp_directory_path() / "anemone-test-XXXXXX").string();
  ScratchFolder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~ScratchFolder() { std::filesystem::remove_all(path); }
};

// A listener that says when it begins and when it is ended.
class PoliteSource : public LsaSource {
 public:
  PoliteSource(const Clock& clock, std::atomic<int>& reads) : clock_(clock), reads_(reads) {}

  const std::string& name() const override { return name_; }
  bool begins_anew() const override { return false; }
  Result<void> read(LsaLog& log) override {
    if (reads_++ == 0) say(log, VantageMarkKind::kStarted);
    if (ended_) say(log, VantageMarkKind::kStopped);
    ended_ = false;
    return {};
  }
  void end() override { ended_ = true; }

 private:
  void say(LsaLog& log, VantageMarkKind kind) {
    log.marks.push_back({clock_.now(), log.vantage(name_), kind, 0});
  }

  const std::string name_ = "here";
  const Clock& clock_;
  std::atomic<int>& reads_;
  bool ended_ = false;
};

}  // namespace

TEST_CASE("what a listener says when it is ended is kept: a good end is no gap without a reason") {
  const ScratchFolder folder;
  StoreConfig config;
  config.folder = folder.path;
  auto store = Store::open(config);
  REQUIRE(store);
  auto platform = Platform::open({.live = true}, Inventory{}, **store);
  REQUIRE_MESSAGE(platform, platform.error().message);
  const SystemClock clock;
  std::atomic<int> reads = 0;
  std::vector<std::unique_ptr<LsaSource>> sources;
  sources.push_back(std::make_unique<PoliteSource>(clock, reads));
  {
    LiveRouting live(std::move(sources), **platform, clock);
    live.start();
    while (reads < 3) std::this_thread::sleep_for(1ms);
  }
  const VantagesAnswer answer = (*platform)->vantages({});
  REQUIRE(answer.vantages.size() == 1);
  CHECK(answer.vantages[0].state == VantageState::kStopped);
}

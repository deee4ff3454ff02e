#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/serving.h"

namespace anemone {
namespace {

namespace fs = std::filesystem;

// A store that lives as long as the demo: a new folder among the temporary ones, removed at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (fs::temp_directory_path() / "anemone-demo-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The recording that comes with the checkout the program was built in, or with its installation.
std::string find_recording() {
  std::error_code problem;
  const fs::path program = fs::read_symlink("/proc/self/exe", problem).parent_path();
  for (const fs::path& candidate :
       {program / "../../tests/data/campus", program / "../share/anemone/campus"}) {
    if (fs::exists(candidate / "recording.json", problem)) return fs::weakly_canonical(candidate).string();
  }
  return "";
}

}  // namespace

int demo(int argc, char** argv) {
  ServingConfig config;
  config.mode = "demo";
  config.whole_is_known = true;
  Arguments arguments(
      "demo",
      "Replay a recorded network through the platform, in the browser. The console lets you choose\n"
      "which share of the hosts is instrumented and shows how wrong the measured matrix is then.");
  arguments.option("--recording", config.recording,
                   "folder of the recording (the campus network that comes along)");
  arguments.option("--speed", config.speed, "how many times as fast as it was recorded");
  arguments.option("--port", config.port, "port on this machine's loopback; 0 takes any that is free");
  arguments.files("--counters", config.counters,
                  "file of interface counters of that time to follow (docs/formats/counters.md)");
  arguments.option("--console", config.console, "folder of the console's files");
  arguments.flag("--check", config.check_only, "build everything, start nothing, and say whether it could");
  if (auto code = arguments.parse(argc, argv)) return *code;
  if (config.recording.empty()) config.recording = find_recording();
  if (config.recording.empty()) {
    std::fputs("anemone demo: no recording found; name one with --recording\n", stderr);
    return kWrongUsage;
  }
  const ScratchFolder store;
  if (store.path().empty()) {
    std::fputs("anemone demo: cannot make a temporary folder for the store\n", stderr);
    return kFailed;
  }
  config.store = store.path();
  return run_serving(config);
}

}  // namespace anemone

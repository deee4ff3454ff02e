#include <string>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/serving.h"

namespace anemone {

int serve(int argc, char** argv) {
  ServingConfig config;
  config.store = "anemone-store";
  Arguments arguments("serve",
                      "Receive, store, join and answer: the API and the console, on a store that survives.\n"
                      "A restart goes on where the store ends.");
  arguments.option("--store", config.store, "folder of the store; made when it is not there");
  arguments.option("--recording", config.recording,
                   "folder of a recording to take in (docs/formats/recording.md)");
  arguments.option("--speed", config.speed, "how many times as fast as it was recorded to take it in");
  arguments.option("--port", config.port, "port on this machine's loopback; 0 takes any that is free");
  arguments.option("--console", config.console, "folder of the console's files");
  arguments.flag("--check", config.check_only, "build everything, start nothing, and say whether it could");
  if (auto code = arguments.parse(argc, argv)) return *code;
  return run_serving(config);
}

}  // namespace anemone

#include <cstdio>
#include <string>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/serving.h"

namespace anemone {

// Routers refresh their LSAs every 30 minutes (RFC 2328, LSRefreshTime): a day holds all that are alive.
constexpr Duration kKeepLeast = 24h;

int serve(int argc, char** argv) {
  ServingConfig config;
  config.store = "anemone-store";
  std::string keep = "0s";
  Arguments arguments(
      "serve",
      "Receive, store, join and answer: the API and the console, on a store that survives.\n"
      "With --log it follows what listeners (anemone snoop) hear while they write it; with --interface it\n"
      "listens itself, as anemone snoop does, whose help says more. With --agents it takes what agents\n"
      "of hosts send. Both together tell whose traffic every link carries, now and at any time.\n"
      "A restart goes on where the store ends.");
  arguments.option("--store", config.store, "folder of the store; made when it is not there");
  arguments.files("--log", config.live.logs,
                  "LSA log to follow while a listener writes it; several, of several vantage points");
  config.live.listen.declare(arguments);
  arguments.option(
      "--inventory", config.live.inventory,
      "names, places, capacities, hosts (a recording.json, or a topology as text); kept for later");
  arguments.option("--recording", config.recording,
                   "folder of a recording to take in (docs/formats/recording.md)");
  arguments.option("--speed", config.speed, "how many times as fast as it was recorded to take it in");
  arguments.flag("--agents", config.agents, "accept anemone agent's records, and hand out flow definitions");
  arguments.files("--counters", config.counters,
                  "file of interface counters to follow (docs/formats/counters.md); several too");
  arguments.option("--listen", config.reach.listen,
                   "address to serve; one that others can reach wants TLS and tokens");
  arguments.option("--port", config.port, "port; 0 takes any that is free");
  arguments.option("--tls-cert", config.reach.tls.certificate,
                   "certificate with its chain, PEM: serves HTTPS");
  arguments.option("--tls-key", config.reach.tls.key, "its key, PEM");
  arguments.option("--tls-ca", config.reach.tls.ca,
                   "take only clients with a certificate of this authority, PEM");
  arguments.option("--tokens", config.reach.tokens, "file of who may do what (anemone token makes it)");
  arguments.option("--console", config.console, "folder of the console's files");
  arguments.option("--keep", keep,
                   "forget what is older than this, in whole days, as 30d; at least 1d; 0s: never");
  arguments.flag("--check", config.check_only, "build everything, start nothing, and say whether it could");
  if (auto code = arguments.parse(argc, argv)) return *code;
  auto keep_for = parse_duration(keep);
  if (!keep_for || (*keep_for != Duration{0} && *keep_for < kKeepLeast)) {
    std::fprintf(stderr, "anemone serve: --keep: want at least 1d, or 0s to keep everything; got '%s'\n",
                 keep.c_str());
    return kWrongUsage;
  }
  config.keep = *keep_for;
  if (!config.recording.empty() && config.live.any()) {
    std::fputs("anemone serve: --recording does not go with --log or --interface: one replays, one follows\n",
               stderr);
    return kWrongUsage;
  }
  if (!config.live.inventory.empty() && !config.live.any() && !config.agents) {
    std::fputs(
        "anemone serve: --inventory goes with --log, --interface or --agents; a recording brings its own\n",
        stderr);
    return kWrongUsage;
  }
  return run_serving(config);
}

}  // namespace anemone

#include "app/serving.h"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

#include "app/agent_side.h"
#include "app/commands.h"
#include "app/counter_feed.h"
#include "io/event_stream.h"
#include "io/http_server.h"
#include "lsdb/lsa_log_file.h"
#include "server/live_routing.h"
#include "server/platform.h"
#include "server/recording.h"
#include "server/replayer.h"
#include "store/store.h"
#include "topology/inventory.h"
#include "topology/read_topology_file.h"
#include "view/answers_json.h"
#include "view/api.h"
#include "view/counters_api.h"
#include "view/metrics.h"

namespace anemone {
namespace {

namespace fs = std::filesystem;

int fail(const Error& error) {
  std::fprintf(stderr, "anemone: %s\n", error.message.c_str());
  return kFailed;
}

// Where the console's files are: as told, or in the checkout that the program was built in, or installed.
std::string find_console(const std::string& told) {
  if (!told.empty()) return told;
  std::error_code problem;
  const fs::path program = fs::read_symlink("/proc/self/exe", problem).parent_path();
  for (const fs::path& candidate : {program / "../../ui/dist", program / "../share/anemone/console"}) {
    if (fs::exists(candidate / "index.html", problem)) return fs::weakly_canonical(candidate).string();
  }
  return "";
}

// Blocks the ending signals for every thread to come, so that one can wait for them.
sigset_t block_ending_signals() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  return ending;
}

std::string bin_text(const Bin& bin) {
  return "{\"from\":\"" + print_time(bin.from) + "\",\"to\":\"" + print_time(bin.to) + "\"";
}

// Closes bins that agents have completed, and tells of them and of what changed in the newest.
class LoadNews {
 public:
  LoadNews(Platform& platform, EventStream& stream) : platform_(platform), stream_(stream) {}

  void tell(const Clock& clock, Duration bin) {
    auto closed = platform_.close_bins();
    if (!closed) return say(closed.error());
    problem_.clear();
    for (const Bin& one : *closed) stream_.publish("bin", bin_text(one) + "}");
    const std::uint64_t changes = platform_.changes();
    if (changes == told_) return;
    told_ = changes;
    const Time open = slice_start(clock.now(), bin);
    stream_.publish("load", bin_text({open, open + bin}) + ",\"complete\":false}");
  }

 private:
  void say(const Error& error) {
    if (problem_ != error.message) fail(error);
    problem_ = error.message;
  }

  Platform& platform_;
  EventStream& stream_;
  std::uint64_t told_ = 0;
  std::string problem_;
};

// Tells everybody who looks on how things stand, about once a second, and of loads twice a second, until an
// ending signal comes.
void publish_until_told_to_end(const sigset_t& ending, Platform& platform, EventStream& stream,
                               const std::function<void()>& each_half_second,
                               const std::function<void()>& each_minute) {
  const timespec half_second = {0, 500'000'000};
  for (std::uint64_t passed = 1; sigtimedwait(&ending, nullptr, &half_second) < 0; ++passed) {
    each_half_second();
    if (passed % 120 == 0) each_minute();
    if (passed % 2 != 0) continue;
    const Status status = platform.status();
    if (status.routing.live || (status.replay && !status.replay->done))
      stream.publish("status", status_json(status));
  }
}

void publish_events(const std::vector<RoutingEvent>& events, EventStream& stream) {
  for (const RoutingEvent& event : events) stream.publish("topology", routing_event_json(event));
}

void publish_bin(const Platform& platform, EventStream& stream, const Bin& bin) {
  stream.publish("bin", bin_text(bin) + "}");
  publish_events(platform.events(bin.from, bin.to), stream);
  stream.publish("status", status_json(platform.status()));
}

struct Parts {
  Inventory inventory;
  SystemClock clock;
  std::unique_ptr<Store> store;
  LinkCounters counters;
  std::unique_ptr<HostBook> hosts;       // where agents are, or were, heard
  std::unique_ptr<LiveTraffic> traffic;  // the same
  std::unique_ptr<Platform> platform;
  std::optional<RecordingReader> recording;
  std::unique_ptr<Replayer> replayer;
  std::unique_ptr<LiveRouting> live;
  std::unique_ptr<AgentSide> agents;
};

// From recording.json, or from a topology as text.
Result<Inventory> read_told(const std::string& path) {
  if (fs::path(path).extension() == ".json") return read_inventory(path);
  auto told = read_topology_file(path);
  if (!told) return told.error();
  return inventory_of(*told);
}

// What the operator told of a network that is heard live: the file given, else the one given last time.
Result<Inventory> find_live_inventory(const ServingConfig& config) {
  const fs::path folder = config.store;
  std::error_code problem;
  const std::string& given = config.live.inventory;
  if (given.empty()) {
    for (const char* kept : {"inventory.json", "inventory.txt"}) {
      if (fs::exists(folder / kept, problem)) return read_told((folder / kept).string());
    }
    return Inventory{};
  }
  auto inventory = read_told(given);
  if (!inventory) return inventory.error();
  const bool json = fs::path(given).extension() == ".json";
  fs::create_directories(folder, problem);
  fs::remove(folder / (json ? "inventory.txt" : "inventory.json"), problem);
  const fs::path kept = folder / (json ? "inventory.json" : "inventory.txt");
  fs::copy_file(given, kept, fs::copy_options::overwrite_existing, problem);
  if (problem) return Error{kept.string() + ": cannot be written: " + problem.message()};
  return inventory;
}

// Whether what the store holds is routing heard live; an error where that and what is asked do not agree.
Result<bool> is_live(const ServingConfig& config, const Store& store) {
  const bool heard = store.progress(Platform::kRoutingSource).has_value();
  if (config.live.any() && store.progress()) {
    return Error{config.store + " holds a recording: choose another --store for what is heard live"};
  }
  if (!config.recording.empty() && heard) {
    return Error{config.store + " holds what was heard live: choose another --store for a recording"};
  }
  return heard || config.live.any();
}

// What can be found wrong with the sources before anything starts.
Result<std::vector<std::unique_ptr<LsaSource>>> open_sources(const LiveRoutingConfig& config) {
  std::vector<std::unique_ptr<LsaSource>> sources;
  std::error_code problem;
  for (const std::string& path : config.logs) {
    const fs::path whole = fs::weakly_canonical(path, problem);
    if (fs::is_directory(whole, problem)) return Error{path + ": is a folder, not an LSA log"};
    if (!fs::exists(whole, problem)) {
      std::fprintf(stderr, "anemone: %s is not there yet: waiting for it\n", path.c_str());
    } else if (fs::file_size(whole, problem) > 0) {
      if (auto log = LsaLogReader::open(whole.string()); !log) return log.error();
    }
    sources.push_back(lsa_log_source(whole.string()));
  }
  if (!config.listen.interfaces.empty()) {
    auto listen = config.listen.configure();
    if (!listen) return listen.error();
    auto source = listening_source(std::move(*listen));
    if (!source) return source.error();
    sources.push_back(std::move(*source));
  }
  return sources;
}

// What the operator told, from the recording.
Result<Inventory> find_recorded_inventory(const ServingConfig& config) {
  const fs::path kept = fs::path(config.store) / "inventory.json";
  std::error_code problem;
  const fs::path given = fs::path(config.recording) / "recording.json";
  auto inventory = read_inventory(given.string());
  if (!inventory) return inventory.error();
  if (fs::exists(kept, problem)) {
    auto held = read_inventory(kept.string());
    if (!held) return held.error();
    if (held->name != inventory->name || held->from != inventory->from) {
      return Error{config.store + " holds another recording, '" + held->name + "' of " +
                   print_time(held->from) + ": choose another --store"};
    }
  }
  fs::create_directories(config.store, problem);
  fs::copy_file(given, kept, fs::copy_options::overwrite_existing, problem);
  if (problem) return Error{kept.string() + ": cannot be written: " + problem.message()};
  return inventory;
}

// Whether agents have reported to this store.
bool has_agents(const Store& store) {
  const auto sources = store.sources();
  const auto first = sources.lower_bound("agent:");
  return first != sources.end() && first->first.starts_with("agent:");
}

// What agents report, where they do now or did before.
Result<void> open_traffic(const ServingConfig& config, Parts& parts) {
  if (!config.agents && !has_agents(*parts.store)) return {};
  parts.hosts = std::make_unique<HostBook>(parts.inventory);
  LiveTrafficConfig traffic;
  traffic.bin = config.bin;
  parts.traffic = std::make_unique<LiveTraffic>(traffic, *parts.store, *parts.hosts, parts.clock);
  return parts.traffic->restore();
}

Result<void> assemble(const ServingConfig& config, Parts& parts) {
  auto inventory = config.recording.empty() ? find_live_inventory(config) : find_recorded_inventory(config);
  if (!inventory) return inventory.error();
  parts.inventory = std::move(*inventory);
  StoreConfig store_config;
  store_config.folder = config.store;
  auto store = Store::open(store_config);
  if (!store) return store.error();
  parts.store = std::move(*store);
  auto live = is_live(config, *parts.store);
  if (!live) return live.error();

  PlatformConfig platform_config;
  platform_config.mode = config.mode;
  platform_config.bin = config.bin;
  // Agents alone: what they count is told, and no routing says where it goes.
  const bool agents_report = config.agents || has_agents(*parts.store);
  platform_config.live = *live || (agents_report && config.recording.empty() && !parts.store->progress());
  platform_config.whole_is_known = config.whole_is_known;
  if (platform_config.live) {
    if (auto opened = open_traffic(config, parts); !opened) return opened;
  }
  auto platform = Platform::open(platform_config, parts.inventory, *parts.store, parts.traffic.get());
  if (!platform) return platform.error();
  parts.platform = std::move(*platform);
  parts.platform->use_counters(parts.counters);
  if (config.live.any()) {
    auto sources = open_sources(config.live);
    if (!sources) return sources.error();
    parts.live = std::make_unique<LiveRouting>(std::move(*sources), *parts.platform, parts.clock);
  }
  if (config.agents) {
    auto agents = AgentSide::open(config.store, *parts.store, parts.clock, parts.traffic.get());
    if (!agents) return agents.error();
    parts.agents = std::move(*agents);
  }
  if (config.recording.empty()) return {};

  auto recording =
      RecordingReader::open(config.recording, parts.inventory, config.bin, parts.platform->observers());
  if (!recording) return recording.error();
  parts.recording = std::move(*recording);
  parts.platform->set_span(parts.recording->from(), parts.recording->to());
  parts.replayer = std::make_unique<Replayer>(*parts.recording, *parts.platform, config.speed);
  return {};
}

// Where nothing else lets time pass, the clock does.
void forget_by_clock(const ServingConfig& config, Parts& parts) {
  if (config.keep == Duration{0} || !parts.agents || parts.live || parts.replayer) return;
  if (auto forgotten = parts.store->retention(parts.clock.now(), config.keep); !forgotten)
    fail(forgotten.error());
}

Result<HttpServerConfig> http_config_of(const ServingConfig& config) {
  HttpServerConfig http;
  http.address = config.reach.listen;
  http.port = static_cast<std::uint16_t>(config.port);
  http.tls = config.reach.tls;
  http.files = find_console(config.console);
  if (config.agents) AgentSide::prepare(http);
  if (config.reach.tokens.empty()) return http;
  auto tokens = TokenTable::read(config.reach.tokens);
  if (!tokens) return tokens.error();
  http.tokens = std::make_shared<const TokenTable>(std::move(*tokens));
  return http;
}

void forget(const ServingConfig& config, Platform& platform) {
  if (config.keep == Duration{0}) return;
  if (auto forgotten = platform.forget(config.keep); !forgotten) fail(forgotten.error());
}

}  // namespace

int run_serving(const ServingConfig& config) {
  if (config.port > 65535) return fail({"--port: want a port, 0 to 65535"});
  if (!(config.speed > 0)) return fail({"--speed: want a number above 0"});
  const sigset_t ending = block_ending_signals();
  Parts parts;
  if (auto ready = assemble(config, parts); !ready) return fail(ready.error());

  EventStream stream;
  Api::SetReplay set_replay;
  if (parts.replayer) {
    Replayer& replayer = *parts.replayer;
    set_replay = [&replayer](std::optional<bool> playing, std::optional<double> speed) {
      if (speed) replayer.set_speed(*speed);
      if (playing) replayer.set_playing(*playing);
    };
    replayer.on_bin = [&](const Bin& bin) {
      parts.platform->set_losses(parts.recording->losses());
      forget(config, *parts.platform);
      publish_bin(*parts.platform, stream, bin);
    };
    replayer.on_error = [](const Error& error) { fail(error); };
    parts.platform->set_replay_state([&replayer] { return replayer.state(); });
  }
  if (parts.live) {
    parts.live->on_change = [&](const std::vector<RoutingEvent>& events) { publish_events(events, stream); };
    parts.live->on_error = [](const Error& error) { fail(error); };
    parts.live->on_minute = [&] { forget(config, *parts.platform); };
  }
  Api api(*parts.platform, set_replay);

  auto http_config = http_config_of(config);
  if (!http_config) return fail(http_config.error());
  HttpServer http(*http_config, [&api](const HttpRequest& request) { return api.answer(request); });
  if (auto good = http.check(); !good) return fail(good.error());
  http.add_stream("/api/v1/stream", stream);
  if (parts.agents) parts.agents->join(http, api);
  api.add(counter_endpoints(*parts.platform, parts.counters));
  CounterFeed counters(config.counters, parts.counters);
  api.more_metrics = [&] {
    return http_metrics_text(http.counters(), stream) + counter_metrics_text(parts.counters) +
           counters.metrics_text() + (parts.agents ? parts.agents->metrics_text() : "");
  };
  if (config.check_only) {
    std::puts("everything is in order");
    return kDone;
  }
  counters.follow();
  if (http_config->files.empty()) {
    std::fputs("anemone: no console found, only the API is served; scripts/build-console builds it\n",
               stderr);
  }
  if (auto started = http.start(); !started) {
    return fail({started.error().message + " (choose another with --port; 0 takes any that is free)"});
  }
  std::printf("Anemone is at %s\n", http.url().c_str());
  std::fflush(stdout);
  if (parts.replayer) parts.replayer->start();
  if (parts.live) parts.live->start();

  LoadNews news(*parts.platform, stream);
  publish_until_told_to_end(
      ending, *parts.platform, stream,
      [&] {
        counters.follow();
        if (parts.traffic) news.tell(parts.clock, config.bin);
      },
      [&] { forget_by_clock(config, parts); });
  if (parts.replayer) parts.replayer->stop();
  if (parts.live) parts.live->stop();
  http.stop();
  return kDone;
}

}  // namespace anemone

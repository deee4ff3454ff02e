#include "app/answering.h"

#include <algorithm>
#include <filesystem>

#include "app/counter_feed.h"
#include "server/platform.h"
#include "topology/inventory.h"
#include "topology/read_topology_file.h"
#include "view/api.h"

namespace anemone {
namespace {

namespace fs = std::filesystem;

std::string escaped(const std::string& text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    out += '%';
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string target_of(const std::string& path, const Answering::Query& query) {
  std::string target = "/api/v1/" + path;
  char separator = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    target += separator + name + "=" + escaped(value);
    separator = '&';
  }
  return target;
}

class AskedServer final : public Answering {
 public:
  explicit AskedServer(std::unique_ptr<HttpClient> client) : client_(std::move(client)) {}
  Result<std::string> ask(const std::string& path, const Query& query, const std::string& body) override {
    return ask_server(*client_, body.empty() ? "GET" : "POST", target_of(path, query), body);
  }

 private:
  std::unique_ptr<HttpClient> client_;
};

// The inventory that a server kept beside its store.
Result<Inventory> kept_inventory(const fs::path& folder) {
  std::error_code problem;
  if (fs::exists(folder / "inventory.json", problem))
    return read_inventory((folder / "inventory.json").string());
  if (!fs::exists(folder / "inventory.txt", problem)) return Inventory{};
  auto told = read_topology_file((folder / "inventory.txt").string());
  if (!told) return told.error();
  return inventory_of(*told);
}

// Stands still at the end of what the store knows.
class AskedStore final : public Answering {
 public:
  Result<void> open(const std::string& folder, const std::vector<std::string>& counters) {
    if (auto read = read_counter_files(counters, counters_); !read) return read;
    auto inventory = kept_inventory(folder);
    if (!inventory) return inventory.error();
    inventory_ = std::move(*inventory);
    StoreConfig config;
    config.folder = folder;
    auto store = Store::open(config);
    if (!store) return store.error();
    store_ = std::move(*store);
    PlatformConfig platform_config;
    platform_config.live = !store_->progress();
    if (platform_config.live) {
      if (auto joined = join_agents(); !joined) return joined;
    }
    auto platform = Platform::open(platform_config, inventory_, *store_, traffic_.get());
    if (!platform) return platform.error();
    platform_ = std::move(*platform);
    platform_->use_counters(counters_);
    api_ = std::make_unique<Api>(*platform_);
    return {};
  }

  Result<std::string> ask(const std::string& path, const Query& query, const std::string& body) override {
    auto target = parse_http_target(target_of(path, query));
    if (!target) return target.error();
    HttpRequest request;
    request.method = body.empty() ? "GET" : "POST";
    request.body = body;
    request.path = target->path;
    request.query = target->query;
    HttpResponse response = api_->answer(request);
    if (response.status == 200) return std::move(response.body);
    return api_error(response.status, response.body);
  }

 private:
  // The time is that up to which agents have reported: what is asked of "now" is the last bin that is whole.
  Result<void> join_agents() {
    hosts_ = std::make_unique<HostBook>(inventory_);
    LiveTrafficConfig config;
    config.bins_kept = 0;
    traffic_ = std::make_unique<LiveTraffic>(config, *store_, *hosts_, clock_);
    auto span = store_->record_span();
    if (!span) return span.error();
    if (*span) clock_.set((*span)->to);
    if (auto restored = traffic_->restore(); !restored) return restored;
    const Time reported = traffic_->newest_report();
    if (reported != Time{}) clock_.set(reported - Duration{1});
    return {};
  }

  Inventory inventory_;
  LinkCounters counters_;
  ManualClock clock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<HostBook> hosts_;
  std::unique_ptr<LiveTraffic> traffic_;
  std::unique_ptr<Platform> platform_;
  std::unique_ptr<Api> api_;
};

}  // namespace

bool is_store(const std::string& path) {
  std::error_code problem;
  return fs::exists(fs::path(path) / "main.duckdb", problem);
}

Result<std::unique_ptr<Answering>> Answering::open(const ServerOptions& server, const std::string& store,
                                                   const std::vector<std::string>& counters) {
  constexpr Duration kAnswerTime = 30s;
  if (server.server.empty() == store.empty()) {
    return Error{"ask either a server (--server URL) or a store (its folder)"};
  }
  if (!server.server.empty() && !counters.empty()) {
    return Error{"--counters goes with a store; a server follows its own (serve --counters, PUT /counters)"};
  }
  if (!server.server.empty()) {
    auto client = server.connect(kAnswerTime);
    if (!client) return client.error();
    return std::unique_ptr<Answering>(std::make_unique<AskedServer>(std::move(*client)));
  }
  if (!is_store(store)) return Error{store + ": is no store of anemone serve"};
  auto asked = std::make_unique<AskedStore>();
  if (auto opened = asked->open(store, counters); !opened) return opened.error();
  return std::unique_ptr<Answering>(std::move(asked));
}

}  // namespace anemone

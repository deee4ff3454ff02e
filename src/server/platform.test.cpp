#include "server/platform.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "server/recording.h"

using namespace anemone;

namespace {

const std::string kCampus = ANEMONE_TEST_DATA "/campus";

struct ScratchFolder {
  std::string path = (std::filesystem::temp_directory_path() / "anemone-test-XXXXXX").string();
  ScratchFolder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~ScratchFolder() { std::filesystem::remove_all(path); }
};

// The recorded campus, all of it accepted.
struct Campus {
  ScratchFolder folder;
  Inventory inventory;
  std::unique_ptr<Store> store;
  std::unique_ptr<Platform> platform;
  std::uint64_t bytes_sent = 0;  // by hosts, as their own captures say

  Duration period;

  void read_all() {
    auto read = read_inventory(kCampus + "/recording.json");
    REQUIRE_MESSAGE(read, read.error().message);
    inventory = *read;
    open();
    auto reader = RecordingReader::open(kCampus, inventory, 10s, platform->observers());
    REQUIRE_MESSAGE(reader, reader.error().message);
    for (;;) {
      auto input = reader->next();
      REQUIRE(input);
      if (!*input) break;
      count_sent((*input)->records);
      auto accepted = platform->accept(std::move(**input));
      REQUIRE_MESSAGE(accepted, accepted.error().message);
    }
    CHECK(reader->losses().empty());
  }

  explicit Campus(Duration store_period = 24h) : period(store_period) { read_all(); }

  void open() {
    platform.reset();
    store.reset();
    StoreConfig store_config;
    store_config.folder = folder.path;
    store_config.period = period;
    auto opened = Store::open(store_config);
    REQUIRE_MESSAGE(opened, opened.error().message);
    store = std::move(*opened);
    PlatformConfig config;
    config.whole_is_known = true;
    auto made = Platform::open(config, inventory, *store);
    REQUIRE_MESSAGE(made, made.error().message);
    platform = std::move(*made);
  }

  void count_sent(const std::vector<FlowRecord>& records) {
    for (const FlowRecord& record : records) {
      for (std::size_t i = 0; i < inventory.hosts.size(); ++i) {
        const bool own = record.observer == platform->observers()[i];
        const auto& more = inventory.hosts[i].more_addresses;
        const bool other = std::find(more.begin(), more.end(), record.key.src) != more.end();
        if (own && (other || record.key.src == inventory.hosts[i].address)) bytes_sent += record.bytes;
      }
    }
  }

  std::vector<SeriesBin> bins(double instrumented = 1) const {
    auto series = platform->series({}, {}, instrumented);
    REQUIRE(series);
    return series->bins;
  }
};

// Replayed once for all tests of this file, none of which changes it.
Campus& campus() {
  static Campus it;
  return it;
}

Time event_time(const Inventory& inventory, const std::string& kind) {
  for (const InventoryEvent& event : inventory.events) {
    if (event.kind == kind) return event.time;
  }
  FAIL("the recording has no event " << kind);
  return {};
}

}  // namespace

TEST_CASE("what hosts sent by their own captures is what all bins together say they sent") {
  double bits = 0;
  for (const SeriesBin& bin : campus().bins()) {
    auto top = campus().platform->top("hosts", {bin.from, 1}, 1000);
    REQUIRE(top);
    std::set<std::string> names;
    for (const InventoryHost& host : campus().inventory.hosts) names.insert(host.name);
    for (const RankedRow& row : top->rows) {
      if (names.contains(row.label)) bits += row.sent_bps * 10;
    }
  }
  CHECK(bits / 8 == doctest::Approx(static_cast<double>(campus().bytes_sent)).epsilon(1e-9));
}

TEST_CASE("with every host instrumented there is no error, with none everything is missed") {
  for (const SeriesBin& bin : campus().bins(1)) CHECK(*bin.total_error == 0);
  for (const SeriesBin& bin : campus().bins(0)) {
    CHECK(bin.total_bps == 0);
    CHECK(*bin.total_error == (*bin.true_total_bps > 0 ? 1 : 0));
  }
}

TEST_CASE("more instrumented hosts account for more, bin by bin") {
  std::vector<double> before(campus().bins().size(), 0);
  for (double share : {0.25, 0.5, 0.75, 1.0}) {
    const auto bins = campus().bins(share);
    REQUIRE(bins.size() == before.size());
    for (std::size_t i = 0; i < bins.size(); ++i) {
      CHECK(bins[i].total_bps >= before[i] - 1e-6);
      CHECK(bins[i].total_bps <= *bins[i].true_total_bps + 1e-6);
      before[i] = bins[i].total_bps;
    }
  }
}

TEST_CASE(
    "the link that was made to fail is told of within two seconds, is down, and its load is elsewhere") {
  const Time failed = event_time(campus().inventory, "link_down");
  const auto events = campus().platform->events(failed - 1s, failed + 2s);
  const RoutingEvent* down = nullptr;
  for (const RoutingEvent& event : events) {
    if (event.kind == "link_down") down = &event;
  }
  REQUIRE(down != nullptr);
  CHECK(down->links.size() == 2);

  const Time after = slice_start(failed, 10s) + 10s;
  auto load = campus().platform->load({after, 1});
  REQUIRE(load);
  CHECK(load->envelope.bin.stable);
  CHECK(load->total_bps > 0);
  for (const LinkAnswer& link : load->links) {
    for (const std::string& gone : down->links) CHECK(link.id != gone);
  }
  auto detail = campus().platform->link(down->links[0], {after, 1});
  REQUIRE(detail);
  CHECK_FALSE(detail->up);
  CHECK(detail->link.load_bps == 0);
  auto earlier = campus().platform->link(down->links[0], {failed - 15s, 1});
  REQUIRE(earlier);
  CHECK(earlier->up);
}

TEST_CASE("a link's breakdown adds up to its load: by source, by sink, by demand, by application") {
  const auto bins = campus().bins();
  int compared = 0;
  for (std::size_t i = 5; i < bins.size(); i += 5) {
    auto load = campus().platform->load({bins[i].from, 1});
    REQUIRE(load);
    for (const LinkAnswer& link : load->links) {
      if (link.load_bps < 1000) continue;
      auto detail = campus().platform->link(link.id, {bins[i].from, 1});
      REQUIRE(detail);
      auto sum = [](const auto& rows) {
        double all = 0;
        for (const auto& row : rows) all += row.bps;
        return all;
      };
      CAPTURE(link.id);
      CHECK(sum(detail->sources) == doctest::Approx(link.load_bps).epsilon(1e-6));
      CHECK(sum(detail->sinks) == doctest::Approx(link.load_bps).epsilon(1e-6));
      CHECK(sum(detail->apps) == doctest::Approx(link.load_bps).epsilon(1e-6));
      ++compared;
    }
  }
  CHECK(compared > 20);
}

TEST_CASE("a platform opened on the same store gives the same answers") {
  const auto bins = campus().bins();
  auto before = campus().platform->load({bins[8].from, 0.5});
  REQUIRE(before);
  const auto events = campus().platform->events(bins.front().from, bins.back().from);
  campus().open();
  const auto again = campus().bins();
  REQUIRE(again.size() == bins.size());
  for (std::size_t i = 0; i < bins.size(); ++i) {
    CHECK(again[i].from == bins[i].from);
    CHECK(again[i].total_bps == doctest::Approx(bins[i].total_bps));
    CHECK(again[i].max_utilisation == doctest::Approx(bins[i].max_utilisation));
    CHECK(again[i].stable == bins[i].stable);
  }
  auto after = campus().platform->load({bins[8].from, 0.5});
  REQUIRE(after);
  REQUIRE(after->links.size() == before->links.size());
  for (std::size_t i = 0; i < after->links.size(); ++i) {
    CHECK(after->links[i].load_bps == doctest::Approx(before->links[i].load_bps));
  }
  CHECK(campus().platform->events(bins.front().from, bins.back().from).size() == events.size());
}

TEST_CASE("what cannot be answered is refused with what there is") {
  const auto first = campus().bins().front().from;
  auto early = campus().platform->load({first - 100s, 1});
  REQUIRE_FALSE(early);
  CHECK(early.error().message.find(print_time(first)) != std::string::npos);
  CHECK_FALSE(campus().platform->link("no>such", {}));
  CHECK_FALSE(campus().platform->node("nobody", {}));
  CHECK_FALSE(campus().platform->path("nobody", "10.0.0.1", {}));
}

TEST_CASE("a path leads from a host to another, and its shares add up at both ends") {
  auto path = campus().platform->path("pc1", "web1", {});
  REQUIRE_MESSAGE(path, path.error().message);
  REQUIRE(path->cost);
  REQUIRE_FALSE(path->links.empty());
  double leaving = 0;
  for (const PathAnswer::Step& step : path->links)
    leaving += step.from == path->links[0].from ? step.share : 0;
  CHECK(leaving == doctest::Approx(1));
}

TEST_CASE("what is forgotten is gone from every answer and stays gone, what is kept is answered as before") {
  Campus campus_by_minute(1min);
  Platform* platform = campus_by_minute.platform.get();
  const auto before = campus_by_minute.bins();
  REQUIRE(platform->forget(2min));
  const auto after = campus_by_minute.bins();
  REQUIRE(after.size() < before.size());
  REQUIRE(after.size() >= 12);
  for (std::size_t i = 0; i < after.size(); ++i) {
    CHECK(after[i].from == before[before.size() - after.size() + i].from);
    CHECK(after[i].total_bps == before[before.size() - after.size() + i].total_bps);
  }
  CHECK_FALSE(platform->load({before.front().from, 1}));
  campus_by_minute.open();
  CHECK(campus_by_minute.bins().size() == after.size());
  CHECK_FALSE(campus_by_minute.platform->load({before.front().from, 1}));
}

TEST_CASE("what happened in the network is forgotten with the traffic of its time") {
  Campus campus_by_minute(1min);
  Platform* platform = campus_by_minute.platform.get();
  const Time first = campus_by_minute.bins().front().from;
  const Time end = campus_by_minute.bins().back().from + 10s;
  const std::size_t told = platform->events(first, end).size();
  REQUIRE(platform->forget(0s));
  CHECK(platform->events(first, end).size() < told);
}

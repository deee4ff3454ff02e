// The store's files: forgotten in time, read by people, damaged, or somebody else's.
#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include "store/database.h"
#include "store/period_file.h"
#include "store/store.test.h"

using namespace anemone;

namespace {

void damage(const std::string& path, std::streamoff at, const std::string& with) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file << with;
}

// A closed store with two days of data.
void fill(const StoreConfig& config) {
  auto store = Store::open(config);
  REQUIRE(store);
  REQUIRE((*store)->observer("web1"));
  REQUIRE((*store)->vantage("core1-core2"));
  REQUIRE((*store)->link("core1>core2"));
  Random random(1);
  for (std::uint64_t id = 1; id <= 2; ++id) {
    Batch batch;
    batch.id = id;
    batch.progress = "day " + std::to_string(id);
    const Time at = kDay + std::chrono::hours(24 * (id - 1));
    batch.records = random_flows(random, 20'000, at);
    batch.lsas = {lsa(at, 5, 7)};
    batch.loads = {{at, StoredLinkId{0}, 8.5, 1}};
    REQUIRE((*store)->append(batch));
  }
}

std::string refusal(const StoreConfig& config) {
  const auto store = Store::open(config);
  return store ? "opened" : store.error().message;
}

}  // namespace

TEST_CASE("a period that is over for long enough is forgotten, its space is free, the progress stays") {
  StoreFolder folder;
  fill(folder.config());
  {
    auto store = Store::open(folder.config());
    REQUIRE(store);
    const std::uint64_t before = (*store)->counts()->bytes_on_disk;
    CHECK(*(*store)->retention(kDay + 48h, 24h + 1s) == 0);
    CHECK(*(*store)->retention(kDay + 48h, 24h) == 1);
    CHECK((*store)->flows_between(kDay, kDay + 24h)->empty());
    CHECK((*store)->flows_between(kDay, kDay + 48h)->size() == 20'000);
    CHECK((*store)->counts()->bytes_on_disk < before * 2 / 3);
    CHECK(!std::filesystem::exists(folder.path + "/period-20261122T000000Z.duckdb"));
    CHECK(*(*store)->retention(kDay + 240h, 24h) == 1);
    CHECK((*store)->counts()->records == 0);
  }
  auto store = Store::open(folder.config());
  REQUIRE(store);
  REQUIRE((*store)->progress());
  CHECK((*store)->progress()->id == 2);
  CHECK((*store)->progress()->text == "day 2");
}

TEST_CASE("each period's file can be read alone, under any name, with addresses and names as text") {
  StoreFolder folder;
  {
    auto store = Store::open(folder.config());
    REQUIRE((*store)->observer("web1"));
    REQUIRE((*store)->observer("web2"));
    REQUIRE((*store)->vantage("core1-core2"));
    REQUIRE((*store)->link("core1>core2"));
    Batch batch;
    batch.id = 1;
    batch.records = {flow(kDay, *parse_address("192.0.2.1"), *parse_address("2001:db8::8"), 77)};
    batch.records[0].observer = ObserverId{1};
    auto names = std::make_shared<RecordNames>();
    batch.records[0].origin.owner = names->owners.intern({"nginx", "/bin/nginx", "www", "n.service", "c1"});
    batch.records[0].origin.tunnel =
        names->tunnels.intern({"gre", "tun0", {}, *parse_address("10.0.0.1"), 9});
    batch.records[0].nat =
        names->nats.intern({*parse_address("198.51.100.7"), *parse_address("2001:db8::8"), 1234, 443, true});
    batch.records[0].key.direction = Direction::kOut;
    batch.names = names;
    batch.lsas = {lsa(kDay, 5, 7)};
    batch.loads = {{kDay, StoredLinkId{0}, 8.5, 1}};
    REQUIRE((*store)->append(batch));
  }
  const std::string copy = folder.path + "/copy.duckdb";
  std::filesystem::rename(folder.path + "/period-20261122T000000Z.duckdb", copy);
  auto database = Database::open({}, folder.path + "/spill");
  REQUIRE(database);
  auto connection = (*database)->connect();
  REQUIRE((*connection)->run("ATTACH " + sql_text(copy) + " AS other (READ_ONLY)"));
  std::string seen;
  const auto see = [&](const Chunk& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) seen += std::string(rows.text(0, i)) + "\n";
  };
  for (const char* sql :
       {"SELECT concat_ws(' ', start_us, end_us, src, dst, src_port, dst_port, protocol, "
        "tcp_flags, tos, packets, "
        "bytes, observer) FROM other.flows",
        "SELECT concat_ws('/', process, pid, executable, user_name, unit, container, "
        "application, direction, interface, tunnel, tunnel_src, tunnel_dst, tunnel_id, "
        "srtt_us, retransmits, accuracy, end_reason, nat, nat_src, nat_dst, nat_src_port, nat_dst_port) "
        "FROM other.flows",
        "SELECT concat_ws(' ', arrival_us, vantage, area, type, id, advertising_router, "
        "sequence, octet_length(lsa)) "
        "FROM other.lsas",
        "SELECT concat_ws(' ', bin_us, link, bits, packets) FROM other.loads"}) {
    const auto read = (*connection)->read(sql, see);
    if (!read) FAIL(read.error().message);
  }
  CHECK(seen ==
        "1795305600000000 1795305601000000 192.0.2.1 2001:db8::8 40000 443 6 27 46 2 77 web2\n"
        "nginx/0//bin/nginx/www/n.service/c1//out/0/gre//10.0.0.1/9/0/0/exact//before/198.51.100.7/"
        "2001:db8::8/1234/443\n"
        "1795305600000000 core1-core2 0.0.0.7 5 10.0.0.7 10.255.0.7 -2147483647 22\n"
        "1795305600000000 core1>core2 8.5 1.0\n");
}

TEST_CASE("a file that is damaged, cut short or none of the store's is named, and nothing is overwritten") {
  using Harm = void (*)(const std::string& path);
  const std::pair<const char*, Harm> harms[] = {
      {"damaged", [](const std::string& path) { damage(path, 0, std::string(4096, 'x')); }},
      {"damaged behind its first bytes",
       [](const std::string& path) { damage(path, 4096, std::string(8192, 'x')); }},
      {"cut short", [](const std::string& path) { std::filesystem::resize_file(path, 100); }},
      {"empty", [](const std::string& path) { std::filesystem::resize_file(path, 0); }},
      {"text", [](const std::string& path) { std::ofstream(path, std::ios::trunc) << "hello\n"; }},
  };
  for (const char* name : {"/main.duckdb", "/period-20261122T000000Z.duckdb"}) {
    for (const auto& way : harms) {
      StoreFolder folder;
      fill(folder.config());
      const std::string path = folder.path + name;
      CAPTURE(path);
      CAPTURE(way.first);
      way.second(path);
      const auto size = std::filesystem::file_size(path);
      const std::string said = refusal(folder.config());
      CAPTURE(said);
      CHECK(said.starts_with(path + ": "));
      CHECK(std::filesystem::file_size(path) == size);
    }
  }
}

TEST_CASE("somebody else's DuckDB file and another version's store are refused by name") {
  StoreFolder folder;
  {
    auto database = Database::open({}, folder.path + "/spill");
    auto connection = (*database)->connect();
    REQUIRE((*connection)
                ->run("ATTACH " + sql_text(folder.path + "/main.duckdb") +
                      " AS f; CREATE TABLE f.t (i INTEGER)"));
  }
  CHECK(refusal(folder.config()) ==
        folder.path + "/main.duckdb: a DuckDB file, but not one of Anemone's store");
  {
    auto database = Database::open({}, folder.path + "/spill");
    auto connection = (*database)->connect();
    REQUIRE((*connection)
                ->run("ATTACH " + sql_text(folder.path + "/main.duckdb") +
                      " AS f; CREATE TABLE f.meta (key VARCHAR, value VARCHAR); "
                      "INSERT INTO f.meta VALUES ('format', 'anemone-store-9')"));
  }
  CHECK(refusal(folder.config()) ==
        folder.path + "/main.duckdb: its format is 'anemone-store-9', this program reads anemone-store-5");
}

TEST_CASE("a folder that cannot be made is named") {
  StoreConfig config;
  config.folder = "/proc/anemone";
  CHECK(refusal(config).starts_with("/proc/anemone: "));
}

TEST_CASE("other files in the folder are left alone") {
  StoreFolder folder;
  for (const char* name :
       {"period-.duckdb", "period-20261322T000000Z.duckdb", "notes.txt", "period-x.duckdb.wal"}) {
    std::ofstream(folder.path + "/" + name) << "hello";
  }
  CHECK(refusal(folder.config()) == "opened");
  CHECK(!PeriodFile::start_of("period-20261322T000000Z.duckdb"));
  CHECK(*PeriodFile::start_of("period-20261122T013000Z.duckdb") == kDay + 90min);
}

TEST_CASE("a store keeps the period that it was made with") {
  StoreFolder folder;
  StoreConfig config = folder.config();
  config.period = 1h;
  for (int run = 0; run < 2; ++run) {
    auto store = Store::open(config);
    REQUIRE((*store)->observer("h"));
    Batch batch;
    batch.id = static_cast<std::uint64_t>(run) + 1;
    batch.records = {flow(kDay + 5h + std::chrono::hours(run), IpAddress(1, 1), IpAddress(1, 2))};
    REQUIRE((*store)->append(batch));
    config.period = 24h;
  }
  CHECK(std::filesystem::exists(folder.path + "/period-20261122T050000Z.duckdb"));
  CHECK(std::filesystem::exists(folder.path + "/period-20261122T060000Z.duckdb"));
}

TEST_CASE("a batch that would need too many files is refused") {
  StoreFolder folder;
  StoreConfig config = folder.config();
  config.periods_max = 3;
  auto store = Store::open(config);
  REQUIRE((*store)->observer("h"));
  Batch batch;
  batch.id = 1;
  for (int day = 0; day < 4; ++day) {
    batch.records.push_back(flow(kDay + day * 24h, IpAddress(1, 1), IpAddress(1, 2)));
  }
  CHECK((*store)->append(batch).error().message.find("over periods_max (3)") != std::string::npos);
  CHECK((*store)->counts()->periods == 0);
  batch.records.pop_back();
  CHECK((*store)->append(batch));
}

#include "store/store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "store/database.h"
#include "store/store.test.h"

using namespace anemone;

namespace {

const IpAddress kClient = *parse_address("10.1.0.7");
const IpAddress kServer = *parse_address("2001:db8:7::443");

// An open store that knows one name of each kind.
std::unique_ptr<Store> open_store(const StoreConfig& config) {
  auto store = Store::open(config);
  if (!store) FAIL(store.error().message);
  REQUIRE((*store)->observer("web1"));
  REQUIRE((*store)->vantage("core1-core2"));
  REQUIRE((*store)->link("core1>core2:10.1.0.1"));
  return std::move(*store);
}

Batch small_batch(std::uint64_t id, Time at) {
  Batch batch;
  batch.id = id;
  batch.at = at;
  batch.progress = "file 3, offset " + std::to_string(id);
  batch.records = {flow(at, kClient, kServer), flow(at + 1s, kServer, kClient, 9000)};
  batch.lsas = {lsa(at + 2s, 1, 7), lsa(at + 2s, 5, 250)};
  batch.marks = {{at + 3s, VantageId{0}, VantageMarkKind::kLost, 12}};
  batch.loads = {{slice_start(at, 10s), StoredLinkId{0}, 1234.5, 3.25}};
  return batch;
}

void must_append(Store& store, const Batch& batch) {
  const auto kept = store.append(batch);
  if (!kept) FAIL(kept.error().message);
}

std::size_t record_count(const Store& store) { return store.counts()->records; }

}  // namespace

TEST_CASE("what was appended is read back as it was, by its time") {
  StoreFolder folder;
  const auto store = open_store(folder.config());
  CHECK(!*store->span());
  const Batch batch = small_batch(1, kDay + 3h);
  must_append(*store, batch);

  const auto records = store->flows_between(kDay, kDay + 24h);
  REQUIRE(records);
  REQUIRE(records->size() == 2);
  CHECK(same((*records)[0], batch.records[0]));
  CHECK(same((*records)[1], batch.records[1]));
  CHECK(store->flows_between(kDay + 3h, kDay + 3h + 1s)->size() == 1);
  CHECK(store->flows_between(kDay + 4h, kDay + 5h)->empty());

  const auto lsas = store->lsas_until(kDay + 3h + 2s);
  REQUIRE(lsas);
  REQUIRE(lsas->size() == 2);
  CHECK(same_bytes((*lsas)[1].bytes, batch.lsas[1].bytes));
  CHECK((*lsas)[1].key == batch.lsas[1].key);
  CHECK((*lsas)[1].arrival == kDay + 3h + 2s);
  CHECK(store->lsas_between(kDay, kDay + 3h + 2s)->empty());

  CHECK(store->marks_until(kDay + 3h)->empty());
  const auto marks = store->marks_until(kDay + 4h);
  REQUIRE(marks);
  REQUIRE(marks->size() == 1);
  CHECK((*marks)[0].time == kDay + 3h + 3s);
  CHECK((*marks)[0].kind == VantageMarkKind::kLost);
  CHECK((*marks)[0].count == 12);

  const auto loads = store->loads_between(kDay, kDay + 24h);
  REQUIRE(loads);
  REQUIRE(loads->size() == 1);
  CHECK((*loads)[0].bits == 1234.5);
  CHECK((*loads)[0].packets == 3.25);
  CHECK(*store->bins(kDay, kDay + 24h) == std::vector<Time>{kDay + 3h});

  const auto span = store->span();
  REQUIRE(span);
  REQUIRE(span->has_value());
  CHECK((*span)->from == kDay + 3h);
  CHECK((*span)->to == kDay + 3h + 3s);
}

TEST_CASE("whose traffic it was comes back with the names that it came with, in whatever order") {
  StoreFolder folder;
  Batch batch = small_batch(1, kDay);
  {
    const auto store = open_store(folder.config());
    auto names = std::make_shared<RecordNames>();
    const OwnerId nginx =
        names->owners.intern({"nginx", "/usr/sbin/nginx", "www-data", "nginx.service", "0123456789ab"});
    const ApplicationId web = names->applications.intern("web");
    const TunnelId tunnel = names->tunnels.intern({"vxlan", "vx0", kClient, kServer, 42});
    batch.records[0].origin = {nginx, 77, web, 3, tunnel};
    batch.records[0].key.direction = Direction::kOut;
    batch.records[0].srtt_us = 1500;
    batch.records[0].retransmits = 2;
    batch.records[0].accuracy = kOwnerGuessed | kShed;
    batch.records[0].reason = FlowEnd::kActive;
    batch.records[1].origin.owner = kKernelOwner;
    batch.names = names;
    must_append(*store, batch);
  }
  for (int run = 0; run < 2; ++run) {  // the second on what the first has added to the file
    const auto store = open_store(folder.config());
    Batch more = small_batch(2 + run, kDay + 1h);
    auto other = std::make_shared<RecordNames>();
    for (const char* name : {"a", "b\xff", "nginx"}) other->owners.intern({name, "", "", "", ""});
    more.records[0].origin.owner = OwnerId{5U + static_cast<unsigned>(run)};
    more.names = other;
    must_append(*store, more);

    RecordNames names;
    names.owners.intern({"somebody", "else", "", "", ""});
    const auto records = store->flows_between(kDay, kDay + 24h, {}, &names);
    REQUIRE(records);
    REQUIRE(records->size() == 4U + 2U * static_cast<unsigned>(run));
    const FlowRecord& first = (*records)[0];
    CHECK(names.owners[first.origin.owner] == batch.names->owners[batch.records[0].origin.owner]);
    CHECK(names.applications[first.origin.application] == "web");
    CHECK(names.tunnels[first.origin.tunnel] == Tunnel{"vxlan", "vx0", kClient, kServer, 42});
    FlowRecord numbered = first;
    numbered.origin = batch.records[0].origin;
    CHECK(numbered == batch.records[0]);
    CHECK(first.origin.pid == 77);
    CHECK(first.origin.interface == 3);
    CHECK(names.owners[(*records)[1].origin.owner].process == "(kernel)");
    CHECK(!(*records)[1].origin.tunnel.valid());
    CHECK(names.owners[(*records)[2].origin.owner].process == "a");
    CHECK(!(*records)[3].origin.owner.valid());
    if (run == 1) CHECK(names.owners[(*records)[4].origin.owner].process == "b?");
    CHECK(!(*store->flows_between(kDay, kDay + 24h))[0].origin.owner.valid());  // nobody asked
  }
}

TEST_CASE("a record whose names did not come with it is refused") {
  StoreFolder folder;
  const auto store = open_store(folder.config());
  Batch batch = small_batch(1, kDay);
  batch.records[1].origin.owner = kKernelOwner;
  CHECK(store->append(batch).error().message ==
        "batch 1 of main: a record's origin that its names do not have");
  batch.names = std::make_shared<RecordNames>();
  batch.records[1].origin.tunnel = TunnelId{0};
  CHECK(!store->append(batch));
  batch.records[1].origin.tunnel = TunnelId{};
  CHECK(store->append(batch));
}

TEST_CASE("a restart goes on where the store was: data, names and progress") {
  StoreFolder folder;
  {
    const auto store = open_store(folder.config());
    CHECK(store->observer("it's")->value() == 1);
    must_append(*store, small_batch(1, kDay));
    must_append(*store, small_batch(2, kDay + 1h));
  }
  const auto store = open_store(folder.config());
  CHECK(store->observers() == std::vector<std::string>{"web1", "it's"});
  CHECK(store->vantages() == std::vector<std::string>{"core1-core2"});
  CHECK(store->links() == std::vector<std::string>{"core1>core2:10.1.0.1"});
  CHECK(store->observer("it's")->value() == 1);
  CHECK(record_count(*store) == 4);
  const auto progress = store->progress();
  REQUIRE(progress);
  CHECK(progress->id == 2);
  CHECK(progress->at == kDay + 1h);
  CHECK(progress->text == "file 3, offset 2");
  CHECK(!store->progress("other"));
  must_append(*store, small_batch(3, kDay + 2h));
  CHECK(record_count(*store) == 6);
}

TEST_CASE("a batch sent again changes nothing, also after a restart; another source's ids are its own") {
  StoreFolder folder;
  Batch other = small_batch(1, kDay);
  other.source = "agent h'2";
  for (int run = 0; run < 2; ++run) {
    const auto store = open_store(folder.config());
    for (int again = 0; again < 2; ++again) {
      must_append(*store, small_batch(5, kDay));
      must_append(*store, small_batch(4, kDay));
      must_append(*store, other);
    }
    CHECK(record_count(*store) == 4);
    CHECK(store->progress()->id == 5);
    CHECK(store->progress("agent h'2")->id == 1);
  }
}

TEST_CASE("a batch over midnight lies in two files and is read as one") {
  StoreFolder folder;
  const auto store = open_store(folder.config());
  Batch batch;
  batch.id = 1;
  for (int i = -3; i < 3; ++i) batch.records.push_back(flow(kDay + i * 1s, kClient, kServer));
  std::swap(batch.records[0], batch.records[5]);
  batch.lsas = {lsa(kDay - 1s, 1, 1), lsa(kDay, 1, 2)};
  must_append(*store, batch);
  CHECK(std::filesystem::exists(folder.path + "/period-20261121T000000Z.duckdb"));
  CHECK(std::filesystem::exists(folder.path + "/period-20261122T000000Z.duckdb"));
  CHECK(store->flows_between(kDay - 10s, kDay + 10s)->size() == 6);
  CHECK(store->flows_between(kDay - 10s, kDay)->size() == 3);
  CHECK(store->lsas_until(kDay)->size() == 2);
  CHECK(store->counts()->periods == 2);
}

TEST_CASE("a batch without data still moves the progress") {
  StoreFolder folder;
  Batch batch;
  batch.id = 1;
  batch.at = kDay;
  batch.progress = "nothing here";
  {
    const auto store = open_store(folder.config());
    must_append(*store, batch);
  }
  CHECK(open_store(folder.config())->progress()->text == "nothing here");
}

TEST_CASE("records of some observers can be asked for alone") {
  StoreFolder folder;
  const auto store = open_store(folder.config());
  const auto second = store->observer("web2");
  const auto third = store->observer("web3");
  Batch batch;
  batch.id = 1;
  for (std::size_t i = 0; i < 9; ++i) {
    batch.records.push_back(flow(kDay, kClient, kServer, i));
    batch.records.back().observer = ObserverId{i % 3};
  }
  must_append(*store, batch);
  CHECK(store->flows_between(kDay, kDay + 1s, std::vector{*second})->size() == 3);
  const auto two = store->flows_between(kDay, kDay + 1s, std::vector{*second, *third});
  REQUIRE(two->size() == 6);
  CHECK((*two)[0].bytes == 1);
  CHECK((*two)[1].bytes == 2);
}

TEST_CASE("tens of thousands of records, both families, come back in their order and to the last byte") {
  StoreFolder folder;
  const auto store = open_store(folder.config());
  Random random(7);
  std::vector<FlowRecord> all;
  for (std::uint64_t id = 1; id <= 4; ++id) {
    Batch batch;
    batch.id = id;
    batch.records = random_flows(random, 7000, kDay);
    all.insert(all.end(), batch.records.begin(), batch.records.end());
    must_append(*store, batch);
  }
  const auto read = store->flows_between(kDay, kDay + 24h);
  REQUIRE(read);
  REQUIRE(read->size() == all.size());
  CHECK(std::equal(all.begin(), all.end(), read->begin(), same));
}

TEST_CASE("an id that the store did not name, a time that no file is named for and id 0 are refused, whole") {
  StoreFolder folder;
  const auto store = open_store(folder.config());
  Batch batch = small_batch(1, kDay);
  batch.records[1].observer = ObserverId{9};
  CHECK(store->append(batch).error().message ==
        "batch 1 of main: a record's observer that the store did not name");
  batch = small_batch(1, kDay);
  batch.records[1].start = kDay - 60 * 365 * 24h;
  CHECK(store->append(batch).error().message == "batch 1 of main: a time before 1970 or after 9999");
  batch = small_batch(1, kDay - 1s);
  batch.lsas[1].bytes = LsaBytes(batch.lsas[1].bytes.view().first(10));
  batch.lsas[1].arrival = kDay;
  CHECK(!store->append(batch));
  CHECK(!store->append(small_batch(0, kDay)));
  CHECK(record_count(*store) == 0);
  const Batch good = small_batch(1, kDay);
  must_append(*store, good);
  const auto records = store->flows_between(kDay, kDay + 24h);
  REQUIRE(records->size() == 2);  // and nothing that only the refused ones knew is taken for known
  CHECK(same((*records)[0], good.records[0]));
}

TEST_CASE("readers on other threads see whole batches while more come in") {
  StoreFolder folder;
  const auto store = open_store(folder.config());
  std::atomic<bool> done{false};
  std::atomic<int> torn{0};
  std::atomic<int> reads{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const auto records = store->flows_between(kDay, kDay + 24h);
        if (!records || records->size() % 500 != 0) ++torn;
        const bool named =
            !records || std::all_of(records->begin(), records->end(), [](const FlowRecord& record) {
              return !record.key.src.is_none() && !record.key.dst.is_none();
            });
        if (!named) ++torn;
        ++reads;
      }
    });
  }
  Random random(3);
  for (std::uint64_t id = 1; id <= 20 || (reads < 6 && id <= 200); ++id) {
    Batch batch;
    batch.id = id;
    batch.records = random_flows(random, 500, kDay + std::chrono::hours(id % 20));
    must_append(*store, batch);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(torn == 0);
  CHECK(reads > 0);
}

TEST_CASE("periods are forgotten under the eyes of readers, who see each whole or not at all") {
  StoreFolder folder;
  const auto store = open_store(folder.config());
  Random random(5);
  constexpr int kDays = 8;
  Batch batch;
  for (int day = 0; day < kDays; ++day) {
    const auto records = random_flows(random, 2000, kDay + day * 24h);
    batch.records.insert(batch.records.end(), records.begin(), records.end());
  }
  batch.id = 1;
  must_append(*store, batch);

  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const auto records = store->flows_between(kDay, kDay + kDays * 24h);
        if (!records || records->size() % 2000 != 0) ++wrong;
        if (!store->span() || !store->counts()) ++wrong;
      }
    });
  }
  std::size_t forgotten = 0;
  for (int day = 1; day < kDays; ++day) {
    const auto gone = store->retention(kDay + day * 24h, 0s);
    if (!gone) FAIL_CHECK(gone.error().message);
    if (gone) forgotten += *gone;
    std::this_thread::sleep_for(5ms);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
  CHECK(forgotten == kDays - 1);
  CHECK(record_count(*store) == 2000);
}

// For tests/upload_check.py: an agent without a kernel, and a look into the store.
//
// try_upload agent URL NAME SPOOL LOG BASE FILES [AUTHORITY TOKEN]: writes FILES slices of made-up records into
// the spool and uploads them, with the agent's own Spool and Uploader, until the server has all. LOG gets a line
// "intent SLICE RECORDS PACKETS BYTES" before a slice is spooled and "added SLICE" when it is. Killed and started
// again it goes on behind the last slice of LOG.
//
// try_upload away URL NAME SPOOL LOG BASE FILES AUTHORITY TOKEN RECORDS QUOTA: the server is away: FILES slices of RECORDS
// records each are spooled within QUOTA bytes, while the uploader finds nobody; prints "waiting FILES RECORDS BYTES", "lost FILES
// RECORDS", and when the server has taken what waits "done SECONDS FAILURES", since it took the first file. Started again it
// goes on behind the last slice of LOG.
//
// try_upload sums STORE [PROCESS]: "NAME SLICE RECORDS PACKETS BYTES" for every slice that the store has; all
//   records must be PROCESS's.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <thread>

#include "base/random.h"
#include "record/ipfix_writer.h"
#include "record/spool.h"
#include "record/uploader.h"
#include "store/store.h"

using namespace anemone;

namespace {

int fail(const Error& error) {
  std::cerr << error.message << "\n";
  return 1;
}

std::vector<FlowRecord> records_of(Random& random, Time slice, RecordNames& names, std::size_t count) {
  std::vector<FlowRecord> records(count);
  const OwnerId owner = names.owners.intern({"curl", "/usr/bin/curl", "ann", "session-1.scope", ""});
  for (FlowRecord& record : records) {
    record.start = slice + Duration{1000} * random.below(9000);
    record.end = record.start + 500ms;
    record.key.src = IpAddress(Ipv4{0x0a000000 + random.below(500)});
    record.key.dst = random.below(3) == 0 ? IpAddress(0x20010db800000000, random.below(500))
                                          : IpAddress(Ipv4{0x0a010000 + random.below(500)});
    if (!record.key.dst.is_v4()) record.key.src = IpAddress(0x20010db800000000, random.below(500));
    record.key.src_port = static_cast<std::uint16_t>(random.next());
    record.key.dst_port = 443;
    record.key.protocol = 6;
    record.key.direction = Direction::kOut;
    record.packets = 1 + random.below(1000);
    record.bytes = record.packets * (40 + random.below(1400));
    record.origin.owner = owner;
    record.origin.pid = 100 + random.below(100);
    record.reason = FlowEnd::kActive;
  }
  return records;
}

std::uint64_t last_slice(const std::string& log) {
  std::ifstream in(log);
  std::string word;
  std::uint64_t slice = 0;
  std::uint64_t last = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    if (words >> word >> slice) last = std::max(last, slice);
  }
  return last;
}

// Spools slice `number`, and says so before and after.
Result<void> make_slice(std::uint64_t number, Time base, std::uint64_t seed, std::size_t count, Spool& spool,
                        std::ofstream& log) {
  Random random(seed);
  RecordNames names;
  const Time start = base + 10s * static_cast<std::int64_t>(number);
  const auto records = records_of(random, start, names, count == 0 ? 1 + random.below(400) : count);
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  for (const FlowRecord& record : records) {
    packets += record.packets;
    bytes += record.bytes;
  }
  std::vector<std::uint8_t> file;
  IpfixWriter writer;
  writer.write(records, names, start + 10s,
               [&](Bytes message) { file.insert(file.end(), message.begin(), message.end()); });
  log << "intent " << number << " " << records.size() << " " << packets << " " << bytes << std::endl;
  if (auto added = spool.add(file, records.size()); !added) return added.error();
  log << "added " << number << std::endl;
  return {};
}

void wait_until_empty(const Spool& spool) {
  while (spool.counters().waiting.files > 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

// As an agent uploads: with its waits.
int away(char** argv) {
  UploaderConfig config;
  config.server.url = argv[2];
  config.agent = argv[3];
  config.server.tls.ca = argv[8];
  config.server.token = argv[9];
  config.seed = config.agent.back();
  const auto quota = static_cast<std::uint64_t>(std::atoll(argv[11]));
  auto spool = Spool::open({.folder = argv[4], .quota_bytes = quota});
  if (!spool) return fail(spool.error());
  auto uploader = Uploader::make(config, **spool);
  if (!uploader) return fail(uploader.error());
  (*uploader)->start();
  std::ofstream log(argv[5], std::ios::app);
  const Time base = time_from_micros(std::atoll(argv[6]) * 1'000'000);
  const auto files = static_cast<std::uint64_t>(std::atoll(argv[7]));
  const auto count = static_cast<std::size_t>(std::atoll(argv[10]));
  for (std::uint64_t slice = last_slice(argv[5]) + 1; slice <= files; ++slice) {
    if (auto made = make_slice(slice, base, slice * 1000 + config.agent.back(), count, **spool, log); !made)
      return fail(made.error());
  }
  const SpoolCounters full = (*spool)->counters();
  std::printf("waiting %llu %llu %llu\nlost %llu %llu\n", static_cast<unsigned long long>(full.waiting.files),
              static_cast<unsigned long long>(full.waiting.records),
              static_cast<unsigned long long>(full.waiting.bytes), static_cast<unsigned long long>(full.lost.files),
              static_cast<unsigned long long>(full.lost.records));
  std::fflush(stdout);
  while ((*uploader)->counters().uploaded == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto begun = std::chrono::steady_clock::now();
  wait_until_empty(**spool);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::printf("done %.2f %llu\n", took.count(),
              static_cast<unsigned long long>((*uploader)->counters().failures));
  return (*spool)->counters().set_aside.files > 0 ? fail({"files were set aside"}) : 0;
}

int agent(int argc, char** argv) {
  UploaderConfig config;
  config.server.url = argv[2];
  config.agent = argv[3];
  config.first_wait = 50ms;
  config.longest_wait = 500ms;
  config.look = 10ms;
  if (argc > 9) {
    config.server.tls.ca = argv[8];
    config.server.token = argv[9];
  }
  SpoolConfig spool_config;
  spool_config.folder = argv[4];
  auto spool = Spool::open(spool_config);
  if (!spool) return fail(spool.error());
  auto uploader = Uploader::make(config, **spool);
  if (!uploader) return fail(uploader.error());
  (*uploader)->start();
  std::ofstream log(argv[5], std::ios::app);
  const Time base = time_from_micros(std::atoll(argv[6]) * 1'000'000);
  const auto files = static_cast<std::uint64_t>(std::atoll(argv[7]));
  for (std::uint64_t slice = last_slice(argv[5]) + 1; slice <= files; ++slice) {
    if (auto made = make_slice(slice, base, slice * 1000 + config.agent.size(), 0, **spool, log); !made)
      return fail(made.error());
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + Random(slice).below(30)));
  }
  wait_until_empty(**spool);
  const SpoolCounters end = (*spool)->counters();
  if (end.lost.files + end.set_aside.files > 0) return fail({"files were lost or set aside"});
  return 0;
}

int sums(int argc, char** argv) {
  StoreConfig config;
  config.folder = argv[2];
  auto store = Store::open(config);
  if (!store) return fail(store.error());
  RecordNames names;
  auto records = (*store)->flows_between(Time{}, time_from_micros(4'000'000'000'000'000), {}, &names);
  if (!records) return fail(records.error());
  struct Sum {
    std::uint64_t records = 0, packets = 0, bytes = 0;
  };
  std::map<std::pair<std::uint32_t, std::int64_t>, Sum> all;
  for (const FlowRecord& record : *records) {
    const OwnerId owner = record.origin.owner;
    if (argc > 3 && (!owner.valid() || names.owners[owner].process != std::string_view(argv[3]))) {
      return fail({"a record has lost its owner"});
    }
    Sum& sum = all[{record.observer.value(), micros(slice_start(record.start, 10s)) / 1'000'000}];
    ++sum.records;
    sum.packets += record.packets;
    sum.bytes += record.bytes;
  }
  const auto observers = (*store)->observers();
  for (const auto& [key, sum] : all) {
    std::printf("%s %lld %llu %llu %llu\n", observers[key.first].c_str(), static_cast<long long>(key.second),
                static_cast<unsigned long long>(sum.records), static_cast<unsigned long long>(sum.packets),
                static_cast<unsigned long long>(sum.bytes));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 2 ? argv[1] : "";
  if (what == "agent" && argc > 7) return agent(argc, argv);
  if (what == "away" && argc > 11) return away(argv);
  if (what == "sums") return sums(argc, argv);
  std::cerr << "usage: see the source\n";
  return 2;
}

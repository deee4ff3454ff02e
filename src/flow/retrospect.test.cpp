#include "flow/retrospect.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <tuple>

#include "flow/event_archive.h"
#include "flow/random_micro_flows.test.h"

namespace anemone {
namespace {

namespace fs = std::filesystem;

constexpr Time kStart = time_from_micros(1'700'000'000'000'000);
const TimeRange kAlways{Time{}, kStart + 24h};

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("anemone-archive-" + std::to_string(::getpid()))) {
    fs::remove_all(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string text() const { return path.string(); }
  fs::path path;
};

// Keeps micro-flows as an agent does: those of a second at its end, in no order.
struct Kept {
  Kept(std::uint64_t seed, std::size_t count, const std::string& folder, EventArchiveConfig config = {})
      : source(seed) {
    config.folder = folder;
    auto opened = EventArchive::open(config, source.names);
    REQUIRE(opened.has_value());
    archive = std::move(*opened);
    Time second = kStart;
    std::vector<MicroFlow> told;
    const auto tell = [&] {
      for (std::size_t i = told.size(); i > 1; --i) {
        std::swap(told[i - 1], told[source.random.below(static_cast<std::uint32_t>(i))]);
      }
      REQUIRE(archive->add({second, second + 1s}, told).has_value());
      all.insert(all.end(), told.begin(), told.end());
      told.clear();
      second += 1s;
    };
    for (std::size_t i = 0; i < count; ++i) {
      const MicroFlow one = source.one();
      while (one.event.time >= second + 1s) tell();
      told.push_back(one);
    }
    tell();
    until = second;
  }

  RandomMicroFlows source;
  std::unique_ptr<EventArchive> archive;
  std::vector<MicroFlow> all;
  Time until{};
};

using Words = std::tuple<std::string, std::string, std::string, std::uint32_t>;
using Sums = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, int, int, Time, Time>;
using Rows = std::map<std::tuple<FlowKey, Words, std::uint32_t, Time>, Sums>;

// By what they are called: numbers of names differ between an archive's reader and its writer.
void add(std::span<const Flow> flows, const RecordNames& names, Duration slice, Rows& rows) {
  for (const Flow& flow : flows) {
    const Owner owner = flow.origin.owner.valid() ? names.owners[flow.origin.owner] : Owner{};
    const std::string application =
        flow.origin.application.valid() ? names.applications[flow.origin.application] : "";
    const std::string tunnel = flow.origin.tunnel.valid() ? names.tunnels[flow.origin.tunnel].technology : "";
    const Words words{owner.process + "|" + owner.executable + "|" + owner.user + "|" + owner.unit,
                      application, tunnel, flow.origin.interface};
    const Time at = slice.count() > 0 ? slice_start(flow.start, slice) : Time{};
    auto [row, is_new] =
        rows.try_emplace({flow.key, words, flow.origin.pid, at}, Sums{0, 0, 0, 0, 0, flow.start, flow.end});
    auto& [packets, bytes, retransmits, flags, accuracy, start, end] = row->second;
    packets += flow.packets;
    bytes += flow.bytes;
    retransmits += flow.retransmits;
    flags |= flow.tcp_flags;
    accuracy |= flow.accuracy;
    start = std::min(start, flow.start);
    end = std::max(end, flow.end);
  }
}

Rows live(Kept& kept, const FlowDefinition& definition) {
  auto flows = DefinedFlows::make(definition, kept.source.names, 1'000'000);
  REQUIRE(flows.has_value());
  std::vector<Flow> out;
  flows->add(kept.all, out);
  flows->finish(out);
  Rows rows;
  add(out, kept.source.names, definition.slice, rows);
  return rows;
}

Rows looked_back(const std::string& folder, const FlowDefinition& definition,
                 const TimeRange& wanted = kAlways, Retrospect* seen = nullptr) {
  RecordNames names;
  Rows rows;
  auto looked = look_back(folder, definition, wanted, names,
                          [&](std::span<const Flow> flows) { add(flows, names, definition.slice, rows); });
  REQUIRE_MESSAGE(looked.has_value(), (looked ? "" : looked.error().message));
  if (seen != nullptr) *seen = *looked;
  return rows;
}

const char* const kDefinitions[] = {
    "key all",
    "",
    "key src/24 process; where not port 53",
    "key user; where process nginx or tunnel *; slice 2s",
    "key none; slice 0s; idle 0s",
    "key dst dport; slice 5s; idle 1s",
    "key dport app direction; slice 3s; active 1s",
    "key unit tos interface pid; where bytes > 200k",
};

}  // namespace

TEST_CASE("looking back gives the sums that the live table gave, for any definition") {
  Folder folder;
  Kept kept(11, 30'000, folder.text(), {.folder = "", .file_length = 10s});
  REQUIRE(kept.archive->counts().micro_flows == 30'000);
  for (const char* text : kDefinitions) {
    CAPTURE(text);
    const FlowDefinition definition = *parse_flow_definition(text);
    Retrospect seen;
    const Rows rows = looked_back(folder.text(), definition, kAlways, &seen);
    CHECK(seen.micro_flows == 30'000);
    CHECK(seen.covered == TimeRange{kStart, kept.until});
    CHECK(seen.gaps == 0s);
    CHECK(seen.files_torn == 0);
    if (std::string(text).find("bytes >") == std::string::npos) CHECK(rows == live(kept, definition));
    CHECK(rows.size() > 0);
  }
}

TEST_CASE("a total is asked of the same flows as live, where a slice alone cuts them") {
  Folder folder;
  Kept kept(12, 20'000, folder.text());
  const FlowDefinition definition = *parse_flow_definition("key src dport; where bytes > 2M; slice 10s");
  std::sort(kept.all.begin(), kept.all.end(),
            [](const MicroFlow& a, const MicroFlow& b) { return a.event.time < b.event.time; });
  const Rows rows = looked_back(folder.text(), definition);
  CHECK(rows == live(kept, definition));
  CHECK(rows.size() > 3);
}

TEST_CASE("only what was asked for is told, and what it covers") {
  Folder folder;
  Kept kept(13, 20'000, folder.text(), {.folder = "", .file_length = 10s});
  const TimeRange wanted{kStart + 4s, kStart + 9500ms};
  Retrospect seen;
  const FlowDefinition definition = *parse_flow_definition("key none; slice 0s; idle 0s");
  const Rows rows = looked_back(folder.text(), definition, wanted, &seen);
  std::uint64_t bytes = 0;
  for (const MicroFlow& m : kept.all) {
    if (m.event.time >= wanted.from && m.event.time < wanted.to) bytes += m.event.bytes;
  }
  REQUIRE(rows.size() == 1);
  CHECK(std::get<1>(rows.begin()->second) == bytes);
  CHECK(seen.bytes == bytes);
  CHECK(seen.covered == wanted);
  looked_back(folder.text(), definition, {kStart - 10min, kStart + 24h}, &seen);
  CHECK(seen.covered == TimeRange{kStart, kept.until});
  CHECK(held_range(folder.text()) == TimeRange{kStart, kept.until});
  CHECK(held_range(folder.text() + "/none") == TimeRange{});
  looked_back(folder.text(), definition, {kStart - 10min, kStart - 5min}, &seen);
  CHECK(seen.covered.from == seen.covered.to);
}

TEST_CASE("a torn tail is dropped and counted, what was good before it stays") {
  Folder folder;
  { Kept kept(14, 3'000, folder.text()); }
  const auto files = event_files(folder.text());
  REQUIRE(files.size() == 1);
  fs::resize_file(files[0].path, files[0].bytes - 5);
  Retrospect seen;
  looked_back(folder.text(), {}, kAlways, &seen);
  CHECK(seen.files_torn == 1);
  CHECK(seen.micro_flows > 1'000);
  CHECK(seen.micro_flows < 3'000);
  RecordNames names;
  auto again = EventArchive::open({.folder = folder.text()}, names);
  REQUIRE((*again)->add({kStart + 100s, kStart + 101s}, {}).has_value());
  looked_back(folder.text(), {}, kAlways, &seen);
  CHECK(seen.files == 2);
  CHECK(seen.covered.to == kStart + 101s);
  CHECK(seen.gaps > 90s);
}

TEST_CASE("any byte that changes costs its block, and nothing that is wrong is told") {
  Folder folder;
  Kept kept(15, 300, folder.text());
  const FlowDefinition definition = *parse_flow_definition("key all; slice 1s");
  const Rows whole = looked_back(folder.text(), definition);
  const auto files = event_files(folder.text());
  std::fstream file(files[0].path, std::ios::in | std::ios::out | std::ios::binary);
  for (std::uint64_t at = 0; at < files[0].bytes; at += 7) {
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 0x41)).flush();
    Retrospect seen;
    for (const auto& [key, sums] : looked_back(folder.text(), definition, kAlways, &seen)) {
      REQUIRE(whole.contains(key));
      REQUIRE(std::get<1>(whole.at(key)) == std::get<1>(sums));
    }
    REQUIRE(seen.files_torn == 1);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte)).flush();
  }
}

TEST_CASE("the oldest files go when the quota is used up") {
  Folder folder;
  Kept kept(16, 40'000, folder.text(), {.folder = "", .bytes_max = 300'000, .file_length = 5s});
  CHECK(kept.archive->counts().files_dropped > 2);
  CHECK(kept.archive->bytes_held() <= 300'000);
  std::uint64_t on_disk = 0;
  for (const auto& file : event_files(folder.text())) on_disk += file.bytes;
  CHECK(on_disk == kept.archive->bytes_held());
  Retrospect seen;
  looked_back(folder.text(), {}, kAlways, &seen);
  CHECK(seen.covered.from > kStart);
  CHECK(seen.covered.to == kept.until);
  // What stands there is counted by the next one, too.
  kept.archive.reset();
  RecordNames names;
  auto smaller = EventArchive::open({.folder = folder.text(), .bytes_max = 100'000}, names);
  CHECK((*smaller)->bytes_held() <= 100'000);
}

TEST_CASE("a file with too many subjects ends early, and each file can be read alone") {
  Folder folder;
  Kept kept(17, 20'000, folder.text(), {.folder = "", .file_subjects_max = 2'000});
  const auto files = event_files(folder.text());
  REQUIRE(files.size() > 3);
  for (std::size_t i = 0; i + 1 < files.size(); ++i) fs::remove(files[i].path);
  Retrospect seen;
  looked_back(folder.text(), {}, kAlways, &seen);
  CHECK(seen.files == 1);
  CHECK(seen.files_torn == 0);
  CHECK(seen.micro_flows > 0);
}

TEST_CASE("a folder that cannot be written is told, and what was not kept is counted") {
  RecordNames names;
  CHECK_FALSE(EventArchive::open({.folder = "/proc/no/such"}, names).has_value());
  Folder folder;
  auto archive = EventArchive::open({.folder = folder.text()}, names);
  fs::remove_all(folder.path);
  std::vector<MicroFlow> one(1);
  CHECK_FALSE((*archive)->add({kStart, kStart + 1s}, one).has_value());
  CHECK((*archive)->counts().not_kept == 1);
  fs::create_directories(folder.path);
  CHECK((*archive)->add({kStart, kStart + 1s}, one).has_value());
}

}  // namespace anemone

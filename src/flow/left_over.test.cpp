#include "flow/left_over.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "flow/event_archive.h"
#include "flow/random_micro_flows.test.h"

using namespace anemone;
namespace fs = std::filesystem;

namespace {

constexpr Time kStart = time_from_micros(1'700'000'000'000'000);

struct Folder {
  Folder()
      : path((fs::temp_directory_path() / ("anemone-left-over-" + std::to_string(::getpid()))).string()) {
    fs::remove_all(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string path;
};

MicroFlow one_of(RandomMicroFlows& source, Time time, std::uint32_t packets) {
  MicroFlow one = source.one();
  one.event.time = time;
  one.event.packets = packets;
  one.event.bytes = packets * 100;
  return one;
}

}  // namespace

TEST_CASE("how far records had got is told in a word, and read again") {
  for (const HandedOn& one : {HandedOn{kStart, kStart + 3us}, HandedOn{kAllHandedOn, kStart}}) {
    const auto read = parse_handed_on(print_handed_on(one));
    REQUIRE(read);
    CHECK(*read == one);
  }
  for (const char* wrong : {"", "1", "1.", ".1", "1.2.3", "a.b", "-1.2", "1.18446744073709551615"})
    CHECK_FALSE(parse_handed_on(wrong));
}

TEST_CASE(
    "what an archive has and no record, is told: later readings, and of earlier ones what began in the open "
    "slice") {
  Folder folder;
  RandomMicroFlows source(3);
  auto archive = EventArchive::open({.folder = folder.path}, source.names);
  REQUIRE(archive);
  // Read late, over the slice's end at 10 s: of both slices.
  const std::vector<MicroFlow> over = {one_of(source, kStart + 9s, 1), one_of(source, kStart + 10500ms, 2)};
  REQUIRE((*archive)->add({kStart + 9s, kStart + 11s}, over));
  const HandedOn handed_on{kStart + 10s, kStart + 11s};
  // Told after that: in no record, whenever it began.
  const std::vector<MicroFlow> late = {one_of(source, kStart + 9999ms, 4), one_of(source, kStart + 11s, 8)};
  REQUIRE((*archive)->add({kStart + 11s, kStart + 12s}, late));
  const std::vector<MicroFlow> next = {one_of(source, kStart + 70s, 16)};
  REQUIRE((*archive)->add({kStart + 70s, kStart + 71s}, next));
  const auto found = [&](const HandedOn& when, Time until = kAllHandedOn) {
    std::uint64_t packets = 0;
    RecordNames names;
    const LeftOver left = left_over(folder.path, when, until, names, [&](std::span<const MicroFlow> some) {
      for (const MicroFlow& one : some) packets += one.event.packets;
    });
    CHECK(left.packets == packets);
    CHECK(left.bytes == packets * 100);
    return packets;
  };
  CHECK(found(handed_on) == 2 + 4 + 8 + 16);
  CHECK(found({kStart + 20s, kStart + 12s}) == 16);
  CHECK(found({kAllHandedOn, kStart + 12s}) == 16);
  CHECK(found({kAllHandedOn, kStart + 71s}) == 0);
  CHECK(found({Time{}, Time{}}) == 31);
  CHECK(found(handed_on, kStart + 60s) == 2 + 4 + 8);
  CHECK(left_over(folder.path + "/none", handed_on, kAllHandedOn, source.names, {}).packets == 0);
}

#include "capture/event_pipe.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "base/bytes.h"

namespace anemone {
namespace {

// A capture of `count` raw IPv4 packets, the i-th of 20 + i % 50 bytes.
class Capture {
 public:
  explicit Capture(std::uint32_t count) {
    ByteWriter out;
    out.u32(0xa1b2c3d4);
    out.u32(0x00020004);
    out.u64(0);
    out.u32(65535);
    out.u32(101);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t length = 20 + i % 50;
      for (const std::uint32_t word : {i, 0U, length, length}) out.u32(word);
      out.u32(0x45000000 | length);
      out.u64(0x0000'0000'4063'0000);
      out.u64(0x0a00'0001'0a00'0002);
      for (std::uint32_t byte = 20; byte < length; ++byte) out.u8(0);
    }
    const int fd = mkstemp(path_.data());
    REQUIRE(fd >= 0);
    close(fd);
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(out.bytes().data()), static_cast<std::streamsize>(out.size()));
  }
  ~Capture() { unlink(path_.c_str()); }
  CaptureFile open() const {
    auto file = CaptureFile::open(path_);
    REQUIRE(file);
    return std::move(*file);
  }

 private:
  std::string path_ = "/tmp/anemone-pipe-XXXXXX";
};

}  // namespace

TEST_CASE("a pipe gives every event of its file once, in order, whatever the number") {
  for (const std::uint32_t count : {0U, 1U, 1023U, 1024U, 1025U, 2048U, 100'000U}) {
    CAPTURE(count);
    CaptureFile file = Capture(count).open();
    EventPipe pipe(file);
    std::uint32_t seen = 0;
    for (auto events = pipe.next(); !events.empty(); events = pipe.next()) {
      for (const Event& event : events) {
        REQUIRE(micros(event.time) == std::int64_t{seen} * 1'000'000);
        REQUIRE(event.bytes == 20 + seen % 50);
        ++seen;
      }
    }
    CHECK(seen == count);
    CHECK(pipe.next().empty());
    CHECK(file.counts().packets == count);
  }
}

TEST_CASE("a pipe that is left before the end stops its reader") {
  CaptureFile file = Capture(100'000).open();
  EventPipe pipe(file);
  CHECK(pipe.next().size() == 1024);
  CHECK(pipe.next().size() == 1024);
}

}  // namespace anemone

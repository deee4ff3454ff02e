#include "packet/capture_decoder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace anemone {
namespace {

using Raw = std::vector<std::uint8_t>;

// Writes numbers in either byte order.
struct Writer {
  bool big = false;
  Raw bytes;

  Writer& number(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) {
      bytes.push_back(static_cast<std::uint8_t>(value >> (8 * (big ? size - 1 - i : i))));
    }
    return *this;
  }
  Writer& u16(std::uint64_t value) { return number(value, 2); }
  Writer& u32(std::uint64_t value) { return number(value, 4); }
  Writer& put(const Raw& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return *this;
  }

  Writer& pcap_header(std::uint32_t magic = 0xa1b2c3d4, std::uint32_t link = 1, std::uint16_t minor = 4) {
    return u32(magic).u16(2).u16(minor).u32(0).u32(0).u32(65535).u32(link);
  }
  Writer& record(std::uint32_t second, std::uint32_t fraction, const Raw& frame, std::uint32_t wire) {
    return u32(second).u32(fraction).u32(frame.size()).u32(wire).put(frame);
  }
  Writer& block(std::uint32_t type, Raw body) {
    body.resize((body.size() + 3) / 4 * 4);
    return u32(type).u32(body.size() + 12).put(body).u32(body.size() + 12);
  }
  Writer part() const { return {big, {}}; }
  Writer& section() { return block(0x0a0d0d0a, part().u32(0x1a2b3c4d).u16(1).u16(0).number(~0ULL, 8).bytes); }
  Writer& interface(std::uint16_t link, const Raw& options = {}, std::uint32_t snap = 0) {
    return block(1, part().u16(link).u16(0).u32(snap).put(options).bytes);
  }
  Writer& enhanced(std::uint32_t interface, std::uint64_t ticks, const Raw& frame, std::uint32_t wire) {
    return block(6, part()
                        .u32(interface)
                        .u32(ticks >> 32)
                        .u32(ticks & 0xffffffff)
                        .u32(frame.size())
                        .u32(wire)
                        .put(frame)
                        .bytes);
  }
};

// What a whole file comes to: "time wire kept link interface" for each frame, and the error at last.
struct Decoded {
  std::vector<std::string> frames;
  std::string error;
  std::size_t left = 0;
};

Decoded decode(const Raw& file, std::size_t chunk = 1 << 20) {
  CaptureDecoder decoder;
  Decoded decoded;
  std::array<Frame, 3> frames;
  std::size_t at = 0;
  std::size_t need = 1;
  std::size_t steps = 0;
  while (at + need <= file.size()) {
    auto step =
        decoder.decode(Bytes(file).subspan(at, std::min(std::max(need, chunk), file.size() - at)), frames);
    if (!step) {
      decoded.error = step.error().message;
      break;
    }
    for (const Frame& frame : std::span(frames).first(step->frames)) {
      decoded.frames.push_back(print_time(frame.time) + " " + std::to_string(frame.wire_length) + " " +
                               std::to_string(frame.bytes.size()) + " " +
                               std::to_string(static_cast<int>(frame.link)) + " " +
                               std::to_string(frame.interface));
    }
    REQUIRE(++steps < 10 + 2 * file.size());
    at += static_cast<std::size_t>(step->used);
    need = std::max<std::size_t>(1, step->need);
  }
  decoded.left = file.size() - std::min(at, file.size());
  return decoded;
}

const Raw kFrame(60, 7);

}  // namespace

TEST_CASE("pcap in both byte orders and all its magics") {
  for (const bool big : {false, true}) {
    CAPTURE(big);
    const auto micro = decode(Writer{big, {}}.pcap_header().record(10, 250'000, kFrame, 1500).bytes);
    CHECK(micro.frames == std::vector<std::string>{"1970-01-01T00:00:10.250000Z 1500 60 1 0"});
    const auto nano =
        decode(Writer{big, {}}.pcap_header(0xa1b23c4d, 101).record(10, 250'000'999, kFrame, 60).bytes);
    CHECK(nano.frames == std::vector<std::string>{"1970-01-01T00:00:10.250000Z 60 60 101 0"});
    Writer modified{big, {}};
    modified.pcap_header(0xa1b2cd34).u32(10).u32(1).u32(60).u32(60).number(0, 8).put(kFrame);
    CHECK(decode(modified.bytes).frames == std::vector<std::string>{"1970-01-01T00:00:10.000001Z 60 60 1 0"});
  }
}

TEST_CASE("pcap before 2.3 had the two lengths the other way round") {
  Writer file;
  file.pcap_header(0xa1b2c3d4, 1, 2).u32(1).u32(0).u32(1500).u32(60).put(kFrame);
  CHECK(decode(file.bytes).frames == std::vector<std::string>{"1970-01-01T00:00:01Z 1500 60 1 0"});
}

TEST_CASE("pcap's link type may carry the length of a check sum above it") {
  CHECK(decode(Writer{}.pcap_header(0xa1b2c3d4, 0x24000001).record(1, 0, kFrame, 60).bytes)
            .frames[0]
            .ends_with(" 1 0"));
}

TEST_CASE("pcap's seconds last until 2106") {
  CHECK(decode(Writer{}.pcap_header().record(0xf0000000, 0, kFrame, 60).bytes)
            .frames[0]
            .starts_with("2097-08-05"));
}

TEST_CASE("pcapng in both byte orders: several sections, several interfaces, each with its own clock") {
  for (const bool big : {false, true}) {
    CAPTURE(big);
    const Writer w{big, {}};
    const Raw nanoseconds = w.part().u16(9).u16(1).put({9, 0, 0, 0}).u32(0).bytes;
    const Raw binary = w.part().u16(9).u16(1).put({0x80 | 10, 0, 0, 0}).bytes;
    const Raw offset = w.part().u16(14).u16(8).number(1000, 8).bytes;
    Writer file{big, {}};
    file.section().interface(1).interface(101, nanoseconds).interface(113, binary).interface(276, offset);
    file.enhanced(0, 10'000'000, kFrame, 60).enhanced(1, 10'000'000'999, kFrame, 70);
    file.block(0xbad, Raw(40, 1))
        .enhanced(2, 10 * 1024 + 512, kFrame, 80)
        .enhanced(3, 10'000'000, kFrame, 90);
    file.section().interface(228).enhanced(0, 1'000'000, kFrame, 60);
    CHECK(decode(file.bytes).frames ==
          std::vector<std::string>{"1970-01-01T00:00:10Z 60 60 1 0", "1970-01-01T00:00:10Z 70 60 101 1",
                                   "1970-01-01T00:00:10.500000Z 80 60 113 2",
                                   "1970-01-01T00:16:50Z 90 60 276 3", "1970-01-01T00:00:01Z 60 60 228 4"});
    CHECK(decode(file.bytes).error.empty());
  }
}

TEST_CASE(
    "pcapng's simple packets have the first interface, its snap length and the time of the frame before") {
  Writer file;
  file.section().interface(1, {}, 32).enhanced(0, 5'000'000, kFrame, 60);
  file.block(3, file.part().u32(1000).put(Raw(32, 1)).bytes);
  CHECK(decode(file.bytes).frames[1] == "1970-01-01T00:00:05Z 1000 32 1 0");
}

TEST_CASE("pcapng's obsolete packets are read as well") {
  Writer file;
  file.section().interface(1).interface(1);
  file.block(2, file.part().u16(1).u16(9).u32(0).u32(3'000'000).u32(60).u32(99).put(kFrame).bytes);
  CHECK(decode(file.bytes).frames == std::vector<std::string>{"1970-01-01T00:00:03Z 99 60 1 1"});
}

TEST_CASE("a file that comes in pieces of any size gives the same frames") {
  Writer pcapng;
  pcapng.section().interface(1);
  Writer pcap;
  pcap.pcap_header();
  for (std::uint32_t i = 0; i < 20; ++i) {
    pcapng.enhanced(0, i, Raw(i * 7, 1), i * 7).block(0x77, Raw(i, 1));
    pcap.record(i, 0, Raw(i * 7, 1), i * 7);
  }
  for (const Raw* file : {&pcap.bytes, &pcapng.bytes}) {
    const auto whole = decode(*file);
    CHECK(whole.frames.size() == 20);
    for (std::size_t chunk = 1; chunk < 300; ++chunk) {
      CAPTURE(chunk);
      REQUIRE(decode(*file, chunk).frames == whole.frames);
      REQUIRE(decode(*file, chunk).error.empty());
    }
  }
}

TEST_CASE("what is no capture is refused with what it begins with") {
  CHECK(decode({0x1f, 0x8b, 8, 0, 0, 0}).error == "neither pcap nor pcapng: it begins with 1f 8b 08 00");
  CHECK(decode({'G', 'M', 'B', 'U', 0}).error.find("Network Monitor") != std::string::npos);
  CHECK(decode(Writer{}.u32(0xa1b2c3d4).u16(9).u16(0).put(Raw(16, 0)).bytes).error.find("version 9") !=
        std::string::npos);
}

TEST_CASE("damage is refused after the frames before it") {
  const auto refused = [](const Writer& file, const char* reason) {
    const auto decoded = decode(file.bytes);
    CHECK(decoded.frames.size() == 1);
    CHECK_MESSAGE(decoded.error.find(reason) != std::string::npos, decoded.error);
  };
  Writer pcap;
  pcap.pcap_header().record(1, 0, kFrame, 60);
  refused(Writer{pcap}.u32(2).u32(0).u32(0x7fffffff).u32(60), "a frame of 2147483647 bytes");
  Writer pcapng;
  pcapng.section().interface(1).enhanced(0, 1, kFrame, 60);
  refused(Writer{pcapng}.u32(6).u32(13).put(Raw(20, 0)), "impossible length 13");
  refused(Writer{pcapng}.u32(6).u32(0).put(Raw(20, 0)), "impossible length 0");
  refused(Writer{pcapng}.u32(6).u32(0x7ffffffc).put(Raw(20, 0)), "more than any frame needs");
  refused(Writer{pcapng}.enhanced(7, 1, kFrame, 60), "interface 7, which is not described");
  refused(Writer{pcapng}.block(6, Raw(8, 0)), "cut short");
  refused(Writer{pcapng}.block(6, pcapng.part().u32(0).u32(0).u32(0).u32(61).u32(61).put(kFrame).bytes),
          "claims 61 bytes");
  refused(Writer{pcapng}.u32(6).u32(32).put(Raw(20, 0)).u32(36), "says 32 bytes first and 36 at its end");
  refused(Writer{pcapng}.block(0x0a0d0d0a, Raw(16, 0)), "without a byte order");
}

TEST_CASE("a skipped block may be longer than memory") {
  Writer file;
  file.section().interface(1).u32(0x99).u32(0xfffffff0).put(Raw(100, 0));
  CaptureDecoder decoder;
  std::array<Frame, 4> frames;
  std::uint64_t used = 0;
  for (int i = 0; i < 3 && used < file.bytes.size(); ++i) {
    auto step = decoder.decode(Bytes(file.bytes).subspan(static_cast<std::size_t>(used)), frames);
    REQUIRE(step);
    used += step->used;
  }
  CHECK(used > 0xfffffff0);
}

TEST_CASE("a clock beyond all years shows the last one, a resolution beyond all clocks none") {
  Writer file;
  file.section().interface(1, file.part().u16(9).u16(1).put({0, 0, 0, 0}).bytes);
  file.interface(1, file.part().u16(9).u16(1).put({0x7f, 0, 0, 0}).bytes).interface(1);
  file.enhanced(0, ~0ULL, kFrame, 60).enhanced(1, ~0ULL, kFrame, 60).enhanced(2, ~0ULL, kFrame, 60);
  const auto decoded = decode(file.bytes);
  REQUIRE(decoded.frames.size() == 3);
  CHECK(decoded.frames[0].starts_with("9999-12-31"));
  CHECK(decoded.frames[1].starts_with("1970-01-01"));
  CHECK(decoded.frames[2].starts_with("9999-12-31"));
}

TEST_CASE("fetching ahead reads nothing that was not shown, whatever the bytes") {
  Writer file;
  file.pcap_header();
  for (std::uint32_t i = 0; i < 2000; ++i) file.record(i / 100, 0, Raw(i % 97, 0xff), i % 97);
  CaptureDecoder decoder;
  std::array<Frame, 1> frames;
  REQUIRE(decoder.decode(file.bytes, frames));
  for (std::size_t from = 24; from < 300; ++from) {
    const std::vector<std::uint8_t> exact(file.bytes.begin() + static_cast<std::ptrdiff_t>(from),
                                          file.bytes.end());
    decoder.prefetch(exact);  // the asan build watches
  }
}

}  // namespace anemone

#include "capture/capture_file.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace anemone {
namespace {

using Raw = std::vector<std::uint8_t>;

void little(Raw& out, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// An IPv4 packet from 10.0.0.1 to 10.0.0.2 with `payload` bytes, ports 1000 and 53 where it has any.
struct Ip {
  std::uint16_t id = 0;
  std::uint16_t place = 0;  // flags and fragment offset
  std::uint16_t payload = 100;
  std::uint8_t protocol = 17;
};

Raw ipv4(Ip ip) {
  const auto length = static_cast<std::uint16_t>(20 + ip.payload);
  const auto high = [](std::uint16_t value) { return static_cast<std::uint8_t>(value >> 8); };
  const auto low = [](std::uint16_t value) { return static_cast<std::uint8_t>(value); };
  Raw packet = {0x45,
                0,
                high(length),
                low(length),
                high(ip.id),
                low(ip.id),
                high(ip.place),
                low(ip.place),
                64,
                ip.protocol,
                0,
                0,
                10,
                0,
                0,
                1,
                10,
                0,
                0,
                2};
  Raw payload(ip.payload, 0);
  if ((ip.place & 0x1fff) == 0 && payload.size() >= 4) {
    payload[0] = 1000 >> 8;
    payload[1] = 1000 & 0xff;
    payload[3] = 53;
  }
  packet.insert(packet.end(), payload.begin(), payload.end());
  return packet;
}

// `packet` on Ethernet, under its type; under its length behind `llc`.
Raw on_ethernet(const Raw& llc, const Raw& packet) {
  Raw frame(12, 2);
  const std::size_t type = llc.empty() ? 0x0800 : llc.size() + packet.size();
  frame.push_back(static_cast<std::uint8_t>(type >> 8));
  frame.push_back(static_cast<std::uint8_t>(type));
  frame.insert(frame.end(), llc.begin(), llc.end());
  frame.insert(frame.end(), packet.begin(), packet.end());
  return frame;
}

// A pcap file of raw IP packets (or of another link type's frames), one a second.
class PcapFile {
 public:
  explicit PcapFile(std::uint32_t link = 101) {
    little(bytes_, 0xa1b2c3d4, 4);
    little(bytes_, 2, 2);
    little(bytes_, 4, 2);
    little(bytes_, 0, 8);
    little(bytes_, 65535, 4);
    little(bytes_, link, 4);
  }
  PcapFile& add(const Raw& packet) {
    little(bytes_, ++second_, 4);
    little(bytes_, 0, 4);
    little(bytes_, packet.size(), 4);
    little(bytes_, packet.size(), 4);
    bytes_.insert(bytes_.end(), packet.begin(), packet.end());
    return *this;
  }
  // Writes it without its last `less` bytes, and opens it.
  CaptureFile open(std::size_t less = 0) const {
    std::string path = "/tmp/anemone-capture-XXXXXX";
    const int fd = mkstemp(path.data());
    REQUIRE(fd >= 0);
    const auto size = static_cast<ssize_t>(bytes_.size() - less);
    REQUIRE(write(fd, bytes_.data(), static_cast<std::size_t>(size)) == size);
    close(fd);
    auto file = CaptureFile::open(path);
    unlink(path.c_str());
    REQUIRE_MESSAGE(file.has_value(), file.error().message);
    return std::move(*file);
  }

 private:
  Raw bytes_;
  std::uint32_t second_ = 0;
};

std::vector<Event> events(CaptureFile& file) {
  std::vector<Event> all(16);
  all.resize(file.read(all));
  return all;
}

}  // namespace

TEST_CASE("a capture file gives its IP packets one by one, with time, protocol and payload") {
  CaptureFile file = PcapFile().add(ipv4({})).add(ipv4({.payload = 44, .protocol = 89})).open();
  const CapturedPacket* packet = file.next();
  REQUIRE(packet);
  CHECK(print_time(packet->time) == "1970-01-01T00:00:01Z");
  CHECK(print_address(packet->ip.dst) == "10.0.0.2");
  packet = file.next();
  REQUIRE(packet);
  CHECK(packet->ip.protocol == kOspf);
  CHECK(packet->ip.payload.size() == 44);
  CHECK(packet->ip.ttl == 64);
  CHECK(!file.next());
  CHECK(!file.problem());
  CHECK(file.counts().frames == 2);
}

TEST_CASE("who hears routing gets ISO PDUs, from 802.2 and from GRE, among the IP packets; others do not") {
  const Raw osi = {0x83, 0x1b, 1, 0};
  Raw gre = ipv4({.payload = 8, .protocol = 47});
  const Raw header = {0, 0, 0x00, 0xfe};
  std::copy(header.begin(), header.end(), gre.begin() + 20);
  std::copy(osi.begin(), osi.end(), gre.begin() + 24);
  auto written = PcapFile(1);
  written.add(on_ethernet({0xfe, 0xfe, 3}, osi)).add(on_ethernet({}, ipv4({}))).add(on_ethernet({}, gre));
  written.add(on_ethernet({0x42, 0x42, 3}, osi));
  CaptureFile file = written.open();
  std::vector<std::string> given;
  while (const CapturedPacket* packet = file.next_routing()) {
    given.push_back(packet->osi.empty() ? "ip" : "osi " + std::to_string(packet->osi.size()));
    if (!packet->osi.empty()) CHECK(packet->osi[0] == 0x83);
  }
  CHECK(given == std::vector<std::string>{"osi 4", "ip", "osi 4"});
  CHECK(file.counts().not_ip == 2);
  CaptureFile again = written.open();
  int packets = 0;
  while (again.next()) ++packets;
  CHECK(packets == 2);
  CHECK(again.counts().not_ip == 2);
}

TEST_CASE("a capture that ends in the middle keeps what was good, and says file, offset and reason") {
  CaptureFile file = PcapFile().add(ipv4({})).add(ipv4({})).open(1);
  CHECK(events(file).size() == 1);
  REQUIRE(file.problem());
  CHECK(file.problem()->message.find(
            "at byte 160: the file ends in the middle of a record: 135 bytes of 136") != std::string::npos);
}

TEST_CASE("fragments have the ports of their first, whichever comes first") {
  CaptureFile file = PcapFile()
                         .add(ipv4({.id = 7, .place = 0x2000, .payload = 80}))
                         .add(ipv4({.id = 7, .place = 10, .payload = 40}))
                         .add(ipv4({.id = 8, .place = 10, .payload = 40}))
                         .add(ipv4({.id = 8, .place = 0x2000, .payload = 80}))
                         .open();
  const auto all = events(file);
  REQUIRE(all.size() == 3);
  for (const Event& event : all) CHECK(event.key.dst_port == 53);
  CHECK(all[2].packets == 2);
  CHECK(all[2].bytes == 160);
  CHECK(file.counts().fragments == 4);
  CHECK(file.counts().fragments_orphaned == 0);
}

TEST_CASE("a fragment whose first never comes is accounted with ports 0 and counted") {
  CaptureFile file = PcapFile().add(ipv4({.id = 8, .place = 10, .payload = 40})).add(ipv4({})).open();
  const auto all = events(file);
  REQUIRE(all.size() == 2);
  CHECK(all[0].key.dst_port == 53);
  CHECK(all[1].key.dst_port == 0);
  CHECK(all[1].bytes == 60);
  CHECK(file.counts().fragments_orphaned == 1);
}

TEST_CASE("every piece of a good file keeps its whole records and says how it ends") {
  namespace fs = std::filesystem;
  std::size_t pieces = 0;
  for (const auto& entry : fs::recursive_directory_iterator(ANEMONE_TEST_DATA "/pcap")) {
    if (!entry.is_regular_file() || entry.path().extension() == ".tsv" || entry.file_size() > 5000) continue;
    CAPTURE(entry.path());
    const std::string copy =
        (fs::temp_directory_path() / ("anemone-piece-" + std::to_string(getpid()))).string();
    fs::copy_file(entry.path(), copy, fs::copy_options::overwrite_existing);
    fs::permissions(copy, fs::perms::owner_all);
    std::uint64_t frames = ~std::uint64_t{0};
    for (std::size_t length = entry.file_size() + 1; length-- > 0; ++pieces) {
      CAPTURE(length);
      REQUIRE(truncate(copy.c_str(), static_cast<off_t>(length)) == 0);
      auto file = CaptureFile::open(copy);
      if (!file) {
        REQUIRE(length < 28);
        REQUIRE(file.error().message.find(copy + ": at byte 0: the file ") == 0);
        continue;
      }
      std::array<Event, 8> some;
      while (file->read(some) > 0) {
      }
      const CaptureCounts& counts = file->counts();
      REQUIRE(counts.frames <= frames);
      REQUIRE(counts.frames == counts.packets + counts.not_ip + counts.malformed + counts.headers_cut);
      if (counts.frames < frames && length < entry.file_size()) REQUIRE(file->problem());
      frames = counts.frames;
    }
    fs::remove(copy);
  }
  CHECK(pieces > 50'000);
}

}  // namespace anemone

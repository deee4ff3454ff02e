#include "lsdb/mrt_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "lsdb/lsdb.test.h"
#include "lsdb/ospf3_listener.h"
#include "lsdb/ospf_listener.h"

using namespace anemone;

namespace {

struct Temporary {
  std::string path = "/tmp/anemone-mrt-XXXXXX";
  explicit Temporary(Bytes bytes) {
    close(mkstemp(path.data()));
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  ~Temporary() { std::remove(path.c_str()); }
};

// What is heard when the file is read back.
LsaLog read_back(Bytes bytes, std::string* problem = nullptr) {
  const Temporary file(bytes);
  auto reader = MrtReader::open(file.path);
  REQUIRE(reader);
  LsaLog log;
  OspfListener listener("x", log);
  while (const MrtMessage* message = reader->next()) {
    CHECK(message->protocol == Protocol::kOspf2);
    listener.on_packet(message->time, message->bytes, message->remote);
  }
  CHECK(listener.counts().refused.total() == 0);
  if (problem != nullptr && reader->problem()) *problem = reader->problem()->message;
  return log;
}

}  // namespace

TEST_CASE("a log written as MRT and read again is the same, to the second") {
  std::vector<HeardLsa> log = {heard_router(kStart, ip("1.1.1.1"), {to_router("2.2.2.2", "10.0.0.1", 10)},
                                            {.age_s = 7, .area = AreaId{3}}),
                               heard(kStart + 1s + 250ms, ospf::LsaType::kExternal, ip("10.5.0.0"),
                                     ip("1.1.1.1"), ospf::ExternalLsa{ip("255.255.0.0"), true, 20, {}, 0}),
                               heard_router(kStart + 2s, ip("2.2.2.2"), {}, {.age_s = ospf::kMaxAgeSeconds})};
  HeardLsa described = log[0];
  described.described = true;
  described.bytes = {};
  log.push_back(described);
  ByteWriter out;
  for (const HeardLsa& heard : log) CHECK(write_mrt(heard, out));
  CHECK(begins_like_mrt(out.bytes()));
  const LsaLog back = read_back(out.bytes());
  REQUIRE(back.entries.size() == log.size());
  for (std::size_t i = 0; i < log.size(); ++i) {
    CHECK(back.entries[i].time == slice_start(log[i].time, 1s));
    CHECK(back.entries[i].key == log[i].key);
    CHECK(back.entries[i].instance == log[i].instance);
    CHECK(back.entries[i].described == log[i].described);
    CHECK(bytes_of(back.entries[i]) == bytes_of(log[i]));
  }
}

TEST_CASE("a file that ends inside a record says so, and keeps what was before") {
  ByteWriter out;
  for (int i = 0; i < 2; ++i) write_mrt(heard_router(kStart, ip("1.1.1.1"), {}, {.sequence = i + 1}), out);
  for (const std::size_t missing : {std::size_t{1}, std::size_t{40}, out.size() / 2 - 5}) {
    std::string problem;
    const LsaLog back = read_back(Bytes(out.bytes()).first(out.size() - missing), &problem);
    CHECK(back.entries.size() == 1);
    CHECK(problem.find("the file ends inside a record") != std::string::npos);
  }
}

TEST_CASE("records of BGP are skipped, those that hold no message are refused, both are counted") {
  ByteWriter out;
  const auto record = [&](std::uint16_t type, std::vector<std::uint8_t> body) {
    out.u32(1'000'000);
    out.u16(type);
    out.u16(0);
    out.u32(static_cast<std::uint32_t>(body.size()));
    out.put(body);
  };
  record(13, std::vector<std::uint8_t>(300'000));  // a table of BGP, longer than any message
  record(11, std::vector<std::uint8_t>(8));        // addresses, and no packet
  record(33, {0, 0xff, 0xff, 0xff, 0x83});         // too many microseconds
  record(49, {0, 0, 0, 1, 0, 3, 0, 0});            // no such address family
  write_mrt(heard_router(kStart, ip("1.1.1.1"), {}), out);
  const Temporary file(out.bytes());
  auto reader = MrtReader::open(file.path);
  REQUIRE(reader);
  std::size_t messages = 0;
  while (reader->next() != nullptr) ++messages;
  CHECK(messages == 1);
  CHECK(reader->skipped() == 1);
  CHECK(reader->refused() == 3);
  CHECK_FALSE(reader->problem());
}

TEST_CASE("what is not MRT does not begin like it") {
  const std::string_view text = "link a b cost 10 capacity 10 M\n";
  CHECK_FALSE(begins_like_mrt({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
  const std::vector<std::uint8_t> pcap = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0};
  CHECK_FALSE(begins_like_mrt(pcap));
  CHECK_FALSE(begins_like_mrt({}));
}

TEST_CASE("OSPFv3's LSAs and IS-IS's LSPs come back with their microseconds") {
  const std::vector<std::uint8_t> pdu = {0x83, 0x1b, 1, 0, 18, 1, 0, 0};
  HeardLsa lsp;
  lsp.time = kStart + 250ms;
  lsp.key.area = AreaId{0, kIsisDomain};
  lsp.bytes = LsaBytes(pdu);
  ospf3::LsaHeader header;
  header.key.type = ospf3::LsaType::kRouter;
  header.key.router = ip("1.1.1.1");
  const auto lsa = ospf3::write_lsa(header, Bytes(std::vector<std::uint8_t>(4)));
  const AreaId area{7, ospf3_domain(64)};
  const auto heard = heard_lsa(kStart + 125us, 0, area, lsa);
  REQUIRE(heard);
  ByteWriter out;
  CHECK(write_mrt(lsp, out));
  CHECK(write_mrt(*heard, out));

  MrtMessage message;
  std::size_t size = 0;
  REQUIRE(read_mrt_record(out.bytes(), message, size) == MrtRead::kMessage);
  CHECK(message.protocol == Protocol::kIsis);
  CHECK(message.time == lsp.time);
  CHECK(std::equal(message.bytes.begin(), message.bytes.end(), pdu.begin(), pdu.end()));
  REQUIRE(read_mrt_record(Bytes(out.bytes()).subspan(size), message, size) == MrtRead::kMessage);
  CHECK(message.protocol == Protocol::kOspf3);
  LsaLog log;
  Ospf3Listener listener("x", log);
  listener.on_packet(message.time, {message.remote, message.local}, message.bytes);
  REQUIRE(log.entries.size() == 1);
  CHECK(log.entries[0].time == heard->time);
  CHECK(log.entries[0].key == heard->key);
  CHECK(bytes_of(log.entries[0]) == lsa);
}

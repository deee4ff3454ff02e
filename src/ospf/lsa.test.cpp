#include "ospf/lsa.h"

#include <doctest/doctest.h>

#include "ospf/checksum.h"

using namespace anemone;
using namespace anemone::ospf;

namespace {

LsaHeader header(LsaType type, std::int32_t sequence = 1) {
  LsaHeader h;
  h.age_s = 5;
  h.options = kOptionExternal;
  h.key = {type, Ipv4{0x0a000001}, Ipv4{0x0aff0001}};
  h.sequence = sequence;
  return h;
}

const RouterLsa kRouterLsa{.virtual_endpoint = true,
                           .asbr = true,
                           .abr = false,
                           .links = {{Ipv4{0x0aff0002}, Ipv4{0x0a010001}, LinkType::kPointToPoint, 10},
                                     {Ipv4{0x0a010070}, Ipv4{0x0a010071}, LinkType::kTransit, 100},
                                     {Ipv4{0xc0a80100}, Ipv4{0xffffff00}, LinkType::kStub, 0xffff}}};
const NetworkLsa kNetworkLsa{Ipv4{0xfffffff0}, {Ipv4{1}, Ipv4{2}, Ipv4{3}}};
const SummaryLsa kSummaryLsa{Ipv4{0xffffff00}, 0x012345};
const ExternalLsa kExternalLsa{Ipv4{0xffff0000}, true, 20, Ipv4{0x0aff000d}, 77};

std::vector<std::vector<std::uint8_t>> one_of_each() {
  return {write_lsa(header(LsaType::kRouter), kRouterLsa),
          write_lsa(header(LsaType::kNetwork), kNetworkLsa),
          write_lsa(header(LsaType::kSummary), kSummaryLsa),
          write_lsa(header(LsaType::kAsbrSummary), kSummaryLsa),
          write_lsa(header(LsaType::kExternal), kExternalLsa),
          write_lsa(header(LsaType::kNssa), kExternalLsa),
          write_lsa(header(LsaType::kOpaqueArea), Bytes(std::vector<std::uint8_t>(12, 9)))};
}

// An LSA whose body was changed, its checksum made right again.
std::vector<std::uint8_t> resealed(std::vector<std::uint8_t> lsa) {
  const std::uint16_t sum = lsa_checksum(lsa);
  lsa[16] = static_cast<std::uint8_t>(sum >> 8);
  lsa[17] = static_cast<std::uint8_t>(sum);
  return lsa;
}

Refusal read(Bytes bytes) {
  ByteReader in(bytes);
  LsaView lsa;
  return read_lsa(in, lsa);
}

}  // namespace

TEST_CASE("an LSA of every type comes back as it was written") {
  for (const auto& bytes : one_of_each()) {
    ByteReader in(bytes);
    LsaView lsa;
    REQUIRE(read_lsa(in, lsa) == Refusal::kNone);
    CHECK(in.left() == 0);
    CHECK(lsa.header.length == bytes.size());
    CHECK(write_lsa(lsa.header, lsa.body()) == bytes);
  }
  const auto each = one_of_each();
  auto body = [](const std::vector<std::uint8_t>& lsa) { return Bytes(lsa).subspan(kLsaHeaderSize); };
  CHECK(read_router_lsa(body(each[0])) == kRouterLsa);
  CHECK(read_network_lsa(body(each[1])) == kNetworkLsa);
  CHECK(read_summary_lsa(body(each[2])) == kSummaryLsa);
  CHECK(read_external_lsa(body(each[4])) == kExternalLsa);
}

TEST_CASE("every beginning of a good LSA is refused, not read past") {
  for (const auto& bytes : one_of_each()) {
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      CHECK(read(Bytes(bytes).first(length)) == Refusal::kBadLsaLength);
    }
  }
}

TEST_CASE("an LSA whose contents do not fit its type is refused, and the next one is still found") {
  auto bytes = write_lsa(header(LsaType::kRouter), kRouterLsa);
  bytes[kLsaHeaderSize + 3] = 4;  // says four links, has three
  bytes = resealed(std::move(bytes));
  const auto good = write_lsa(header(LsaType::kSummary), kSummaryLsa);
  bytes.insert(bytes.end(), good.begin(), good.end());
  ByteReader in(bytes);
  LsaView lsa;
  CHECK(read_lsa(in, lsa) == Refusal::kBadLsaBody);
  CHECK(read_lsa(in, lsa) == Refusal::kNone);
  CHECK(lsa.header.key.type == LsaType::kSummary);
}

TEST_CASE("a flipped bit is a wrong checksum") {
  for (auto bytes : one_of_each()) {
    bytes.back() ^= 1;
    CHECK(read(bytes) == Refusal::kBadLsaChecksum);
  }
}

TEST_CASE("a router that translates for its not-so-stubby area says so in a bit of its own") {
  RouterLsa lsa = kRouterLsa;
  lsa.translator = true;
  ByteWriter body;
  write_body(lsa, body);
  CHECK(body.bytes()[0] == 0x16);  // Nt, V, E
  CHECK(read_router_lsa(body.bytes()) == lsa);
}

TEST_CASE("metrics for types of service are skipped") {
  ByteWriter body;
  body.u32(1);  // no flags, one link
  body.u32(0x0a000000);
  body.u32(0xff000000);
  body.u8(3);
  body.u8(2);  // two more metrics
  body.u16(7);
  body.u64(0);
  auto lsa = read_router_lsa(body.bytes());
  REQUIRE(lsa);
  CHECK(lsa->links[0].cost == 7);
}

TEST_CASE("the DoNotAge bit is not part of the age") {
  LsaHeader h = header(LsaType::kExternal);
  h.do_not_age = true;
  ByteWriter out;
  write_lsa_header(h, out);
  CHECK(out.bytes()[0] == 0x80);
  ByteReader in(out.bytes());
  const LsaHeader back = read_lsa_header(in);
  CHECK(back == h);
  CHECK(back.age_s == 5);
}

#include "ospf/opaque.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace anemone;
using namespace anemone::ospf;

namespace {

template <class Lsa>
std::vector<std::uint8_t> body_of(const Lsa& lsa) {
  ByteWriter out;
  write_body(lsa, out);
  return out.bytes();
}

const TrafficEngineeringLsa kLink{std::nullopt,
                                  {TeLink{TeLinkType::kMultiAccess,
                                          Ipv4{0xd2000002},
                                          {Ipv4{0xd2000001}},
                                          {Ipv4{0xd2000002}, Ipv4{0xd2000003}},
                                          1000,
                                          10e6,
                                          8e6,
                                          std::array<double, 8>{8e6, 7e6, 6e6, 5e6, 4e6, 3e6, 2e6, 0},
                                          0x8000'0001}}};
const RouterInformationLsa kInformation{{0x6000'0000, 1}, "core1"};
const GraceLsa kGrace{120, GraceReason::kUpgrade, Ipv4{0x0a080001}};

}  // namespace

TEST_CASE("opaque LSAs come back as they were written") {
  CHECK(read_traffic_engineering(body_of(kLink)) == kLink);
  const TrafficEngineeringLsa address{Ipv4{0x0aff0001}, {}};
  CHECK(read_traffic_engineering(body_of(address)) == address);
  CHECK(read_router_information(body_of(kInformation)) == kInformation);
  CHECK(read_grace(body_of(kGrace)) == kGrace);
}

TEST_CASE("a beginning of an opaque LSA that ends inside a TLV is refused, not read past") {
  const auto cut = [](const auto& read, const std::vector<std::uint8_t>& body) {
    std::size_t refused = 0;
    for (std::size_t size = 0; size < body.size(); ++size) refused += !read(Bytes(body).first(size));
    return refused;
  };
  CHECK(cut(read_traffic_engineering, body_of(kLink)) == body_of(kLink).size() - 1);  // all but the empty one
  CHECK(cut(read_grace, body_of(kGrace)) >= 16);
  CHECK(cut(read_router_information, body_of(kInformation)) >= 12);
}

TEST_CASE("a grace LSA recorded from a router reads as tshark has it") {
  // huawei-h3c/ospf-graceful-restart: 120 seconds, software restart, 12.1.1.1.
  const std::vector<std::uint8_t> body = {0, 1, 0, 4, 0, 0, 0, 120, 0,  2, 0, 1,
                                          1, 0, 0, 0, 0, 3, 0, 4,   12, 1, 1, 1};
  CHECK(read_grace(body) == GraceLsa{120, GraceReason::kRestart, Ipv4{0x0c010101}});
  CHECK_FALSE(read_grace(Bytes(body).subspan(8)));  // no period, no grace
}

TEST_CASE("TLVs that nobody knows are skipped, those around them read") {
  ByteWriter body;
  body.u16(32000);
  body.u16(3);
  body.u32(0x01020300);
  body.put(body_of(kInformation));
  CHECK(read_router_information(body.bytes()) == kInformation);
}

TEST_CASE("a known TLV of another length is refused") {
  auto body = body_of(kGrace);
  body[3] = 5;
  CHECK_FALSE(read_grace(body));
  auto link = body_of(kLink);
  link[7] = 4;  // the link type has one byte
  CHECK_FALSE(read_traffic_engineering(link));
}

TEST_CASE("a bandwidth that is no amount is as if it were not said") {
  TrafficEngineeringLsa lsa = kLink;
  lsa.links[0].bandwidth_bps = -1;
  lsa.links[0].reservable_bps = INFINITY;
  lsa.links[0].unreserved_bps->at(3) = NAN;
  const auto read = read_traffic_engineering(body_of(lsa));
  REQUIRE(read);
  CHECK_FALSE(read->links[0].bandwidth_bps);
  CHECK_FALSE(read->links[0].reservable_bps);
  CHECK_FALSE(read->links[0].unreserved_bps);
  CHECK(read->links[0].metric == 1000);
}

TEST_CASE("a host name cannot carry what a terminal would obey") {
  RouterInformationLsa lsa;
  lsa.host_name = "core\x1b[1m 1";
  CHECK(read_router_information(body_of(lsa))->host_name == "core_[1m_1");
}

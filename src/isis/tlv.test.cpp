#include "isis/tlv.h"

#include <doctest/doctest.h>

using namespace anemone;
using namespace anemone::isis;

namespace {

using Raw = std::vector<std::uint8_t>;

bool ok(TlvType type, const Raw& value) { return tlv_body_ok({static_cast<std::uint8_t>(type), value}); }

Raw zeros(std::size_t count) { return Raw(count, 0); }

}  // namespace

TEST_CASE("TLVs fit when the last ends where they end") {
  CHECK(tlvs_fit({}));
  CHECK(tlvs_fit(Raw{1, 0, 8, 2, 0, 0}));
  CHECK_FALSE(tlvs_fit(Raw{1}));
  CHECK_FALSE(tlvs_fit(Raw{1, 0, 8, 3, 0, 0}));
  int visited = 0;
  each_tlv(Raw{1, 0, 8, 3, 0, 0}, [&](const Tlv&) { ++visited; });
  CHECK(visited == 1);
}

TEST_CASE("a TLV of a known type holds what the type says, one of an unknown type anything") {
  CHECK(ok(TlvType::kAreaAddresses, {3, 0x49, 0, 1, 0}));
  CHECK_FALSE(ok(TlvType::kAreaAddresses, {3, 0x49, 0}));
  CHECK_FALSE(ok(TlvType::kAreaAddresses, Raw(200, 21)));
  CHECK(ok(TlvType::kNeighbors, zeros(12)));
  CHECK_FALSE(ok(TlvType::kNeighbors, zeros(11)));
  CHECK_FALSE(ok(TlvType::kNeighbors, {}));
  CHECK_FALSE(ok(TlvType::kLspEntries, zeros(17)));
  CHECK_FALSE(ok(TlvType::kInternalIp, zeros(13)));
  CHECK_FALSE(ok(TlvType::kTeRouterId, zeros(3)));
  CHECK_FALSE(ok(TlvType::kThreeWay, zeros(2)));
  CHECK_FALSE(ok(TlvType::kTopologies, zeros(3)));
  CHECK(ok(static_cast<TlvType>(250), zeros(3)));
}

TEST_CASE("lists of neighbours and prefixes are walked to their very end") {
  Raw neighbor = zeros(11);
  CHECK(ok(TlvType::kExtendedNeighbors, neighbor));
  neighbor[10] = 2;  // of sub-TLVs
  CHECK_FALSE(ok(TlvType::kExtendedNeighbors, neighbor));
  neighbor.insert(neighbor.end(), {18, 1});  // one that reaches beyond
  CHECK_FALSE(ok(TlvType::kExtendedNeighbors, neighbor));
  neighbor.back() = 0;
  CHECK(ok(TlvType::kExtendedNeighbors, neighbor));
  neighbor.insert(neighbor.begin(), {0, 2});
  CHECK(ok(TlvType::kTopologyNeighbors, neighbor));
  CHECK_FALSE(ok(TlvType::kTopologyNeighbors, {0}));

  CHECK(ok(TlvType::kExtendedIp, {0, 0, 0, 1, 9, 10, 128}));
  CHECK_FALSE(ok(TlvType::kExtendedIp, {0, 0, 0, 1, 17, 10, 128}));
  CHECK_FALSE(ok(TlvType::kExtendedIp, Raw{0, 0, 0, 1, 33, 1, 2, 3, 4, 5}));
  CHECK(ok(TlvType::kExtendedIp, {0, 0, 0, 1, 0x40 | 8, 10, 2, 1, 0}));
  CHECK_FALSE(ok(TlvType::kExtendedIp, {0, 0, 0, 1, 0x40 | 8, 10, 2, 1, 1}));
  CHECK(ok(TlvType::kIp6, {0, 0, 0, 1, 0, 16, 0x20, 1}));
  CHECK_FALSE(ok(TlvType::kIp6, {0, 0, 0, 1, 0, 129}));
  CHECK_FALSE(ok(TlvType::kIp6, {0, 0, 0, 1, 0x20, 16, 0x20, 1}));
  CHECK(ok(TlvType::kCapability, {10, 0, 0, 1, 0, 2, 1, 9}));
  CHECK_FALSE(ok(TlvType::kCapability, {10, 0, 0, 1, 0, 2, 2, 9}));
}

TEST_CASE("how a PDU is signed, and the instance that it is of") {
  CHECK(authentication_of({}) == Authentication::kNone);
  CHECK(authentication_of(Raw{10, 3, 1, 'p', 'w'}) == Authentication::kPassword);
  CHECK(authentication_of(Raw{10, 2, 54, 0}) == Authentication::kHmacMd5);
  CHECK(authentication_of(Raw{10, 3, 3, 0, 1}) == Authentication::kGeneric);
  CHECK(authentication_of(Raw{10, 1, 99}) == Authentication::kUnknown);
  CHECK(std::string(print_authentication(Authentication::kHmacMd5)) == "hmac_md5");
  CHECK(instance_of({}) == 0);
  CHECK(instance_of(Raw{7, 4, 0, 12, 0, 0}) == 12);
}

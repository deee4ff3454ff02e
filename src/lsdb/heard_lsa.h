// A HeardLsa is one instance of an LSA as one vantage point heard it: the one shape in which OSPFv2's and
// OSPFv3's LSAs and IS-IS's LSPs are logged, kept and compared. What is in them stays in their own bytes
// and is read by their own protocol's codec.
//
// Ages are turned round: an instance has so many seconds left. OSPF's age grows towards 3600 (RFC 2328,
// MaxAge), IS-IS's remaining lifetime falls towards 0 (ISO 10589); at none left, both are flushed.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "net/area.h"
#include "ospf/lsa.h"
#include "ospf3/lsa.h"

namespace anemone {

// What identifies an LSA in the database: its flooding scope and its name there.
struct LsdbKey {
  bool as_wide = false;    // flooded through the whole domain: area.value is 0
  AreaId area;             // its domain tells the protocol. IS-IS: 0 = level 2, 1 = level 1
  std::uint16_t type = 0;  // OSPF's LS type; IS-IS: 0
  std::uint64_t id = 0;    // link state id; IS-IS: the eight bytes of the LSP id
  RouterId router;         // who advertises it; IS-IS: 0, since the LSP id tells
  constexpr auto operator<=>(const LsdbKey&) const = default;
};
LsdbKey ospf2_key(AreaId area, const ospf::LsaKey& lsa);
ospf::LsaKey ospf2_lsa(const LsdbKey& key);  // REQUIRES: key.area.domain == kOspf2Domain
// What is flooded on one link only is in the link's area: interface ids and router ids keep it apart there.
LsdbKey ospf3_key(AreaId area, const ospf3::LsaKey& lsa);
ospf3::LsaKey ospf3_lsa(const LsdbKey& key);  // REQUIRES: its domain is one of OSPFv3

// "router", "external", "opaque-area": the word for its type in its protocol.
std::string print_lsa_type(const LsdbKey& key);
// Its id as its protocol's users write it.
std::string print_lsa_id(const LsdbKey& key);

struct LsaInstance {
  static constexpr std::uint16_t kForever = 0xffff;  // it does not age (RFC 1793, DoNotAge)

  std::int32_t sequence = 0;
  std::uint16_t checksum = 0;
  std::uint16_t left_s = 0;  // 0 = flushed

  bool flushed() const { return left_s == 0; }
  bool operator==(const LsaInstance&) const = default;
};
LsaInstance ospf_instance(const ospf::LsaHeader& header);
// IS-IS knows no LSP that does not age: its longest lifetime, 65535 s, counts as a second less.
LsaInstance isis_instance(std::uint32_t sequence, std::uint16_t checksum, std::uint16_t lifetime_s);
LsaInstance ospf3_instance(const ospf3::LsaHeader& header);

// RFC 2328 section 13.1, ISO 10589 section 7.3.16: positive when `a` is the newer, 0 when they are the same.
// REQUIRES: both are instances of one LSA, and left_s is that of one instant.
int compare_instances(Protocol protocol, const LsaInstance& a, const LsaInstance& b);

// An LSA's bytes, shared by everybody who keeps it: they never change.
class LsaBytes {
 public:
  LsaBytes() = default;
  explicit LsaBytes(Bytes bytes);

  operator Bytes() const { return {bytes_.get(), size_}; }  // NOLINT: it is one
  Bytes view() const { return *this; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::shared_ptr<const std::uint8_t[]> bytes_;  // NOLINT: one allocation, unlike a shared vector
  std::uint32_t size_ = 0;
};

struct HeardLsa {
  Time time{};
  std::uint16_t vantage = 0;  // index into LsaLog::vantages
  bool described = false;     // only listed in a database description or a CSNP: no bytes
  LsdbKey key;
  LsaInstance instance;  // as it was when heard
  LsaBytes bytes;        // the whole LSA, header included; IS-IS: the whole PDU
};

// One log entry from an LSA's bytes (as a packet, a log or a store has them). `area` tells the protocol; for
// IS-IS its value is the level's. None when they hold no right LSA.
std::optional<HeardLsa> heard_lsa(Time time, std::uint16_t vantage, AreaId area, Bytes lsa);

}  // namespace anemone

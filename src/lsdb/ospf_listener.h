// An OspfListener turns heard OSPF packets into log entries, and counts everything else by reason.
//
// It only listens. Everything that carries an LSA's contents counts: updates bring LSAs, database
// descriptions say which there are. Packets of any area are taken; the area is the packet's own. Where keys
// are given, what they do not verify is counted and not taken.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "base/bytes.h"
#include "base/time.h"
#include "lsdb/auth_check.h"
#include "lsdb/lsa_log.h"
#include "ospf/packet.h"

namespace anemone {

struct OspfCounts {
  std::uint64_t packets = 0;               // IP protocol 89, refused ones included
  std::array<std::uint64_t, 6> by_type{};  // indexed by ospf::PacketType
  std::uint64_t lsas = 0;                  // LSA instances taken from updates
  std::map<ospf::LsaType, std::uint64_t> lsas_by_type;
  ospf::RefusalCounts refused;  // packets and LSAs, by reason
  ospf::AuthCounts auth;        // of packets that could be read

  void add(const OspfCounts& other);
};

class OspfListener {
 public:
  // Appends to `log`, which must outlive the listener, under the name `vantage`.
  // Of an area for which there are keys, only packets that are verified are taken; `keys` must outlive it,
  // too.
  OspfListener(const std::string& vantage, LsaLog& log, const ospf::AuthKeys& keys = no_keys);

  // `payload` is what follows the IP header of a packet of protocol 89, `source` where that came from.
  void on_packet(Time time, Bytes payload, const IpAddress& source = {});
  // A packet of protocol 89 that cannot be read, and why.
  void refuse(ospf::Refusal why);

  const OspfCounts& counts() const { return counts_; }

 private:
  static const ospf::AuthKeys no_keys;
  ospf::Refusal take(Time time, Bytes payload, const IpAddress& source);
  ospf::Refusal take_update(Time time, const ospf::Packet& packet);
  ospf::Refusal take_description(Time time, const ospf::Packet& packet);

  LsaLog& log_;
  std::uint16_t vantage_;
  AuthCheck auth_;
  OspfCounts counts_;
};

}  // namespace anemone

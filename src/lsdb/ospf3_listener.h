// An Ospf3Listener turns heard OSPFv3 packets into log entries, and counts everything else by reason.
//
// It only listens. Each instance id is a routing domain of its own (net/area.h): address families run beside
// each other on one link (RFC 5838). Link-LSAs are kept in the area of their packet: what they tell of a link
// holds nowhere else, but the next hops' addresses stand in no other LSA.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "lsdb/lsa_log.h"
#include "ospf3/packet.h"

namespace anemone {

struct Ospf3Counts {
  std::uint64_t packets = 0;               // IP protocol 89 over IPv6, refused ones included
  std::array<std::uint64_t, 6> by_type{};  // indexed by ospf3::PacketType
  std::uint64_t authenticated = 0;         // packets with an authentication trailer, which is not verified
  std::uint64_t lsas = 0;                  // LSA instances taken from updates
  std::map<ospf3::LsaType, std::uint64_t> lsas_by_type;
  ospf3::RefusalCounts refused;  // packets and LSAs, by reason

  void add(const Ospf3Counts& other);
};

class Ospf3Listener {
 public:
  // Appends to `log`, which must outlive the listener, under the name `vantage`.
  Ospf3Listener(const std::string& vantage, LsaLog& log);

  // `payload` is what follows the IPv6 headers of a packet of protocol 89.
  void on_packet(Time time, const ospf3::Ends& ends, Bytes payload);
  // A packet that cannot be read, and why.
  void refuse(ospf3::Refusal why);

  const Ospf3Counts& counts() const { return counts_; }

 private:
  ospf3::Refusal take(Time time, const ospf3::Ends& ends, Bytes payload);
  ospf3::Refusal take_update(Time time, const ospf3::Packet& packet);
  ospf3::Refusal take_description(Time time, const ospf3::Packet& packet);

  LsaLog& log_;
  std::uint16_t vantage_;
  Ospf3Counts counts_;
};

}  // namespace anemone

// RecordNames are the words behind the numbers in micro-flows and records: owners, applications, tunnels.
//
// Whoever makes records (an agent, a reader of IPFIX, the store) has one, and hands it on with them.
// One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/name_table.h"
#include "capture/micro_flow.h"
#include "host/owner.h"
#include "net/address.h"

namespace anemone {

// The outer flow of a tunnel, as far as it is known. Technologies are IANA's tunnelTechnology (element 289)
// names, lower case: "vxlan", "wireguard", "gre", "ipip", "openvpn".
struct Tunnel {
  std::string technology;
  std::string interface;  // "tun0"; empty when read from packets
  IpAddress src;          // outer; :: = not known
  IpAddress dst;
  std::uint32_t id = 0;  // VNI, GRE key, TEID; 0 = none

  auto operator<=>(const Tunnel&) const = default;
};

class TunnelTable {
 public:
  TunnelId intern(const Tunnel& tunnel) {
    const auto known = numbers_.find(tunnel);
    if (known != numbers_.end()) return known->second;
    if (tunnels_.size() >= kTunnelsMax) return TunnelId{};
    const TunnelId id = tunnels_.push_back(tunnel);
    numbers_.emplace(tunnel, id);
    return id;
  }
  const Tunnel& operator[](TunnelId id) const { return tunnels_[id]; }
  std::size_t size() const { return tunnels_.size(); }

  static constexpr std::size_t kTunnelsMax = 65'536;

 private:
  PerIndex<TunnelId, Tunnel> tunnels_;
  std::map<Tunnel, TunnelId> numbers_;
};

struct RecordNames {
  OwnerTable owners;
  NameTable<ApplicationId> applications;
  TunnelTable tunnels;
};

}  // namespace anemone

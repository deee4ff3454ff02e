#include "record/carrier.h"

#include <algorithm>
#include <array>

#include "host/tunnel_interfaces.h"

namespace anemone {
namespace {

constexpr std::size_t kOwnMax = 64;  // looked through for each record
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

// IANA's protocol numbers. ESP and AH may protect what they carry end to end, without a tunnel.
Carrier carrier_of_protocol(std::uint8_t protocol) {
  switch (protocol) {
    case 4:    // IPv4 in IP
    case 41:   // IPv6 in IP
    case 47:   // GRE
    case 97:   // EtherIP
    case 115:  // L2TPv3
    case 137:  // MPLS in IP
      return {Trait::kYes, Trait::kNo};
    case 50:  // ESP
      return {Trait::kUnassigned, Trait::kYes};
    case 51:  // AH
      return {Trait::kUnassigned, Trait::kNo};
    default:
      return {};
  }
}

struct OverUdp {
  std::string_view technology;
  bool of_kernel;
  bool of_holder;
  Trait encrypted;
};
constexpr std::array kOverUdp = std::to_array<OverUdp>({{"vxlan", true, false, Trait::kNo},
                                                        {"geneve", true, false, Trait::kNo},
                                                        {"wireguard", true, true, Trait::kYes},
                                                        {"openvpn", true, true, Trait::kYes},
                                                        {"openconnect", false, true, Trait::kYes}});

const OverUdp* over_udp(std::string_view technology) {
  const auto known = std::find_if(kOverUdp.begin(), kOverUdp.end(),
                                  [&](const OverUdp& one) { return one.technology == technology; });
  return known == kOverUdp.end() ? nullptr : known;
}

}  // namespace

std::string_view print_trait(Trait trait) {
  constexpr std::array<std::string_view, 3> kWords = {"unassigned", "yes", "no"};
  return kWords[static_cast<std::size_t>(trait)];
}

bool is_trait(std::string_view text) {
  constexpr std::array<std::string_view, 9> kAll = {"unassigned", "u", "0", "yes", "y", "1", "no", "n", "2"};
  return std::find(kAll.begin(), kAll.end(), text) != kAll.end();
}

Carriers::Carriers(const RecordNames& names) : names_(names) {
  for (std::uint32_t i = 0; i < names.tunnels.size() && own_.size() < kOwnMax; ++i) {
    const Tunnel& tunnel = names.tunnels[TunnelId{i}];
    const bool ends = !tunnel.src.is_none() && !tunnel.dst.is_none();
    if (ends && !tunnel.interface.empty() && over_udp(tunnel.technology) != nullptr)
      own_.push_back(TunnelId{i});
  }
}

bool Carriers::is_outer_flow(const FlowRecord& record, const Tunnel& tunnel) const {
  const FlowKey& key = record.key;
  const bool there = key.src == tunnel.src && key.dst == tunnel.dst;
  const bool back = key.src == tunnel.dst && key.dst == tunnel.src;
  if (!there && !back) return false;
  const OverUdp& known = *over_udp(tunnel.technology);
  const OwnerId owner = record.origin.owner;
  if (owner == kKernelOwner || owner == kNoSocketOwner) return known.of_kernel && key.protocol == kUdp;
  if (!known.of_holder || !owner.valid() || (key.protocol != kUdp && key.protocol != kTcp)) return false;
  return technology_of_holder(names_.owners[owner].process) == tunnel.technology;
}

// Several tunnels between the same ends: what they agree in.
Carrier Carriers::carrier_of(const FlowRecord& record) const {
  const Carrier by_protocol = carrier_of_protocol(record.key.protocol);
  if (by_protocol.known()) return by_protocol;
  Carrier carrier;
  for (const TunnelId id : own_) {
    const Tunnel& tunnel = names_.tunnels[id];
    if (!is_outer_flow(record, tunnel)) continue;
    const Trait encrypted = over_udp(tunnel.technology)->encrypted;
    const bool agrees = carrier.tunnel == Trait::kUnassigned || carrier.encrypted == encrypted;
    carrier = {Trait::kYes, agrees ? encrypted : Trait::kUnassigned};
    if (!agrees) break;
  }
  return carrier;
}

}  // namespace anemone

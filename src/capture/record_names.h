// RecordNames are the rows behind the numbers in micro-flows and records: owners, applications, tunnels,
// translated addresses.
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

// The outer flow of a tunnel, as far as it is known. Technologies are named in lower
// case: "vxlan", "wireguard", "gre", "ipip", "openvpn".
struct Tunnel {
  std::string technology;
  std::string interface;  // "tun0"; empty when read from packets
  IpAddress src;          // outer; :: = not known
  IpAddress dst;
  std::uint32_t id = 0;  // VNI, GRE key, TEID; 0 = none

  auto operator<=>(const Tunnel&) const = default;
};

// What the observer's kernel translates a flow's addresses and ports to (NAT): those that its packets have
// behind the observer, or, where they were translated on their way in, those that they came with.
struct NatTuple {
  IpAddress src;
  IpAddress dst;
  std::uint16_t src_port = 0;
  std::uint16_t dst_port = 0;
  bool before = false;  // the packets had these before they were seen; else after

  auto operator<=>(const NatTuple&) const = default;
};

using NatId = Index<struct NatTag>;  // not valid: not translated, as far as the observer knows

// Rows by number, and numbers by row; at most `kRowsMax`: those beyond get no number.
template <class Id, class Row, std::size_t kRowsMax>
class RowTable {
 public:
  Id intern(const Row& row) {
    const auto known = numbers_.find(row);
    if (known != numbers_.end()) return known->second;
    if (rows_.size() >= kRowsMax) return Id{};
    const Id id = rows_.push_back(row);
    numbers_.emplace(row, id);
    return id;
  }
  const Row& operator[](Id id) const { return rows_[id]; }
  std::size_t size() const { return rows_.size(); }
  void clear() { *this = {}; }

 private:
  PerIndex<Id, Row> rows_;
  std::map<Row, Id> numbers_;
};

using TunnelTable = RowTable<TunnelId, Tunnel, 65'536>;
using NatTable = RowTable<NatId, NatTuple, 262'144>;  // of one batch of records: connections come and go

struct RecordNames {
  OwnerTable owners;
  NameTable<ApplicationId> applications;
  TunnelTable tunnels;
  NatTable nats;
};

}  // namespace anemone

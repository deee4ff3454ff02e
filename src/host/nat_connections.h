// NatConnections know which connections this host's kernel translates (NAT: masquerading, published ports),
// and to what: what one record calls 10.0.0.5, the next on the way calls by the router's own address.
//
//   original  10.0.0.5:4000 -> 192.0.2.1:53        as the first packet came
//   reply     192.0.2.1:53  -> 198.51.100.1:1024   as the answer comes: the original leaves as its inverse
//
// The kernel's connection tracking tells over netlink: once all that there is, then what changes. A filter in
// the kernel keeps those away that it does not translate, so that a host without NAT pays nothing. A
// connection that ended is remembered for `keep`, because its records are made at the end of their slice.
//
// Bounded: one more than `connections_max` is not taken and is counted. When the kernel had to drop words for
// us, which it says, everything is asked anew. Needs CAP_NET_ADMIN, and tells of this network namespace only.
// One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "host/host_paths.h"
#include "net/address.h"

namespace anemone {

// One direction of a connection. ICMP has 0 and type * 256 + code for ports, as flows have.
struct NatEnds {
  IpAddress src;
  IpAddress dst;
  std::uint16_t src_port = 0;
  std::uint16_t dst_port = 0;
  std::uint8_t protocol = 0;

  bool operator==(const NatEnds&) const = default;
};

struct NatConnection {
  NatEnds original;
  NatEnds reply;
};

// The other name of a direction's packets.
struct NatFound {
  NatEnds ends;
  bool before = false;  // they had it before the kernel translated them; else they have it afterwards
};

struct NatCounts {
  std::uint64_t connections = 0;  // that are known now, those that ended included
  std::uint64_t refused = 0;      // for want of room
  std::uint64_t gaps = 0;         // how often the kernel had to drop words, and was asked anew
};

struct NatConfig {
  std::size_t connections_max = 65'536;  // 250 bytes each
  Duration keep = 30s;
  HostPaths paths{};
};

class NatConnections {
 public:
  explicit NatConnections(NatConfig config = {}) : config_(std::move(config)) {}
  ~NatConnections();
  NatConnections(const NatConnections&) = delete;
  NatConnections& operator=(const NatConnections&) = delete;

  // Takes over what the kernel has said since the last call. Where it tracks no connections there is nothing
  // to know, and no error.
  Result<void> refresh(Time now);

  // Nothing when the kernel translates no such connection, as far as we know.
  std::optional<NatFound> find(const NatEnds& ends) const;
  NatCounts counts() const;

  // For refresh(), and for tests.
  void add(const NatConnection& connection);
  void end(const NatConnection& connection, Time now);
  void forget_ended(Time now);

 private:
  struct Entry {
    NatConnection connection;
    Time ended{};  // none: it lasts
    bool used = false;
    std::uint32_t told = 0;  // by which asking
  };
  struct Hash {
    std::size_t operator()(const NatEnds& ends) const noexcept;
  };

  Result<void> open();
  Result<void> ask_all(Time now);
  Result<bool> read_events(Time now);
  std::optional<std::uint32_t> number_of(const NatConnection& connection) const;
  void drop(std::uint32_t number);

  NatConfig config_;
  int events_ = -1;  // a netlink socket; -1: not open
  bool asked_ = false;
  std::uint32_t asking_ = 0;
  Time swept_{};
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<NatEnds, std::uint32_t, Hash> numbers_;  // by either direction, without a direction
  NatCounts counts_;
};

// A message of the kernel's connection tracking (nfnetlink's header and attributes); none when it is broken,
// or of a connection that is not translated.
std::optional<NatConnection> read_nat_connection(Bytes body);

}  // namespace anemone

// What the LSPs of a node say, of whichever generation of TLVs: narrow metrics (ISO 10589, RFC 1195) and wide
// ones (RFC 5305), IPv6 (RFC 5308), other topologies over the same routers (RFC 5120).
//
// A node says all about itself in up to 256 LSPs; read_lsp_contents() appends, so that reading them one after
// the other gives the whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "isis/id.h"
#include "net/address.h"
#include "net/prefix.h"

namespace anemone::isis {

constexpr std::uint32_t kWideMetricMax = 0xff'ffff;    // RFC 5305 section 3: of a link, not to be used
constexpr std::uint32_t kMaxPathMetric = 0xfe00'0000;  // section 4: of a prefix, above it no route
constexpr std::uint16_t kStandardTopology = 0;
constexpr std::uint16_t kIp6Topology = 2;  // IPv6 unicast, where it is apart from IPv4's

// What sub-TLVs say of a link (RFC 5305 section 3, RFC 5307, RFC 6119).
struct LinkDetails {
  IpAddress address;
  IpAddress neighbor;
  IpAddress address6;
  IpAddress neighbor6;
  std::uint32_t local_id = 0;
  std::uint32_t remote_id = 0;
  std::uint32_t admin_group = 0;
  std::uint32_t te_metric = 0;
  double capacity_bps = 0;  // 0 where not told
  bool operator==(const LinkDetails&) const = default;
};

struct Neighbor {
  NodeKey node;
  std::uint32_t metric = 0;
  bool wide = false;
  std::uint16_t topology = kStandardTopology;
  LinkDetails details;
  bool operator==(const Neighbor&) const = default;
};

struct Reach {
  Prefix prefix;
  std::uint32_t metric = 0;
  bool wide = false;
  bool down = false;             // leaked from level 2 into level 1 (RFC 5302)
  bool external = false;         // brought in from another protocol
  bool external_metric = false;  // a metric that does not compare with those of links
  std::uint16_t topology = kStandardTopology;
  bool operator==(const Reach&) const = default;
};

// A topology that the node takes part in, and its bits there.
struct TopologyMember {
  std::uint16_t topology = kStandardTopology;
  bool overloaded = false;
  bool attached = false;
  bool operator==(const TopologyMember&) const = default;
};

struct LspContents {
  std::vector<std::vector<std::uint8_t>> areas;
  std::vector<Neighbor> neighbors;
  std::vector<Reach> prefixes;
  std::vector<TopologyMember> topologies;  // empty: the standard one only
  std::vector<IpAddress> addresses;        // of its interfaces
  std::string host_name;                   // printable ASCII; what is not has become '?'
  Ipv4 te_router_id;                       // TLV 134
  Ipv4 capability_router_id;               // TLV 242
  bool operator==(const LspContents&) const = default;
};

// Appends what these TLVs say. REQUIRES: tlv_bodies_ok(tlvs).
void read_lsp_contents(Bytes tlvs, LspContents& contents);

// "49.0001"
std::string print_area_address(Bytes area);

// TLVs that say all of it, in as many as it takes; what does not fit one LSP is the caller's to split.
void write_lsp_contents(const LspContents& contents, ByteWriter& out);

}  // namespace anemone::isis

// HostFacts are what a host knows of its own place in the network, told with its flows: which addresses are
// its own, where it leaves its links, whether it is a router.
//
// They stand in each IPFIX File that an agent spools, before the flows, as one options record (RFC 7011
// section 3.4.2.2): so they are as durable as the flows, arrive in order with them, and a flow can be
// attached by what held when it was seen. Addresses are lists (RFC 6313, basicList) side by side, so that a
// record is whole or not there (docs/formats/ipfix.md). At most kHostListMax of each are told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "host/host_place.h"
#include "ipfix/template.h"
#include "net/address.h"

namespace anemone {

struct HostFacts {
  Time at{};                             // as of
  std::string name{};                    // the host's name
  std::vector<HostAddress> addresses{};  // its own, loopback and link-local left out
  std::vector<IpAddress> gateways{};     // next hops of its default routes, the preferred first
  bool forwards = false;  // ip_forward is on: a router; its kForwarded records are an exporter's in transit

  bool operator==(const HostFacts&) const = default;
};

constexpr std::size_t kHostListMax = 700;  // so that a record fits into a message of 32 KiB

// The options template of such records, under `id`; our own elements under `enterprise`.
ipfix::Template host_facts_template(std::uint16_t id, std::uint32_t enterprise);

// Appends the record, laid out as that template says: of an exporter's observation domain.
void write_host_facts(const HostFacts& facts, std::uint32_t domain, std::uint32_t enterprise,
                      ByteWriter& out);

// Reads a record of any options template; none when it is not about a host, or is broken.
std::optional<HostFacts> read_host_facts(const ipfix::Template& layout, Bytes record,
                                         std::uint32_t enterprise);

}  // namespace anemone

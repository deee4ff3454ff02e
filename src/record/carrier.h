// What a record's own protocol is: whether it carries others (IPFIX's tunnelTechnology, 289), and whether it
// encrypts what it carries (encryptedTechnology, 290; RFC 6759 section 7).
//
// Trait only where it is certain, and never by a port: by the protocol in the IP header, and for this host's
// own tunnels where both ends are known, of what the kernel sends and gets between these by UDP (VXLAN,
// Geneve, WireGuard), and of what the process that holds the tunnel does. Of applications that encrypt (TLS,
// SSH) nobody here looks into packets to know it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "capture/record_names.h"
#include "record/flow_record.h"

namespace anemone {

enum class Trait : std::uint8_t { kUnassigned, kYes, kNo };
std::string_view print_trait(Trait trait);  // "unassigned", "yes", "no": IANA's values
bool is_trait(
    std::string_view text);  // one of those, or "u", "y", "n", 0, 1, 2, as IANA lets exporters abbreviate

struct Carrier {
  Trait tunnel = Trait::kUnassigned;
  Trait encrypted = Trait::kUnassigned;

  bool known() const { return tunnel != Trait::kUnassigned || encrypted != Trait::kUnassigned; }
  bool operator==(const Carrier&) const = default;
};

// Knows the tunnels of `names`, as they are now, that the host has itself.
class Carriers {
 public:
  explicit Carriers(const RecordNames& names);

  Carrier carrier_of(const FlowRecord& record) const;

 private:
  bool is_outer_flow(const FlowRecord& record, const Tunnel& tunnel) const;

  const RecordNames& names_;
  std::vector<TunnelId> own_;  // with both ends known
};

}  // namespace anemone

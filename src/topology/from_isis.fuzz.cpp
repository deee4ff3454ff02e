// Any LSPs as a database: lengths and checksums are made right, so that contents reach the graph's builder.
#include "topology/from_isis.h"

#include <cstdlib>

#include "isis/pdu.h"
#include "isis/tlv.h"
#include "lsdb/unseen.h"
#include "topology/from_lsdb.h"

using namespace anemone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Lsdb lsdb;
  ByteReader in({data, size});
  while (in.left() >= 6) {
    // Few systems, circuits and fragments, so that LSPs are about each other.
    const std::uint8_t name = in.u8();
    const std::uint8_t flags = in.u8();
    const isis::LspId id{std::uint64_t{name & 7U} << 16 | std::uint64_t{name >> 3 & 3U} << 8 |
                         (name >> 5 & 1U)};
    const std::size_t length = in.u16();
    const Bytes tlvs = in.take(std::min(length, in.left()));
    if (!isis::tlvs_fit(tlvs) || tlvs.size() > 60'000) continue;
    const auto type = (flags & 0x80) != 0 ? isis::PduType::kLsp1 : isis::PduType::kLsp2;
    const auto pdu = isis::write_lsp(type, {1200, id, 1, 0, static_cast<std::uint8_t>(flags & 0x7f)}, tlvs);
    const auto heard = heard_lsa(Time{}, 0, {0, kIsisDomain}, pdu);
    if (heard) lsdb.install(*heard);
  }
  unseen_lsas(lsdb);
  const Topology topology = topology_from_lsdb(lsdb);
  for (const Link& link : topology.links()) {
    if (link.from.value() >= topology.node_count() || link.to.value() >= topology.node_count()) std::abort();
  }
  for (NodeId node : topology.nodes()) {
    if (*topology.find(topology.node(node).name) != node) std::abort();  // names are unique
  }
  return 0;
}

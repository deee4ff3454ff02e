// Any LSAs as an OSPFv3 database: lengths and checksums are made right, so that contents reach the graph's
// builder.
#include "topology/from_ospf3.h"

#include <cstdlib>

#include "lsdb/unseen.h"
#include "topology/from_lsdb.h"

using namespace anemone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Lsdb lsdb;
  ByteReader in({data, size});
  while (in.left() >= 3 + ospf3::kLsaHeaderSize) {
    const AreaId area{in.u8(), ospf3_domain(in.u8())};
    const std::size_t length = in.u8();
    const ospf3::LsaHeader header = ospf3::read_lsa_header(in);
    const Bytes body = in.take(std::min(length, in.left()));
    const auto heard = heard_lsa(Time{}, 0, area, ospf3::write_lsa(header, body));
    if (heard) lsdb.install(*heard);
  }
  unseen_lsas(lsdb);
  const Topology topology = topology_from_lsdb(lsdb);
  for (const Link& link : topology.links()) {
    if (link.from.value() >= topology.node_count() || link.to.value() >= topology.node_count()) std::abort();
  }
  for (const Attachment& at : topology.attachments()) {
    if (at.node.value() >= topology.node_count()) std::abort();
  }
  return 0;
}

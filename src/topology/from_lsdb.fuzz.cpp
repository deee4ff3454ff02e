// Any LSAs as a database: lengths and checksums are made right, so that contents reach the graph's builder.
#include "topology/from_lsdb.h"

#include <cstdlib>

#include "lsdb/unseen.h"

using namespace anemone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Lsdb lsdb;
  ByteReader in({data, size});
  while (in.left() >= 2 + ospf::kLsaHeaderSize) {
    const AreaId area{in.u8()};
    const std::size_t length = in.u8();
    const ospf::LsaHeader header = ospf::read_lsa_header(in);
    const Bytes body = in.take(std::min(length, in.left()));
    const auto heard = heard_lsa(Time{}, 0, area, ospf::write_lsa(header, body));
    if (heard) lsdb.install(*heard);
  }
  unseen_lsas(lsdb);
  const Topology topology = topology_from_lsdb(lsdb);
  for (const Link& link : topology.links()) {
    if (link.from.value() >= topology.node_count() || link.to.value() >= topology.node_count()) std::abort();
  }
  return 0;
}

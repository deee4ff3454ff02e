#include "topology/from_lsdb.h"

#include "topology/from_isis.h"
#include "topology/from_opaque.h"
#include "topology/from_ospf2.h"
#include "topology/from_ospf3.h"

namespace anemone {

TopologyParts topology_parts_from_lsdb(const Lsdb& lsdb) {
  TopologyParts parts;
  parts.at = lsdb.time();
  RouterNodes routers(parts);
  add_ospf2(lsdb, routers, parts);
  add_ospf3(lsdb, routers, parts);
  add_opaque(lsdb, parts);
  add_isis(lsdb, routers, parts);
  return parts;
}

Topology topology_from_lsdb(const Lsdb& lsdb) { return Topology(topology_parts_from_lsdb(lsdb)); }

}  // namespace anemone

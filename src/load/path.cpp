#include "load/path.h"

#include "load/destination_routes.h"
#include "topology/own_prefix.h"

namespace anemone {
namespace {

Result<AttachedAt> attached(const Attachments& attachments, const std::string& end) {
  auto address = parse_address(end);
  if (!address) return attachments.topology().find(end).error();
  const AttachedAt at = attachments.find(*address);
  if (!at.prefix.valid()) return Error{"no prefix of this topology holds " + end};
  return at;
}

Result<NodeId> entry(const Attachments& attachments, const std::string& src) {
  if (auto router = attachments.topology().find(src)) return router;
  auto at = attached(attachments, src);
  if (!at) return at.error();
  if (!at->ingress.valid()) {
    return Error{"several border routers announce " +
                 print_prefix(attachments.topology().prefix(at->prefix)) +
                 ": by which of them traffic from " + src + " enters is not known"};
  }
  return at->ingress;
}

// Where there are areas, a router is reached as its own prefix is.
Result<Destination> destination(const Attachments& attachments, const std::string& dst) {
  const Topology& topology = attachments.topology();
  if (auto router = topology.find(dst)) {
    const auto own = has_areas(topology) ? own_prefix(topology, *router) : std::nullopt;
    return own ? Destination{NodeId{}, *own} : Destination{*router, PrefixId{}};
  }
  auto at = attached(attachments, dst);
  if (!at) return at.error();
  return Destination{NodeId{}, at->prefix};
}

}  // namespace

Result<Path> find_path(const Attachments& attachments, const std::string& src, const std::string& dst) {
  auto from = entry(attachments, src);
  if (!from) return from.error();
  auto to = destination(attachments, dst);
  if (!to) return to.error();
  DestinationRoutes routes(attachments.topology());
  const RoutesTo& way = routes.to(*to);
  Path path;
  if (!way.reachable(*from)) return path;
  path.cost = way.cost[*from];
  path.links = route_of(attachments.topology(), way, *from);
  return path;
}

}  // namespace anemone

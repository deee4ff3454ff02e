#include "load/destination_routes.h"

#include <vector>

namespace anemone {

const RoutesTo& DestinationRoutes::to(const Destination& destination) {
  if (destination.node.valid()) {
    paths_.to(destination.node, routes_);
  } else {
    std::vector<Seed> seeds;
    for (const Attachment& at : topology_.attachments(destination.prefix))
      seeds.push_back({at.node, at.cost});
    paths_.to(seeds, routes_);
  }
  return routes_;
}

}  // namespace anemone

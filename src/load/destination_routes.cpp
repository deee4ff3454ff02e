#include "load/destination_routes.h"

namespace anemone {

const RoutesTo& DestinationRoutes::to(const Destination& destination) {
  if (destination.node.valid()) {
    paths_.to(destination.node, routes_);
  } else {
    prefixes_.toward(destination.prefix, routes_);
  }
  return routes_;
}

}  // namespace anemone

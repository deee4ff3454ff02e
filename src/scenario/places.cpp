#include "scenario/places.h"

namespace anemone {

Places places_of(const Inventory& inventory) {
  Places places;
  for (const InventoryRouter& router : inventory.routers) {
    if (!router.site.empty()) places.routers_of_site[router.site].push_back(router.name);
  }
  for (const InventoryHost& host : inventory.hosts) {
    auto& addresses = places.addresses_of_host[host.name];
    addresses.push_back(host.address);
    addresses.insert(addresses.end(), host.more_addresses.begin(), host.more_addresses.end());
  }
  return places;
}

}  // namespace anemone

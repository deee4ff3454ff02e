// Places is what a scenario may name and no routing protocol says: which routers stand at a site, which
// addresses a host has.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.h"
#include "topology/inventory.h"

namespace anemone {

struct Places {
  std::map<std::string, std::vector<std::string>, std::less<>> routers_of_site;
  std::map<std::string, std::vector<IpAddress>, std::less<>> addresses_of_host;
};

Places places_of(const Inventory& inventory);

// "no site 'x'; there are: a, b, c" of the keys of a map, as many as a message bears.
template <class Map>
std::string none_of_these(std::string_view kind, std::string_view name, const Map& known) {
  std::string text = "no " + std::string(kind) + " '" + std::string(name) + "'; there are: ";
  if (known.empty()) return text + "none";
  bool first = true;
  for (const auto& [key, value] : known) {
    if (text.size() > 160) return text + ", ...";
    text += (first ? "" : ", ") + key;
    first = false;
  }
  return text;
}

}  // namespace anemone

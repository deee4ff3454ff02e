// The Inventory is what the operator knows and no protocol says: names, sites, capacities, which hosts
// there are and where each capture was made. It comes from a recording's recording.json
// (docs/formats/recording.md).
//
// A topology from a routing protocol knows routers by number and links by address; annotate() gives them
// the inventory's names and capacities. What the inventory does not know stays as it was.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/area.h"
#include "topology/topology.h"

namespace anemone {

struct InventoryRouter {
  RouterId id;
  std::string name;
  std::string site;         // empty where not given
  std::optional<double> x;  // where an operator would draw it, 0..1
  std::optional<double> y;
};

// Undirected; a broadcast network has one entry for each router on it, with `to` empty.
struct InventoryLink {
  std::string from;
  std::string from_interface;
  IpAddress from_address;
  std::string to;
  std::string to_interface;
  IpAddress to_address;
  AreaId area;
  double capacity_bps = 0;
};

struct InventoryHost {
  std::string name;
  IpAddress address;
  std::vector<IpAddress> more_addresses;  // that it sends from, too
  int prefix_length = 0;
  IpAddress gateway;    // none where not given
  std::string capture;  // path below the recording's folder
};

struct InventoryListener {
  std::string name;
  AreaId area;
  std::string capture;
};

struct InventoryEvent {
  Time time{};
  std::string kind;
  std::string text;
};

struct Inventory {
  std::string name;
  Time from{};
  Time to{};
  std::vector<InventoryRouter> routers;
  std::vector<InventoryLink> links;
  std::vector<InventoryHost> hosts;
  std::vector<InventoryListener> listeners;
  std::vector<InventoryEvent> events;
};

// The error says which entry and what is wrong with it.
Result<Inventory> parse_inventory(std::string_view json);
// The error begins with the file's name.
Result<Inventory> read_inventory(const std::string& path);

// What a topology that was written down knows: routers by their ids, capacities by interface addresses.
Inventory inventory_of(const Topology& topology);

// `parts` with the inventory's names for routers (by id), its capacities and interface names for links
// (by the addresses of their ends). A name that is taken already is not given twice.
TopologyParts annotate(TopologyParts parts, const Inventory& inventory);

}  // namespace anemone

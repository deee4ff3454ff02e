#include "topology/inventory.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "io/text_file.h"

namespace anemone {
namespace {

using nlohmann::json;

// Reads the fields of one object; the first thing that is wrong is kept, with the object's place.
class Fields {
 public:
  Fields(const json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object_.is_object()) refuse("want an object");
  }

  std::optional<Error> problem;

  std::string text(const char* key) {
    const json* value = find(key);
    if (value == nullptr) return {};
    if (!value->is_string()) return refuse(std::string("\"") + key + "\": want a text"), std::string{};
    return value->get<std::string>();
  }

  double number(const char* key, double otherwise) {
    const json* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_number()) return refuse(std::string("\"") + key + "\": want a number"), otherwise;
    return value->get<double>();
  }

  std::optional<double> optional_number(const char* key) {
    return find(key) == nullptr ? std::nullopt : std::optional(number(key, 0));
  }

  // A text that `parse` understands; T{} where it is missing or empty.
  template <class T>
  T parsed(const char* key, Result<T> (*parse)(std::string_view)) {
    const std::string value = text(key);
    if (value.empty()) return T{};
    auto result = parse(value);
    if (!result) return refuse(std::string("\"") + key + "\": " + result.error().message), T{};
    return *result;
  }

  // A list of such texts; empty where it is missing.
  template <class T>
  std::vector<T> parsed_list(const char* key, Result<T> (*parse)(std::string_view)) {
    std::vector<T> values;
    const json* list = find(key);
    if (list == nullptr) return values;
    want(list->is_array(), "want a list");
    for (const json& item : *list) {
      auto result = item.is_string() ? parse(item.get<std::string>()) : Error{"want a text"};
      if (!result) return refuse(std::string("\"") + key + "\": " + result.error().message), values;
      values.push_back(*result);
    }
    return values;
  }

  void want(bool condition, const char* what) {
    if (!condition) refuse(what);
  }

 private:
  const json* find(const char* key) const {
    if (!object_.is_object()) return nullptr;
    auto at = object_.find(key);
    return at == object_.end() || at->is_null() ? nullptr : &*at;
  }
  void refuse(const std::string& message) {
    if (!problem) problem = Error{place_ + ": " + message};
  }

  const json& object_;
  std::string place_;
};

InventoryRouter read_router(Fields& in) {
  InventoryRouter router;
  router.id = in.parsed("id", parse_ipv4);
  router.name = in.text("name");
  router.site = in.text("site");
  router.x = in.optional_number("x");
  router.y = in.optional_number("y");
  in.want(!router.name.empty(), "a router without a name");
  return router;
}

InventoryLink read_link(Fields& in) {
  InventoryLink link;
  link.from = in.text("from");
  link.from_interface = in.text("from_interface");
  link.from_address = in.parsed("from_address", parse_address);
  link.to = in.text("to");
  link.to_interface = in.text("to_interface");
  link.to_address = in.parsed("to_address", parse_address);
  link.area = in.parsed("area", parse_area);
  link.capacity_bps = in.number("capacity_bps", 0);
  in.want(link.capacity_bps >= 0, "\"capacity_bps\" is below zero");
  return link;
}

InventoryHost read_host(Fields& in) {
  InventoryHost host;
  host.name = in.text("name");
  host.address = in.parsed("address", parse_address);
  host.more_addresses = in.parsed_list("more_addresses", parse_address);
  const double length = in.number("prefix_length", host.address.is_v4() ? 32 : 128);
  host.gateway = in.parsed("gateway", parse_address);
  host.capture = in.text("capture");
  in.want(!host.name.empty(), "a host without a name");
  in.want(!host.address.is_none(), "a host without an address");
  in.want(length >= 0 && length <= (host.address.is_v4() ? 32 : 128), "\"prefix_length\" is out of range");
  if (!in.problem) host.prefix_length = static_cast<int>(length);
  return host;
}

InventoryListener read_listener(Fields& in) {
  return {in.text("name"), in.parsed("area", parse_area), in.text("capture")};
}

InventoryEvent read_event(Fields& in) {
  return {in.parsed("time", parse_time), in.text("kind"), in.text("text")};
}

// Every entry of the list `key`, read by `read`.
template <class T>
std::optional<Error> read_list(const json& root, const char* key, T (*read)(Fields&), std::vector<T>& into) {
  auto list = root.find(key);
  if (list == root.end() || list->is_null()) return std::nullopt;
  if (!list->is_array()) return Error{std::string("\"") + key + "\": want a list"};
  for (const json& entry : *list) {
    Fields fields(entry, std::string(key) + "[" + std::to_string(into.size()) + "]");
    T value = read(fields);
    if (fields.problem) return fields.problem;
    into.push_back(std::move(value));
  }
  return std::nullopt;
}

// What is known of an interface, by its address.
struct Interface {
  double capacity_bps = 0;
  std::string name;
};

void name_routers(TopologyParts& parts, const Inventory& inventory) {
  std::set<std::string> taken;
  std::map<RouterId, const InventoryRouter*> known;
  for (const InventoryRouter& router : inventory.routers) known.emplace(router.id, &router);
  for (const Node& node : parts.nodes) taken.insert(node.name);
  for (Node& node : parts.nodes) {
    auto found = node.kind == NodeKind::kRouter ? known.find(node.router_id) : known.end();
    if (found == known.end() || !taken.insert(found->second->name).second) continue;
    taken.erase(node.name);
    node.name = found->second->name;
  }
}

}  // namespace

Result<Inventory> parse_inventory(std::string_view text) {
  json root;
  try {
    root = json::parse(text);
  } catch (const json::parse_error& problem) {
    return Error{"not JSON: at byte " + std::to_string(problem.byte) + ": " + problem.what()};
  } catch (const json::exception& problem) {  // a number too large for a double
    return Error{std::string("not JSON: ") + problem.what()};
  }
  Fields head(root, "recording");
  if (head.problem) return *head.problem;
  if (const std::string format = head.text("format"); format != "anemone-recording-1") {
    return Error{"\"format\" must be \"anemone-recording-1\", not \"" + format + "\""};
  }
  Inventory inventory;
  inventory.name = head.text("name");
  inventory.from = head.parsed("from", parse_time);
  inventory.to = head.parsed("to", parse_time);
  head.want(inventory.from <= inventory.to, "\"to\" is before \"from\"");
  if (head.problem) return *head.problem;
  for (const auto& problem : {read_list(root, "routers", read_router, inventory.routers),
                              read_list(root, "links", read_link, inventory.links),
                              read_list(root, "hosts", read_host, inventory.hosts),
                              read_list(root, "listeners", read_listener, inventory.listeners),
                              read_list(root, "events", read_event, inventory.events)}) {
    if (problem) return *problem;
  }
  return inventory;
}

Result<Inventory> read_inventory(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) return text.error();
  auto inventory = parse_inventory(*text);
  if (!inventory) return inventory.error().in(path);
  return inventory;
}

Inventory inventory_of(const Topology& topology) {
  Inventory inventory;
  for (NodeId id : topology.nodes()) {
    const Node& node = topology.node(id);
    if (node.router_id == RouterId{}) continue;
    InventoryRouter& router = inventory.routers.emplace_back();
    router.id = node.router_id;
    router.name = node.name;
  }
  for (const Link& link : topology.links()) {
    if (link.address.is_none()) continue;
    InventoryLink& told = inventory.links.emplace_back();
    told.from = topology.node(link.from).name;
    told.to = topology.node(link.to).name;
    told.from_address = link.address;
    told.from_interface = link.interface;
    told.capacity_bps = link.capacity_bps;
  }
  return inventory;
}

TopologyParts annotate(TopologyParts parts, const Inventory& inventory) {
  name_routers(parts, inventory);
  std::map<IpAddress, Interface> interfaces;
  for (const InventoryLink& link : inventory.links) {
    if (!link.from_address.is_none()) {
      interfaces[link.from_address] = {link.capacity_bps, link.from_interface};
    }
    if (!link.to_address.is_none()) interfaces[link.to_address] = {link.capacity_bps, link.to_interface};
  }
  for (Link& link : parts.links) {
    // A link out of a broadcast network has no interface of its own: the router's at its end counts.
    const bool own = !link.address.is_none();
    auto found = interfaces.find(own ? link.address : link.neighbor);
    if (found == interfaces.end()) continue;
    if (found->second.capacity_bps > 0) link.capacity_bps = found->second.capacity_bps;
    if (own) link.interface = found->second.name;
  }
  return parts;
}

}  // namespace anemone

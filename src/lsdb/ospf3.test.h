// OSPFv3's part of a network to tell stories about: LSAs from words, for the tests of this folder and the
// next.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "lsdb/lsdb.test.h"
#include "ospf3/lsa.h"

namespace anemone {

constexpr std::uint32_t kRouterOptions = ospf3::kOptionV6 | ospf3::kOptionExternal | ospf3::kOptionRouter;

struct Said3 {  // how an LSA's header differs from a fresh first instance
  std::uint16_t age_s = 1;
  std::int32_t sequence = 1;
  AreaId area{0, ospf3_domain(0)};
};

template <class Lsa>
HeardLsa heard3(Time time, ospf3::LsaType type, std::uint32_t id, RouterId router, const Lsa& body,
                Said3 said = {}) {
  ospf3::LsaHeader header;
  header.age_s = said.age_s;
  header.key = {type, Ipv4{id}, router};
  header.sequence = said.sequence;
  return *heard_lsa(time, 0, said.area, ospf3::write_lsa(header, body));
}

inline HeardLsa heard_router3(Time time, RouterId router, std::vector<ospf3::RouterLink> links,
                              Said3 said = {}, bool abr = false, bool asbr = false,
                              std::uint32_t options = kRouterOptions) {
  return heard3(time, ospf3::LsaType::kRouter, 0, router,
                ospf3::RouterLsa{false, false, asbr, abr, options, std::move(links)}, said);
}

// A point-to-point link from own interface `from` to the neighbour's `to`.
inline ospf3::RouterLink link3(RouterId neighbor, std::uint32_t from, std::uint32_t to, std::uint16_t cost) {
  return {ospf3::LinkType::kPointToPoint, cost, from, to, neighbor};
}
// A link into the network whose designated router's interface is `to`.
inline ospf3::RouterLink transit3(RouterId designated, std::uint32_t from, std::uint32_t to,
                                  std::uint16_t cost) {
  return {ospf3::LinkType::kTransit, cost, from, to, designated};
}

inline ospf3::PrefixField field3(std::string_view prefix, std::uint16_t metric = 0,
                                 std::uint8_t options = 0) {
  return ospf3::from_prefix(*parse_prefix(prefix), metric, options);
}

// The prefixes of a router itself.
inline HeardLsa heard_prefixes3(Time time, RouterId router, std::vector<ospf3::PrefixField> prefixes,
                                Said3 said = {}) {
  return heard3(time, ospf3::LsaType::kIntraAreaPrefix, 0, router,
                ospf3::IntraAreaPrefixLsa{{ospf3::LsaType::kRouter, Ipv4{}, router}, std::move(prefixes)},
                said);
}

}  // namespace anemone

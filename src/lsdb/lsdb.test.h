// A network to tell stories about: LSAs from words, for the tests of this folder and the next.
#pragma once

#include <string_view>
#include <vector>

#include "lsdb/lsdb_history.h"

namespace anemone {

constexpr Time kStart = Time{std::chrono::seconds(1'000'000)};
constexpr AreaId kArea0{0};

inline Ipv4 ip(std::string_view text) { return *parse_ipv4(text); }

struct Said {  // how an LSA's header differs from a fresh first instance
  std::uint16_t age_s = 1;
  std::int32_t sequence = 1;
  std::uint8_t options = ospf::kOptionExternal;
  AreaId area{};
};

template <class Lsa>
HeardLsa heard(Time time, ospf::LsaType type, Ipv4 id, RouterId router, const Lsa& body, Said said = {}) {
  ospf::LsaHeader header;
  header.age_s = said.age_s;
  header.options = said.options;
  header.key = {type, id, router};
  header.sequence = said.sequence;
  return *heard_lsa(time, 0, said.area, ospf::write_lsa(header, body));
}

inline std::vector<std::uint8_t> bytes_of(const HeardLsa& lsa) {
  return {lsa.bytes.view().begin(), lsa.bytes.view().end()};
}

inline HeardLsa heard_router(Time time, RouterId router, std::vector<ospf::RouterLink> links, Said said = {},
                             bool abr = false, bool asbr = false) {
  return heard(time, ospf::LsaType::kRouter, router, router,
               ospf::RouterLsa{false, asbr, abr, std::move(links)}, said);
}

inline ospf::RouterLink stub(std::string_view network, std::string_view mask, std::uint16_t cost) {
  return {ip(network), ip(mask), ospf::LinkType::kStub, cost};
}
inline ospf::RouterLink to_router(std::string_view neighbour, std::string_view own, std::uint16_t cost) {
  return {ip(neighbour), ip(own), ospf::LinkType::kPointToPoint, cost};
}
inline ospf::RouterLink to_network(std::string_view designated, std::string_view own, std::uint16_t cost) {
  return {ip(designated), ip(own), ospf::LinkType::kTransit, cost};
}

}  // namespace anemone

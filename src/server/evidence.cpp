#include "server/evidence.h"

#include <algorithm>
#include <map>

namespace anemone {
namespace {

using ospf::LinkType;
using ospf::LsaType;

std::string router_link_line(const ospf::RouterLink& link) {
  const std::string cost = " cost " + std::to_string(link.cost);
  switch (link.type) {
    case LinkType::kPointToPoint:
      return "to router " + print_address(link.id) + " from " + print_address(link.data) + cost;
    case LinkType::kTransit:
      return "to network of " + print_address(link.id) + " from " + print_address(link.data) + cost;
    case LinkType::kStub:
      return "stub " + print_address(link.id) + " mask " + print_address(link.data) + cost;
    case LinkType::kVirtual:
      return "virtual link to " + print_address(link.id) + " from " + print_address(link.data) + cost;
  }
  return "link of an unknown type" + cost;
}

std::vector<std::string> router_lines(const ospf::RouterLsa& lsa) {
  std::vector<std::string> lines;
  if (lsa.abr) lines.emplace_back("area border router");
  if (lsa.asbr) lines.emplace_back("AS boundary router");
  if (lsa.virtual_endpoint) lines.emplace_back("end of a virtual link");
  for (const ospf::RouterLink& link : lsa.links) lines.push_back(router_link_line(link));
  return lines;
}

std::vector<std::string> byte_lines(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < bytes.size() && i < 1024; ++i) {
    if (i % 16 == 0) lines.emplace_back();
    lines.back() += kDigits[bytes[i] >> 4];
    lines.back() += kDigits[bytes[i] & 15];
    if (i % 2 == 1) lines.back() += ' ';
  }
  return lines;
}

std::vector<std::string> ospf2_lines(LsaType type, Bytes body) {
  std::vector<std::string> lines;
  if (type == LsaType::kRouter) {
    if (auto lsa = ospf::read_router_lsa(body)) return router_lines(*lsa);
  } else if (type == LsaType::kNetwork) {
    if (auto lsa = ospf::read_network_lsa(body)) {
      lines.push_back("mask " + print_address(lsa->mask));
      for (RouterId router : lsa->routers) lines.push_back("router " + print_address(router));
      return lines;
    }
  } else if (type == LsaType::kSummary || type == LsaType::kAsbrSummary) {
    if (auto lsa = ospf::read_summary_lsa(body)) {
      return {"mask " + print_address(lsa->mask), "cost " + std::to_string(lsa->cost)};
    }
  } else if (type == LsaType::kExternal || type == LsaType::kNssa) {
    if (auto lsa = ospf::read_external_lsa(body)) {
      return {"mask " + print_address(lsa->mask),
              std::string("type ") + (lsa->type2 ? "2" : "1") + " cost " + std::to_string(lsa->cost),
              "forwarding " + print_address(lsa->forwarding), "tag " + std::to_string(lsa->tag)};
    }
  }
  return byte_lines(body);
}

LsaAnswer told(const LsdbKey& key, const StoredLsa& lsa, Time now, const std::vector<std::string>& vantages) {
  LsaAnswer answer;
  answer.sequence = lsa.instance.sequence;
  answer.age_s = protocol_of(key.area.domain) == Protocol::kIsis ? lsa.left_s(now) : lsa.age_s(now);
  answer.arrived = lsa.arrived;
  if (lsa.vantage < vantages.size()) answer.vantage = vantages[lsa.vantage];
  answer.lines = lsa_lines(key, lsa);
  return answer;
}

bool same_contents(const LsdbKey& key, const StoredLsa& a, const StoredLsa& b) {
  if (a.bytes.view().data() == b.bytes.view().data()) return true;
  return lsa_lines(key, a) == lsa_lines(key, b);
}

}  // namespace

std::vector<std::string> lsa_lines(const LsdbKey& key, const StoredLsa& lsa) {
  if (protocol_of(key.area.domain) == Protocol::kOspf2) {
    return ospf2_lines(static_cast<LsaType>(key.type), lsa.body());
  }
  return byte_lines(lsa.bytes);
}

std::vector<EvidenceAnswer> evidence_between(const Lsdb& before, const Lsdb& after,
                                             const std::vector<std::string>& vantages) {
  struct Sides {
    const StoredLsa* before = nullptr;
    const StoredLsa* after = nullptr;
  };
  std::map<LsdbKey, Sides> sides;
  before.each([&](const LsdbKey& key, const StoredLsa& lsa) { sides[key].before = &lsa; });
  after.each([&](const LsdbKey& key, const StoredLsa& lsa) { sides[key].after = &lsa; });
  std::vector<EvidenceAnswer> evidence;
  for (const auto& [key, both] : sides) {
    if (both.before != nullptr && both.after != nullptr && same_contents(key, *both.before, *both.after)) {
      continue;
    }
    if (evidence.size() == kEvidenceMax) break;
    EvidenceAnswer& answer = evidence.emplace_back();
    answer.area = print_area(key.area);
    answer.type = print_lsa_type(key);
    answer.id = print_lsa_id(key);
    answer.advertising_router = print_address(key.router);
    if (both.before != nullptr) answer.before = told(key, *both.before, before.time(), vantages);
    if (both.after != nullptr) answer.after = told(key, *both.after, after.time(), vantages);
  }
  return evidence;
}

}  // namespace anemone

#include "host/host_place.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "host/netlink.h"
#include "host/process_files.h"

namespace anemone {
namespace {

// A default route's next hop, and how little it is preferred.
struct Gateway {
  std::uint32_t metric = 0;
  IpAddress address;
};

std::optional<HostAddress> read_host_address(Bytes body) {
  const auto header = from_kernel<ifaddrmsg>(body);
  if (body.size() <= sizeof header || header.ifa_scope >= RT_SCOPE_LINK) return std::nullopt;
  HostAddress found{{}, header.ifa_prefixlen, header.ifa_index};
  IpAddress local;  // where the link is point-to-point, IFA_ADDRESS is the other end
  std::uint32_t flags = header.ifa_flags;
  for_each_attribute(body.subspan(sizeof header), [&](std::uint16_t type, Bytes value) {
    if (type == IFA_LOCAL) local = address_from_kernel(value);
    if (type == IFA_ADDRESS) found.address = address_from_kernel(value);
    if (type == IFA_FLAGS) flags = from_kernel<std::uint32_t>(value);
  });
  if (!local.is_none()) found.address = local;
  const bool held_back =
      (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0 && (flags & IFA_F_OPTIMISTIC) == 0;
  if (found.address.is_none() || held_back) return std::nullopt;
  return found;
}

// RTA_VIA: a next hop of another family.
IpAddress via(Bytes value) {
  return value.size() <= sizeof(rtvia) ? IpAddress{} : address_from_kernel(value.subspan(sizeof(rtvia)));
}

template <class Take>
void each_gateway(Bytes attributes, Take take) {
  for_each_attribute(attributes, [&](std::uint16_t type, Bytes value) {
    if (type == RTA_GATEWAY) take(address_from_kernel(value));
    if (type == RTA_VIA) take(via(value));
  });
}

// The next hops of equal-cost routes.
template <class Take>
void each_hop(Bytes hops, Take take) {
  while (hops.size() >= sizeof(rtnexthop)) {
    const auto hop = from_kernel<rtnexthop>(hops);
    if (hop.rtnh_len < sizeof hop || hop.rtnh_len > hops.size()) return;
    each_gateway(hops.subspan(sizeof hop, hop.rtnh_len - sizeof hop), take);
    const std::size_t step = RTNH_ALIGN(hop.rtnh_len);
    hops = hops.subspan(std::min<std::size_t>(step, hops.size()));
  }
}

void read_route(Bytes body, std::vector<Gateway>& gateways) {
  const auto header = from_kernel<rtmsg>(body);
  if (body.size() <= sizeof header || header.rtm_dst_len != 0 || header.rtm_type != RTN_UNICAST) return;
  const Bytes attributes = body.subspan(sizeof header);
  std::uint32_t table = header.rtm_table;
  std::uint32_t metric = 0;
  for_each_attribute(attributes, [&](std::uint16_t type, Bytes value) {
    if (type == RTA_TABLE) table = from_kernel<std::uint32_t>(value);
    if (type == RTA_PRIORITY) metric = from_kernel<std::uint32_t>(value);
  });
  if (table != RT_TABLE_MAIN) return;
  const auto take = [&](const IpAddress& address) {
    if (!address.is_none()) gateways.push_back({metric, address});
  };
  each_gateway(attributes, take);
  for_each_attribute(attributes, [&](std::uint16_t type, Bytes value) {
    if (type == RTA_MULTIPATH) each_hop(value, take);
  });
}

bool is_on(const std::string& path) { return small_file(path).starts_with('1'); }

}  // namespace

Result<HostPlace> host_place(const HostPaths& paths) {
  auto netlink = Netlink::open(NETLINK_ROUTE);
  if (!netlink) return netlink.error().in("addresses");
  HostPlace place;
  const ifaddrmsg addresses{};
  auto asked =
      netlink->ask(RTM_GETADDR, NetlinkAsk::kAll, bytes_of(addresses), [&](std::uint16_t type, Bytes body) {
        if (type != RTM_NEWADDR) return;
        if (const auto address = read_host_address(body)) place.addresses.push_back(*address);
      });
  if (!asked) return asked.error().in("addresses");
  std::vector<Gateway> gateways;
  const rtmsg routes{};
  asked = netlink->ask(RTM_GETROUTE, NetlinkAsk::kAll, bytes_of(routes), [&](std::uint16_t type, Bytes body) {
    if (type != RTM_NEWROUTE) return;
    ++place.routes;
    read_route(body, gateways);
  });
  if (!asked) return asked.error().in("routes");
  std::sort(place.addresses.begin(), place.addresses.end());
  std::stable_sort(gateways.begin(), gateways.end(),
                   [](const Gateway& a, const Gateway& b) { return a.metric < b.metric; });
  for (const Gateway& gateway : gateways) {
    if (std::find(place.gateways.begin(), place.gateways.end(), gateway.address) == place.gateways.end())
      place.gateways.push_back(gateway.address);
  }
  place.forwards = is_on(paths.proc + "/sys/net/ipv4/ip_forward") ||
                   is_on(paths.proc + "/sys/net/ipv6/conf/all/forwarding");
  return place;
}

}  // namespace anemone

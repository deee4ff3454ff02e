#include "host/tunnel_interfaces.h"

#include <dirent.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "base/text.h"
#include "host/netlink.h"
#include "host/process_files.h"

namespace anemone {
namespace {

struct Technology {
  std::string_view word;
  std::string_view technology;
};

std::string_view find_technology(std::span<const Technology> table, std::string_view word) {
  for (const Technology& known : table) {
    if (known.word == word) return known.technology;
  }
  return {};
}

constexpr std::array kKinds = std::to_array<Technology>({
    {"vxlan", "vxlan"},
    {"geneve", "geneve"},
    {"gre", "gre"},
    {"gretap", "gre"},
    {"ip6gre", "gre"},
    {"ip6gretap", "gre"},
    {"erspan", "erspan"},
    {"ipip", "ipip"},
    {"sit", "6in4"},
    {"ip6tnl", "6in6"},
    {"wireguard", "wireguard"},
    {"ovpn", "openvpn"},
    {"xfrm", "esp"},
    {"vti", "esp"},
    {"vti6", "esp"},
    {"gtp", "gtp"},
    {"l2tpeth", "l2tp"},
    {"ppp", "ppp"},
    {"tun", "tun"},
    {"bareudp", "mpls-in-udp"},
});

constexpr std::array kHolders = std::to_array<Technology>({
    {"openvpn", "openvpn"},
    {"wireguard-go", "wireguard"},
    {"boringtun", "wireguard"},
    {"boringtun-cli", "wireguard"},
    {"tailscaled", "wireguard"},
    {"openconnect", "openconnect"},
    {"vpnc", "esp"},
    {"charon", "esp"},
    {"charon-systemd", "esp"},
    {"xl2tpd", "l2tp"},
});

// The kernel keeps devices of these kinds in every namespace, for packets that no tunnel takes.
bool is_fallback(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames = {"tunl0",   "gre0",    "gretap0", "erspan0", "sit0",
                                                      "ip6tnl0", "ip6gre0", "ip_vti0", "ip6_vti0"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Where a kind of tunnel keeps what we want to know: attributes' numbers, 0 where it has none.
struct Places {
  std::uint16_t id = 0;
  bool id_network_order = false;
  std::uint16_t port = 0;
  std::array<std::uint16_t, 2> local{};  // of IPv4 and of IPv6
  std::array<std::uint16_t, 2> remote{};
};

Places places_of(std::string_view kind) {
  if (kind == "vxlan") {
    return {IFLA_VXLAN_ID,
            false,
            IFLA_VXLAN_PORT,
            {IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6},
            {IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6}};
  }
  if (kind == "geneve") {
    return {IFLA_GENEVE_ID, false, IFLA_GENEVE_PORT, {}, {IFLA_GENEVE_REMOTE, IFLA_GENEVE_REMOTE6}};
  }
  if (kind == "gre" || kind == "gretap" || kind == "ip6gre" || kind == "ip6gretap" || kind == "erspan") {
    return {IFLA_GRE_OKEY, true, 0, {IFLA_GRE_LOCAL, 0}, {IFLA_GRE_REMOTE, 0}};
  }
  if (kind == "ipip" || kind == "sit" || kind == "ip6tnl") {
    return {0, false, 0, {IFLA_IPTUN_LOCAL, 0}, {IFLA_IPTUN_REMOTE, 0}};
  }
  if (kind == "vti" || kind == "vti6") {
    return {IFLA_VTI_OKEY, true, 0, {IFLA_VTI_LOCAL, 0}, {IFLA_VTI_REMOTE, 0}};
  }
  if (kind == "xfrm") return {IFLA_XFRM_IF_ID, false, 0, {}, {}};
  return {};
}

void read_tunnel_data(HostInterface& interface, Bytes data) {
  const Places places = places_of(interface.kind);
  const auto is = [](const std::array<std::uint16_t, 2>& wanted, std::uint16_t type) {
    return type != 0 && (type == wanted[0] || type == wanted[1]);
  };
  for_each_attribute(data, [&](std::uint16_t type, Bytes value) {
    if (type == places.id && type != 0) {
      const auto id = from_kernel<std::uint32_t>(value);
      interface.id = places.id_network_order ? ntohl(id) : id;
    } else if (type == places.port && type != 0) {
      interface.port = ntohs(from_kernel<std::uint16_t>(value));
    } else if (is(places.local, type)) {
      interface.local = address_from_kernel(value);
    } else if (is(places.remote, type)) {
      interface.remote = address_from_kernel(value);
    }
  });
}

std::string text_of(Bytes value) {
  return {reinterpret_cast<const char*>(value.data()),
          static_cast<std::size_t>(std::find(value.begin(), value.end(), 0) - value.begin())};
}

HostInterface read_interface(Bytes body) {
  const auto header = from_kernel<ifinfomsg>(body);
  HostInterface interface;
  interface.index = static_cast<std::uint32_t>(header.ifi_index);
  interface.loopback = (header.ifi_flags & IFF_LOOPBACK) != 0;
  if (body.size() <= sizeof header) return interface;
  Bytes data;
  for_each_attribute(body.subspan(sizeof header), [&](std::uint16_t type, Bytes value) {
    if (type == IFLA_IFNAME) interface.name = text_of(value);
    if (type == IFLA_MASTER) interface.master = from_kernel<std::uint32_t>(value);
    if (type == IFLA_LINK) interface.lower = from_kernel<std::uint32_t>(value);
    if (type == IFLA_MTU) interface.mtu = from_kernel<std::uint32_t>(value);
    if (type != IFLA_LINKINFO) return;
    for_each_attribute(value, [&](std::uint16_t inner, Bytes info) {
      if (inner == IFLA_INFO_KIND) interface.kind = text_of(info);
      if (inner == IFLA_INFO_DATA) data = info;
    });
  });
  interface.technology = is_fallback(interface.name) ? "" : find_technology(kKinds, interface.kind);
  if (interface.is_tunnel()) read_tunnel_data(interface, data);
  return interface;
}

// Calls `hold` for each tun or tap interface that the process has open.
template <class Hold>
void each_held(const std::string& process, Hold hold) {
  DIR* folder = ::opendir((process + "/fd").c_str());
  if (folder == nullptr) return;
  std::array<char, 64> target;
  while (const dirent* entry = ::readdir(folder)) {
    const ssize_t got = ::readlinkat(::dirfd(folder), entry->d_name, target.data(), target.size());
    if (got <= 0 || std::string_view(target.data(), static_cast<std::size_t>(got)) != "/dev/net/tun")
      continue;
    const std::string fdinfo = small_file(process + "/fdinfo/" + entry->d_name);
    if (const auto name = tun_name(fdinfo); !name.empty()) hold(std::string(name));
  }
  ::closedir(folder);
}

// In which network namespace a process is; empty when that may not be read.
std::string network_of(const std::string& process) {
  std::array<char, 64> name{};
  const ssize_t size = ::readlink((process + "/ns/net").c_str(), name.data(), name.size());
  return size > 0 ? std::string(name.data(), static_cast<std::size_t>(size)) : std::string{};
}

// Every network namespace may have a tun0: a holder in ours goes before others.
std::map<std::string, std::uint32_t> tun_holders(const std::string& proc) {
  std::map<std::string, std::uint32_t> holders;
  const std::string ours = network_of(proc + "/self");
  DIR* folder = ::opendir(proc.c_str());
  if (folder == nullptr) return holders;
  while (const dirent* entry = ::readdir(folder)) {
    const auto pid = parse_u64(entry->d_name);
    if (!pid) continue;
    const std::string process = proc + "/" + entry->d_name;
    each_held(process, [&](std::string name) {
      const auto [holder, added] = holders.try_emplace(std::move(name), static_cast<std::uint32_t>(*pid));
      if (!added && network_of(process) == ours) holder->second = static_cast<std::uint32_t>(*pid);
    });
  }
  ::closedir(folder);
  return holders;
}

void find_holders(std::vector<HostInterface>& interfaces, const std::string& proc) {
  const auto is_tun = [](const HostInterface& interface) { return interface.kind == "tun"; };
  if (std::none_of(interfaces.begin(), interfaces.end(), is_tun)) return;
  const auto holders = tun_holders(proc);
  for (HostInterface& interface : interfaces) {
    const auto holder = holders.find(interface.name);
    if (!is_tun(interface) || holder == holders.end()) continue;
    const auto stat = process_stat(proc, holder->second);
    if (!stat) continue;
    interface.holder.pid = holder->second;
    interface.holder.started_ns = stat->started_ns;
    std::copy_n(stat->comm.begin(), std::min(stat->comm.size(), interface.holder.comm.size() - 1),
                interface.holder.comm.begin());
    interface.technology = technology_of_holder(stat->comm);
  }
}

}  // namespace

std::string_view technology_of_holder(std::string_view comm) {
  const auto found = find_technology(kHolders, comm);
  return found.empty() ? "tun" : found;
}

std::string_view tun_name(std::string_view fdinfo) {
  for (const std::string_view line : split(fdinfo, '\n')) {
    if (line.starts_with("iff:")) return trim(line.substr(4));
  }
  return {};
}

Result<std::vector<HostInterface>> host_interfaces(const HostPaths& paths) {
  auto netlink = Netlink::open(NETLINK_ROUTE);
  if (!netlink) return netlink.error().in("interfaces");
  std::vector<HostInterface> interfaces;
  ifinfomsg request{};
  const auto asked =
      netlink->ask(RTM_GETLINK, NetlinkAsk::kAll, bytes_of(request), [&](std::uint16_t type, Bytes body) {
        if (type == RTM_NEWLINK) interfaces.push_back(read_interface(body));
      });
  if (!asked) return asked.error().in("interfaces");
  std::sort(interfaces.begin(), interfaces.end(),
            [](const HostInterface& a, const HostInterface& b) { return a.index < b.index; });
  find_holders(interfaces, paths.proc);
  return interfaces;
}

const HostInterface* interface_by_index(const std::vector<HostInterface>& interfaces, std::uint32_t index) {
  const auto found = std::lower_bound(
      interfaces.begin(), interfaces.end(), index,
      [](const HostInterface& interface, std::uint32_t wanted) { return interface.index < wanted; });
  return found != interfaces.end() && found->index == index ? &*found : nullptr;
}

}  // namespace anemone

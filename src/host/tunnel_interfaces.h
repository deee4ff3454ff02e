// Which network interfaces this host has, and which of them are tunnels: of what kind, from where to where.
//
// What goes through a tunnel is seen twice: inside, on the tunnel's interface, with the program that sent it;
// outside, on the way, with the addresses of the tunnel's ends. What is said here joins the two. A tunnel in
// user space (tun, tap) is told by the process that holds it: OpenVPN, wireguard-go.
//
// Asked for anew each time: a dump from the kernel, and where there are tun or tap interfaces a look through
// /proc for those that hold /dev/net/tun. Each ten seconds is often enough.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "host/host_paths.h"
#include "host/process_seen.h"
#include "net/address.h"

namespace anemone {

struct HostInterface {
  std::uint32_t index = 0;
  std::string name;
  std::string kind;  // its driver as the kernel calls it: "bridge", "vxlan"; empty: hardware, loopback
  std::uint32_t master = 0;  // the index of the bridge or bond that it is a port of; 0: none
  std::uint32_t lower = 0;   // the index of the interface that it stands on, as a VLAN does; 0: none
  std::uint32_t mtu = 0;
  bool loopback = false;

  // Empty: it is no tunnel. As flow records say it: "vxlan", "gre", "ipip", "6in4", "wireguard", "openvpn";
  // "tun" where the process that holds it is not known.
  std::string technology;
  std::uint32_t id = 0;    // VNI, GRE key, XFRM id; 0: none
  std::uint16_t port = 0;  // of UDP, where the tunnel has one; 0: unknown
  IpAddress local;         // ::: unknown
  IpAddress remote;        // ::: unknown, or many
  ProcessSeen holder;      // of tun and tap; pid 0: nobody, or not ours to see

  bool is_tunnel() const { return !technology.empty(); }
};

// Of this network namespace, in the order of their indices.
Result<std::vector<HostInterface>> host_interfaces(const HostPaths& paths = {});

// Null where there is none.
const HostInterface* interface_by_index(const std::vector<HostInterface>& interfaces, std::uint32_t index);

// What a process that holds a tun interface makes of it: "openvpn", "wireguard"; "tun" when that is not
// known.
std::string_view technology_of_holder(std::string_view comm);

// The name in the line "iff:" of /proc/PID/fdinfo/FD; empty without.
std::string_view tun_name(std::string_view fdinfo);

}  // namespace anemone

#include "host/tunnel_interfaces.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

using namespace anemone;

namespace {

const HostInterface* named(const std::vector<HostInterface>& interfaces, std::string_view name) {
  for (const HostInterface& interface : interfaces) {
    if (interface.name == name) return &interface;
  }
  return nullptr;
}

// Runs `look` in a network namespace of its own; what it answers, or -1 where we may not have one.
template <class Look>
int in_namespace(Look look) {
  const pid_t child = ::fork();
  if (child == 0) _exit(::unshare(CLONE_NEWNET) == 0 ? look() : 99);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) != 99 ? WEXITSTATUS(status) : -1;
}

bool run(const std::string& command) { return std::system((command + " 2>/dev/null").c_str()) == 0; }

int look_at_kernel_tunnels() {
  if (!run("ip link add vx0 type vxlan id 4711 local 10.0.0.1 remote 10.0.0.2 dstport 4790")) return 98;
  run("ip link add br0 type bridge && ip link add v0 type veth peer name v1 && ip link set v0 master br0");
  const auto interfaces = host_interfaces();
  if (!interfaces) return 1;
  const HostInterface* vxlan = named(*interfaces, "vx0");
  if (vxlan == nullptr || vxlan->technology != "vxlan" || vxlan->id != 4711 || vxlan->port != 4790) return 2;
  if (print_address(vxlan->local) != "10.0.0.1" || print_address(vxlan->remote) != "10.0.0.2") return 3;
  const HostInterface* bridge = named(*interfaces, "br0");
  const HostInterface* port = named(*interfaces, "v0");
  if (bridge == nullptr || port == nullptr) return 4;
  if (bridge->is_tunnel() || port->is_tunnel() || port->master != bridge->index) return 5;
  const HostInterface* loopback = named(*interfaces, "lo");
  if (loopback == nullptr || !loopback->loopback) return 6;
  if (interface_by_index(*interfaces, vxlan->index) != vxlan) return 7;
  if (interface_by_index(*interfaces, 4'000'000) != nullptr) return 8;
  // What the kernel cannot do here is not looked for.
  if (run("ip link add g0 type gre local 10.0.0.1 remote 10.0.0.2 key 17")) {
    const auto more = host_interfaces();
    const HostInterface* gre = more ? named(*more, "g0") : nullptr;
    if (gre == nullptr || gre->technology != "gre" || gre->id != 17) return 9;
    if (print_address(gre->remote) != "10.0.0.2") return 10;
  }
  return 0;
}

int look_at_tun() {
  const int fd = ::open("/dev/net/tun", O_RDWR);
  if (fd < 0) return 98;
  ifreq request{};
  std::strcpy(request.ifr_name, "vpn0");
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (::ioctl(fd, TUNSETIFF, &request) != 0) return 98;
  const auto interfaces = host_interfaces();
  if (!interfaces) return 1;
  const HostInterface* tun = named(*interfaces, "vpn0");
  if (tun == nullptr || tun->kind != "tun" || tun->technology != "tun") return 2;
  if (tun->holder.pid != static_cast<std::uint32_t>(::getpid()) || tun->holder.started_ns == 0) return 3;
  if (std::string_view(tun->holder.comm.data()) != "test_host") return 4;
  return 0;
}

}  // namespace

TEST_CASE("the kernel's tunnels are known with their ends and numbers, a bridge's ports by their bridge") {
  const int answer = in_namespace(look_at_kernel_tunnels);
  if (answer == -1 || answer == 98) return;  // not root, or no such tunnel here
  CHECK(answer == 0);
}

TEST_CASE("a tunnel in user space is known by the process that holds it") {
  const int answer = in_namespace(look_at_tun);
  if (answer == -1 || answer == 98) return;
  CHECK(answer == 0);
}

TEST_CASE("what a process makes of a tun interface is told by its name") {
  CHECK(technology_of_holder("openvpn") == "openvpn");
  CHECK(technology_of_holder("wireguard-go") == "wireguard");
  CHECK(technology_of_holder("python3") == "tun");
  CHECK(tun_name("pos:\t0\nflags:\t0104002\nmnt_id:\t24\nino:\t91\niff:\ttun0\n") == "tun0");
  CHECK(tun_name("pos:\t0\n").empty());
  CHECK(tun_name("").empty());
}

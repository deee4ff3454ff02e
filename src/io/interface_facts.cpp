#include "io/interface_facts.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "io/text_file.h"

namespace anemone {
namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kProcFileMax = 64 << 20;

// One question after the other about an interface, over any socket.
class Asker {
 public:
  explicit Asker(const std::string& name) : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    std::strncpy(request_.ifr_name, name.c_str(), IFNAMSIZ - 1);
  }
  ~Asker() { close(socket_); }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  bool ask(unsigned long what) { return ioctl(socket_, what, &request_) == 0; }
  const ifreq& answer() const { return request_; }
  Ipv4 address() const {
    sockaddr_in in{};
    std::memcpy(&in, &request_.ifr_addr, sizeof in);
    return {ntohl(in.sin_addr.s_addr)};
  }

 private:
  int socket_;
  ifreq request_{};
};

// How frames of a device of that type begin. Tunnels are read from their network header on.
std::optional<std::size_t> link_header(unsigned short type) {
  switch (type) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
      return kEthernetHeader;
    case ARPHRD_PPP:
    case ARPHRD_NONE:
    case ARPHRD_TUNNEL:
    case ARPHRD_SIT:
    case ARPHRD_IPGRE:
      return 0;
    default:
      return std::nullopt;
  }
}

bool default_v4(std::string_view interface, std::string_view table) {
  for (std::string_view line : split(table, '\n')) {
    const auto column = words(line);  // Iface Destination Gateway Flags RefCnt Use Metric Mask ...
    if (column.size() >= 8 && column[0] == interface && column[1] == "00000000" && column[7] == "00000000") {
      return true;
    }
  }
  return false;
}

bool default_v6(std::string_view interface, std::string_view table) {
  const std::string any(32, '0');
  for (std::string_view line : split(table, '\n')) {
    const auto column = words(line);  // destination length source length next-hop metric ... flags device
    if (column.size() >= 10 && column[0] == any && column[1] == "00" && column.back() == interface &&
        interface != "lo") {  // the kernel keeps an unreachable default there
      return true;
    }
  }
  return false;
}

}  // namespace

Result<InterfaceFacts> interface_facts(const std::string& name) {
  if (name.empty() || name.size() >= IFNAMSIZ) return Error{"'" + name + "' is no name of an interface"};
  Asker kernel(name);
  InterfaceFacts facts;
  facts.name = name;
  if (!kernel.ask(SIOCGIFINDEX)) return Error{"there is no interface '" + name + "'"};
  facts.index = kernel.answer().ifr_ifindex;
  if (!kernel.ask(SIOCGIFHWADDR)) return Error{"'" + name + "' tells no link type"};
  const auto header = link_header(kernel.answer().ifr_hwaddr.sa_family);
  if (!header) {
    return Error{"'" + name + "' has frames of type " + std::to_string(kernel.answer().ifr_hwaddr.sa_family) +
                 ", which are not read"};
  }
  facts.link_header = *header;
  if (*header > 0) std::memcpy(facts.mac.data(), kernel.answer().ifr_hwaddr.sa_data, facts.mac.size());
  if (kernel.ask(SIOCGIFMTU))
    facts.mtu = static_cast<std::uint16_t>(std::min(kernel.answer().ifr_mtu, 65535));
  if (kernel.ask(SIOCGIFFLAGS)) {
    facts.up = (kernel.answer().ifr_flags & IFF_UP) != 0;
    facts.point_to_point = (kernel.answer().ifr_flags & IFF_POINTOPOINT) != 0;
  }
  if (kernel.ask(SIOCGIFADDR)) facts.address = kernel.address();
  if (facts.address && kernel.ask(SIOCGIFNETMASK)) facts.mask = kernel.address();
  return facts;
}

bool has_default_route(std::string_view interface, std::string_view v4, std::string_view v6) {
  return default_v4(interface, v4) || default_v6(interface, v6);
}

bool has_default_route(const std::string& interface) {
  const auto v4 = read_text_file("/proc/thread-self/net/route", kProcFileMax);
  const auto v6 = read_text_file("/proc/thread-self/net/ipv6_route", kProcFileMax);
  return has_default_route(interface, v4.value_or(""), v6.value_or(""));
}

}  // namespace anemone

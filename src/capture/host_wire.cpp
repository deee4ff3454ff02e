#include "capture/host_wire.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace anemone {
namespace {

// What linux/bpf.h calls BPF_TCX_INGRESS and BPF_TCX_EGRESS since 6.6.
constexpr auto kTcxIngress = static_cast<bpf_attach_type>(46);
constexpr auto kTcxEgress = static_cast<bpf_attach_type>(47);
constexpr std::uint32_t kHandle = 0xa4e;  // where among a clsact's filters ours stand
constexpr std::uint32_t kPriority = 0xa4e;

struct Side {
  bpf_tc_attach_point point;
  bpf_attach_type tcx;
  int program;
  std::string_view name;
};

bpf_tc_hook hook_at(std::uint32_t interface, int point) {
  bpf_tc_hook hook{};
  hook.sz = sizeof hook;
  hook.ifindex = static_cast<int>(interface);
  hook.attach_point = static_cast<bpf_tc_attach_point>(point);
  return hook;
}

bpf_tc_opts our_place() {
  bpf_tc_opts place{};
  place.sz = sizeof place;
  place.handle = kHandle;
  place.priority = kPriority;
  return place;
}

bool is_called(std::uint32_t program, std::string_view name) {
  const int fd = bpf_prog_get_fd_by_id(program);
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  const bool same = fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && name == info.name;
  if (fd >= 0) close(fd);
  return same;
}

// Bytes before the packet in the frames of an interface.
std::uint32_t frame_head(const std::string& name) {
  ifreq request{};
  std::copy_n(name.begin(), std::min<std::size_t>(name.size(), IFNAMSIZ - 1), request.ifr_name);
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool told = any >= 0 && ioctl(any, SIOCGIFHWADDR, &request) == 0;
  if (any >= 0) close(any);
  if (!told) return kHostHeadUnknown;
  switch (request.ifr_hwaddr.sa_family) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
      return ETH_HLEN;
    case ARPHRD_NONE:  // tun, WireGuard
      return 0;
    default:
      return kHostHeadUnknown;
  }
}

std::vector<HostPassed> on_each_processor(const HostPassed& same) {
  return std::vector(static_cast<std::size_t>(std::max(libbpf_num_possible_cpus(), 1)), same);
}

}  // namespace

struct HostWire::Impl {
  struct Place {
    std::string name;
    std::uint32_t interface;
    std::array<int, 2> links{-1, -1};  // tcx
    std::array<bool, 2> has_filter{};  // a clsact's, at each side
    bool made_clsact = false;
    bool has_row = false;  // else its totals stand under its number
  };

  std::array<Side, 2> sides() const {
    return {Side{BPF_TC_INGRESS, kTcxIngress, kernel.program_in, "host_wire_in"},
            Side{BPF_TC_EGRESS, kTcxEgress, kernel.program_out, "host_wire_out"}};
  }
  Result<void> add(const std::string& name);
  bool link(Place& place) const;
  Result<void> filter(Place& place) const;
  void leave(const Place& place) const;
  bool set_totals(Place& place, std::uint32_t head) const;
  std::vector<HostPassed> totals_of(const Place& place) const;

  Kernel kernel;
  WireAttachment how;
  std::vector<Place> places;
};

HostWire::HostWire(Kernel kernel, WireAttachment how) : impl_(new Impl{kernel, how, {}}) {}
HostWire::HostWire(HostWire&&) noexcept = default;
HostWire& HostWire::operator=(HostWire&&) noexcept = default;

HostWire::~HostWire() {
  if (!impl_) return;
  for (const Impl::Place& place : impl_->places) impl_->leave(place);
}

bool HostWire::Impl::link(Place& place) const {
  if (how != WireAttachment::kBest) return false;
  for (std::size_t i = 0; i < 2; ++i) {
    const Side side = sides()[i];
    place.links[i] = bpf_link_create(side.program, static_cast<int>(place.interface), side.tcx, nullptr);
    if (place.links[i] < 0) {
      if (i == 1) close(std::exchange(place.links[0], -1));
      return false;
    }
  }
  return true;
}

Result<void> HostWire::Impl::filter(Place& place) const {
  bpf_tc_hook both = hook_at(place.interface, BPF_TC_INGRESS | BPF_TC_EGRESS);
  const int made = bpf_tc_hook_create(&both);
  if (made != 0 && made != -EEXIST) return Error{place.name + ": tc's clsact: " + std::strerror(-made)};
  place.made_clsact = made == 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const Side side = sides()[i];
    const bpf_tc_hook hook = hook_at(place.interface, side.point);
    bpf_tc_opts there = our_place();
    if (bpf_tc_query(&hook, &there) == 0) {
      if (!is_called(there.prog_id, side.name)) {
        return Error{place.name + ": another tc filter stands where ours should (priority " +
                     std::to_string(kPriority) + ", handle " + std::to_string(kHandle) + "); remove it"};
      }
      place.made_clsact = true;  // by one of us that was killed
    }
    bpf_tc_opts ours = our_place();
    ours.prog_fd = side.program;
    ours.flags = BPF_TC_F_REPLACE;
    if (const int error = bpf_tc_attach(&hook, &ours); error != 0) {
      return Error{place.name + ": tc filter: " + std::strerror(-error)};
    }
    place.has_filter[i] = true;
  }
  return {};
}

void HostWire::Impl::leave(const Place& place) const {
  const std::uint32_t row = place.interface % kHostInterfaces;
  if (place.has_row) {
    const auto nothing = on_each_processor({});
    bpf_map_update_elem(kernel.rows, &row, nothing.data(), BPF_ANY);
  } else {
    bpf_map_delete_elem(kernel.totals, &place.interface);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    if (place.links[i] >= 0) close(place.links[i]);
    if (!place.has_filter[i]) continue;
    const bpf_tc_hook hook = hook_at(place.interface, sides()[i].point);
    const bpf_tc_opts ours = our_place();
    bpf_tc_detach(&hook, &ours);
  }
  if (!place.made_clsact) return;
  bpf_tc_hook both = hook_at(place.interface, BPF_TC_INGRESS | BPF_TC_EGRESS);
  bpf_tc_hook_destroy(&both);
}

// Under the last byte of its number if no other stands there, else under all of it.
bool HostWire::Impl::set_totals(Place& place, std::uint32_t head) const {
  HostPassed none{};
  none.head = head;
  none.interface = place.interface;
  const auto nothing = on_each_processor(none);
  const std::uint32_t row = place.interface % kHostInterfaces;
  place.has_row = std::none_of(places.begin(), places.end(), [&](const Place& other) {
    return other.has_row && other.interface % kHostInterfaces == row;
  });
  const int map = place.has_row ? kernel.rows : kernel.totals;
  const std::uint32_t* key = place.has_row ? &row : &place.interface;
  return bpf_map_update_elem(map, key, nothing.data(), BPF_ANY) == 0;
}

// On each processor; none when it is not there.
std::vector<HostPassed> HostWire::Impl::totals_of(const Place& place) const {
  auto each = on_each_processor({});
  const std::uint32_t row = place.interface % kHostInterfaces;
  const int map = place.has_row ? kernel.rows : kernel.totals;
  if (bpf_map_lookup_elem(map, place.has_row ? &row : &place.interface, each.data()) != 0) return {};
  return each;
}

Result<void> HostWire::Impl::add(const std::string& name) {
  Place place{name, if_nametoindex(name.c_str())};
  if (place.interface == 0) return Error{name + ": no such interface"};
  if (!set_totals(place, frame_head(name))) {
    return Error{name + ": more interfaces than the " + std::to_string(kHostInterfaces) +
                 " that are counted"};
  }
  if (!link(place)) {
    if (auto filtered = filter(place); !filtered) {
      leave(place);
      return filtered;
    }
  }
  places.push_back(place);
  return {};
}

Result<void> HostWire::set(const std::vector<std::string>& names) {
  std::erase_if(impl_->places, [&](const Impl::Place& place) {
    const bool stays = std::find(names.begin(), names.end(), place.name) != names.end() &&
                       if_nametoindex(place.name.c_str()) == place.interface;
    if (!stays) impl_->leave(place);
    return !stays;
  });
  std::string problems;
  for (const std::string& name : names) {
    const auto same = [&](const Impl::Place& place) { return place.name == name; };
    if (std::any_of(impl_->places.begin(), impl_->places.end(), same)) continue;
    if (auto added = impl_->add(name); !added)
      problems += (problems.empty() ? "" : "; ") + added.error().message;
  }
  if (!problems.empty()) return Error{"what has no socket is not counted everywhere: " + problems};
  return {};
}

std::vector<HostWire::Total> HostWire::totals() const {
  std::vector<Total> all;
  for (const Impl::Place& place : impl_->places) {
    Total total{place.interface, {}};
    for (const HostPassed& one : impl_->totals_of(place)) {
      for (std::size_t i = 0; i < 2; ++i) {
        total.passed.packets[i] += one.packets[i];
        total.passed.bytes[i] += one.bytes[i];
        total.passed.lost_packets[i] += one.lost_packets[i];
        total.passed.lost_bytes[i] += one.lost_bytes[i];
        total.passed.other[i] += one.other[i];
      }
    }
    all.push_back(total);
  }
  return all;
}

}  // namespace anemone

// An Owner is what the program behind traffic is called: process, executable, user, unit, container.
//
// It comes from the socket, never from port numbers. What no program owns has an Owner too, under a name in
// brackets, so that it is a row like any other and nothing is left out.
//
// An OwnerTable numbers them. Owners without pid repeat, and the table stays small; pids stand beside the
// number where they are wanted (capture/micro_flow.h). Bounded by `owners_max`: one beyond is kOtherOwner,
// and counted. One thread at a time.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/index.h"

namespace anemone {

using OwnerId = Index<struct OwnerTag>;
using ApplicationId = Index<struct ApplicationTag>;  // a name in a NameTable

struct Owner {
  std::string process;     // as the kernel calls it (comm, 15 bytes): "nginx"; "(kernel)" and the like
  std::string executable;  // "/usr/sbin/nginx"; empty when it could not be learnt, as of a process long gone
  std::string user;        // "www-data", or the number where it has no name
  std::string unit;        // systemd's: "nginx.service"; empty outside of units
  std::string container;   // its id, 12 hex digits or what the runtime says; empty outside of containers

  auto operator<=>(const Owner&) const = default;
};

// Always there, in this order.
inline constexpr OwnerId kUnknownOwner{0};    // "(unknown)": a socket whose process nobody saw
inline constexpr OwnerId kKernelOwner{1};     // "(kernel)": the kernel's own: echo replies, resets, tunnels
inline constexpr OwnerId kForwardedOwner{2};  // "(forwarded)": passes through this host
inline constexpr OwnerId kNoSocketOwner{3};   // "(no socket)": came in, and no socket took it
inline constexpr OwnerId kOtherOwner{4};      // "(other)": the table is full

class OwnerTable {
 public:
  explicit OwnerTable(std::size_t owners_max = 65'536);

  OwnerId intern(const Owner& owner);
  const Owner& operator[](OwnerId id) const { return owners_[id]; }
  std::size_t size() const { return owners_.size(); }
  std::uint64_t refused() const { return refused_; }

 private:
  std::size_t owners_max_;
  PerIndex<OwnerId, Owner> owners_;
  std::map<Owner, OwnerId> numbers_;
  std::uint64_t refused_ = 0;
};

}  // namespace anemone

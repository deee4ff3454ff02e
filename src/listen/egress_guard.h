// An EgressGuard is a kernel filter on an interface that lets a listener say only what its mode needs
// (bpf/egress_guard.bpf.c says what that is), and counts what it stopped.
//
// Why in the kernel, when our own code decides what it sends? Because that code may be wrong, and because
// the kernel itself speaks unasked: ARP, IGMP, neighbour discovery. What this filter stops does not leave,
// whoever sent it.
//
// A guard ends with its object. One that a killed listener left behind goes on guarding, and the next
// listener takes its place. Two listeners cannot guard one interface. Needs root (or CAP_BPF and
// CAP_NET_ADMIN) and a kernel with tc's BPF classifier (4.5 and later).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "io/interface_facts.h"

namespace anemone {

enum class GuardScope : std::uint8_t {
  kAll,      // nothing passes but what the mode needs
  kRouting,  // only routing protocols are judged: for an interface that others use as well
};
enum class GuardMode : std::uint8_t {
  kSilent,     // nothing is needed
  kAdjacency,  // ARP; hellos, descriptions, requests and acknowledgements of OSPFv2
};

// What a packet that wanted to leave was.
constexpr std::size_t kGuardedKinds = 11;
const char* print_guarded_kind(std::size_t kind);  // "lsu", "igmp"

struct GuardTally {
  std::array<std::uint64_t, kGuardedKinds> passed{};
  std::array<std::uint64_t, kGuardedKinds> stopped{};
  std::uint64_t total_stopped() const;
};

class EgressGuard {
 public:
  static Result<EgressGuard> attach(const InterfaceFacts& interface, GuardScope scope, GuardMode mode);

  EgressGuard(EgressGuard&&) noexcept;
  EgressGuard& operator=(EgressGuard&&) noexcept;
  ~EgressGuard();

  // Packets to this neighbour may pass, besides those to the OSPF groups. At most 256.
  Result<void> allow(Ipv4 neighbor);

  GuardTally tally() const;

  // Whether it is still there: anybody with the right to may take it away.
  bool attached() const;

  // What the kernel's program says to a frame that is not sent; for tests.
  Result<bool> would_pass(Bytes frame) const;

 private:
  struct Impl;
  explicit EgressGuard(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone

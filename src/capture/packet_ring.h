// A PacketRing shows the frames that pass the interfaces of this network namespace (AF_PACKET, TPACKET_V3).
//
// The kernel copies the first bytes of each frame into memory that we read as our own, block by block; a
// block is ours when it is full or 16 ms old. Frames for which there is no room are dropped, and counted.
// Several rings may share the frames by flow (fanout).
//
// Needs CAP_NET_RAW. One thread at a time, but dropped() may be asked from another one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "capture/wire_size.h"

namespace anemone {

struct RingFrame {
  enum class Way : std::uint8_t { kIn, kOut, kOther };  // kOther: to somebody else, seen by the way

  Time time{};
  std::uint32_t interface = 0;
  std::uint16_t protocol = 0;  // EtherType
  Way way = Way::kIn;
  bool to_all = false;       // broadcast or multicast
  bool tagged = false;       // it has a VLAN tag, which the kernel has taken out
  Bytes network;             // from the network header on, as much as was kept; valid during the call
  std::uint32_t length = 0;  // from there on, as it was seen
  Segmentation segmentation;
};

// Which interfaces: those in `only`, or all but those in `never` when `only` is empty.
struct RingInterfaces {
  std::vector<std::uint32_t> only;
  std::vector<std::uint32_t> never;

  bool operator==(const RingInterfaces&) const = default;
};

struct PacketRingConfig {
  std::size_t bytes = 8U << 20;
  std::uint16_t fanout_group = 0;  // 0: none
  RingInterfaces interfaces;
};

class PacketRing {
 public:
  static Result<PacketRing> open(const PacketRingConfig& config);
  PacketRing(PacketRing&&) noexcept;
  PacketRing& operator=(PacketRing&&) = delete;
  ~PacketRing();

  // Waits for a block, at most so long; whether there is one.
  bool wait(Duration at_most);
  // Calls `each` for every frame of the next block that is ours; false when there is none.
  bool read_block(const std::function<void(const RingFrame&)>& each);

  Result<void> look_at(const RingInterfaces& interfaces);

  // Frames that the kernel had no room for, since the last call.
  std::uint64_t dropped();

 private:
  struct Impl;
  explicit PacketRing(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone

// A PacketInterface hears the routing protocols on one network interface (AF_PACKET), and speaks only when
// send() is called.
//
// Why not sockets of IP protocol 89? Because joining a group with them makes the kernel send IGMP, and
// IS-IS has no IP at all. The groups of OSPFv2, OSPFv3 and IS-IS are joined at link level here: the card
// lets their frames through and nobody is told. A filter in the kernel drops every other frame before it
// wakes us, so that a mirror port with all of a network's traffic costs little.
//
// What comes is the packet from its network header on, without VLAN tags, with the kernel's time of its
// arrival. Frames that the kernel had to drop because we read too slowly are counted (PACKET_STATISTICS).
//
// Needs CAP_NET_RAW. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "io/interface_facts.h"

namespace anemone {

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::uint16_t kEtherLlc =
    0x0004;  // an 802.3 frame: `bytes` begin with its LLC header, as IS-IS's do

struct HeardFrame {
  Time time{};                 // when the kernel got it
  std::uint16_t protocol = 0;  // EtherType, or kEtherLlc
  MacAddress source{};         // zeros on a tunnel
  Bytes bytes;                 // from the network header on; valid during the call
  bool cut = false;            // longer than we keep: its end is missing
};

struct PacketCounts {
  std::uint64_t heard = 0;
  std::uint64_t cut = 0;
  std::uint64_t dropped = 0;  // by the kernel, because the buffer was full
  std::uint64_t sent = 0;
  std::uint64_t send_failed = 0;
};

struct PacketInterfaceConfig {
  bool promiscuous = false;  // for a mirror port: frames to anybody
  bool own_too = false;      // what this machine itself sends: for a diagnosis on a router
  int buffer_bytes = 16 << 20;
  // Whose packets to this machine's own address we take, so that the kernel does not answer that nobody does
  // (ICMP protocol unreachable). 0: none.
  std::uint8_t claimed_ip_protocol = 0;
};

class PacketInterface {
 public:
  static Result<PacketInterface> open(const InterfaceFacts& facts, PacketInterfaceConfig config = {});

  PacketInterface(PacketInterface&&) noexcept;
  PacketInterface& operator=(PacketInterface&&) noexcept;
  ~PacketInterface();

  // Readable when frames wait.
  int fd() const;

  // Calls `hear` for what waits, at most some dozen frames; how many. An error when the interface went down
  // or away: it is readable again once it is back.
  Result<std::size_t> read(const std::function<void(const HeardFrame&)>& hear);

  // Sends one packet, from its network header on, to a neighbour on the link.
  Result<void> send(std::uint16_t protocol, const MacAddress& to, Bytes packet);

  // Asks the kernel for its drops, too.
  const PacketCounts& counts();

 private:
  struct Impl;
  explicit PacketInterface(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone

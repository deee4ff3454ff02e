#include "capture/packet_ring.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace anemone {
namespace {

constexpr std::size_t kBlock = 256U << 10;
constexpr std::size_t kFrame = 2048;         // what a block is divided by; frames stand in it as they fit
constexpr std::uint32_t kKept = 192;         // of each frame: all headers, with tags and options
constexpr unsigned kBlockTimeout = 16;       // ms
constexpr std::size_t kInterfacesMax = 200;  // in the filter, whose jumps reach 255 instructions

// What stands before a frame with PACKET_VNET_HDR: linux/virtio_net.h, which is not for C++.
struct Offload {
  std::uint8_t flags;
  std::uint8_t kind;
  std::uint16_t header;
  std::uint16_t segment;  // bytes of payload
  std::uint16_t checksum_start;
  std::uint16_t checksum_offset;
};
static_assert(sizeof(Offload) == 10);
constexpr std::uint8_t kNotCut = 0;
constexpr std::uint8_t kTcpOverIpv4 = 1;
constexpr std::uint8_t kTcpOverIpv6 = 4;
constexpr std::uint8_t kWithEcn = 0x80;  // or-ed

Error system_error(const std::string& what) { return {"AF_PACKET: " + what + ": " + std::strerror(errno)}; }

sock_filter instruction(int what, std::uint32_t value, std::uint8_t if_true = 0, std::uint8_t if_false = 0) {
  return {static_cast<std::uint16_t>(what), if_true, if_false, value};
}

// Which interfaces, and how much of a frame.
std::vector<sock_filter> filter_for(const RingInterfaces& interfaces) {
  const bool only = !interfaces.only.empty();
  const auto& listed = only ? interfaces.only : interfaces.never;
  const std::size_t count = std::min(listed.size(), kInterfacesMax);
  std::vector<sock_filter> code;
  code.push_back(
      instruction(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_IFINDEX)));
  for (std::size_t i = 0; i < count; ++i) {  // to the last instruction
    code.push_back(instruction(BPF_JMP | BPF_JEQ | BPF_K, listed[i], static_cast<std::uint8_t>(count - i)));
  }
  code.push_back(instruction(BPF_RET | BPF_K, only ? 0 : kKept));
  code.push_back(instruction(BPF_RET | BPF_K, only ? kKept : 0));
  return code;
}

}  // namespace

struct PacketRing::Impl {
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (memory != nullptr) ::munmap(memory, blocks * kBlock);
    if (fd >= 0) ::close(fd);
  }

  template <class T>
  bool set(int option, const T& value) const {
    return ::setsockopt(fd, SOL_PACKET, option, &value, sizeof value) == 0;
  }
  Result<void> set_up(const PacketRingConfig& config);
  Result<void> look_at(const RingInterfaces& interfaces) const;
  Result<void> start(std::uint16_t fanout_group) const;
  tpacket_block_desc* block() const { return reinterpret_cast<tpacket_block_desc*>(memory + next * kBlock); }
  static RingFrame read_frame(const std::uint8_t* at);

  int fd = -1;
  std::uint8_t* memory = nullptr;
  std::size_t blocks = 0;
  std::size_t next = 0;
};

Result<void> PacketRing::Impl::look_at(const RingInterfaces& interfaces) const {
  auto code = filter_for(interfaces);
  const sock_fprog program{.len = static_cast<unsigned short>(code.size()), .filter = code.data()};
  if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
    return system_error("the filter");
  }
  return {};
}

Result<void> PacketRing::Impl::start(std::uint16_t fanout_group) const {
  sockaddr_ll everything{};
  everything.sll_family = AF_PACKET;
  everything.sll_protocol = htons(ETH_P_ALL);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&everything), sizeof everything) != 0) {
    return system_error("cannot listen");
  }
  const int group = fanout_group | PACKET_FANOUT_HASH << 16;
  if (fanout_group != 0 && !set(PACKET_FANOUT, group)) return system_error("sharing between threads");
  return {};
}

Result<void> PacketRing::Impl::set_up(const PacketRingConfig& config) {
  fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);  // no frames before bind()
  if (fd < 0) return system_error(errno == EPERM ? "CAP_NET_RAW is needed" : "no such sockets here");
  const int version = TPACKET_V3;
  const int on = 1;
  if (!set(PACKET_VERSION, version)) return system_error("TPACKET_V3");
  if (!set(PACKET_VNET_HDR, on)) return system_error("PACKET_VNET_HDR");
  blocks = std::max<std::size_t>(config.bytes / kBlock, 4);
  tpacket_req3 ring{};
  ring.tp_block_size = kBlock;
  ring.tp_block_nr = static_cast<unsigned>(blocks);
  ring.tp_frame_size = kFrame;
  ring.tp_frame_nr = static_cast<unsigned>(blocks * (kBlock / kFrame));
  ring.tp_retire_blk_tov = kBlockTimeout;
  if (!set(PACKET_RX_RING, ring)) return system_error("the ring");
  void* mapped = ::mmap(nullptr, blocks * kBlock, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) return system_error("the ring's memory");
  memory = static_cast<std::uint8_t*>(mapped);
  if (auto filtered = look_at(config.interfaces); !filtered) return filtered;
  return start(config.fanout_group);
}

RingFrame PacketRing::Impl::read_frame(const std::uint8_t* at) {
  const auto* header = reinterpret_cast<const tpacket3_hdr*>(at);
  const auto* link = reinterpret_cast<const sockaddr_ll*>(at + TPACKET_ALIGN(sizeof(tpacket3_hdr)));
  const std::uint32_t before = header->tp_net - header->tp_mac;  // the link's own header
  RingFrame frame;
  frame.time = Time{std::chrono::seconds{header->tp_sec} + Duration{header->tp_nsec / 1000}};
  frame.interface = static_cast<std::uint32_t>(link->sll_ifindex);
  frame.protocol = ntohs(link->sll_protocol);
  frame.tagged = (header->tp_status & TP_STATUS_VLAN_VALID) != 0;
  if (link->sll_pkttype == PACKET_OUTGOING) frame.way = RingFrame::Way::kOut;
  if (link->sll_pkttype == PACKET_OTHERHOST) frame.way = RingFrame::Way::kOther;
  frame.to_all = link->sll_pkttype == PACKET_BROADCAST || link->sll_pkttype == PACKET_MULTICAST;
  if (header->tp_snaplen > before) frame.network = {at + header->tp_net, header->tp_snaplen - before};
  frame.length = header->tp_len > before ? header->tp_len - before : 0;
  Offload offload;
  std::memcpy(&offload, at + header->tp_mac - sizeof offload, sizeof offload);
  if (offload.kind != kNotCut) {
    const int kind = offload.kind & ~kWithEcn;
    frame.segmentation = {.payload = offload.segment,
                          .inner_tcp = kind == kTcpOverIpv4 || kind == kTcpOverIpv6,
                          .inner_v6 = kind == kTcpOverIpv6};
  }
  return frame;
}

PacketRing::PacketRing(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PacketRing::PacketRing(PacketRing&&) noexcept = default;
PacketRing::~PacketRing() = default;

Result<PacketRing> PacketRing::open(const PacketRingConfig& config) {
  auto impl = std::make_unique<Impl>();
  if (auto ready = impl->set_up(config); !ready) return ready.error();
  return PacketRing(std::move(impl));
}

bool PacketRing::wait(Duration at_most) {
  pollfd waiting{.fd = impl_->fd, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, static_cast<int>(at_most.count() / 1000)) > 0;
}

bool PacketRing::read_block(const std::function<void(const RingFrame&)>& each) {
  tpacket_block_desc* block = impl_->block();
  std::atomic_ref<std::uint32_t> status(block->hdr.bh1.block_status);
  if ((status.load(std::memory_order_acquire) & TP_STATUS_USER) == 0) return false;
  const auto* at = reinterpret_cast<const std::uint8_t*>(block) + block->hdr.bh1.offset_to_first_pkt;
  for (std::uint32_t left = block->hdr.bh1.num_pkts; left > 0; --left) {
    each(Impl::read_frame(at));
    at += reinterpret_cast<const tpacket3_hdr*>(at)->tp_next_offset;
  }
  status.store(TP_STATUS_KERNEL, std::memory_order_release);
  impl_->next = (impl_->next + 1) % impl_->blocks;
  return true;
}

Result<void> PacketRing::look_at(const RingInterfaces& interfaces) { return impl_->look_at(interfaces); }

std::uint64_t PacketRing::dropped() {
  tpacket_stats_v3 since{};  // reading them sets them back to zero
  socklen_t size = sizeof since;
  if (::getsockopt(impl_->fd, SOL_PACKET, PACKET_STATISTICS, &since, &size) != 0) return 0;
  return since.tp_drops;
}

}  // namespace anemone

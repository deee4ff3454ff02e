#include "io/packet_interface.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

namespace anemone {
namespace {

constexpr std::size_t kFramesAtOnce = 32;
constexpr std::size_t kFrameMax = 65536;
constexpr std::uint16_t kEtherVlan = 0x8100;
constexpr std::uint16_t kEtherServiceVlan = 0x88a8;
constexpr std::uint16_t kEtherJumboLlc = 0x8870;  // IS-IS in frames longer than 802.3 can say
constexpr std::uint16_t kLengthMax = 1500;        // up to here the EtherType field is a length (802.3)
constexpr std::uint8_t kOspf = 89;
constexpr std::uint8_t kIpv6Fragment = 44;
constexpr std::uint8_t kAuthenticationHeader = 51;  // RFC 4552 protects OSPFv3 with it

constexpr std::array<MacAddress, 8> kGroups = {{
    {0x01, 0x00, 0x5e, 0x00, 0x00, 0x05},  // 224.0.0.5: every OSPF router
    {0x01, 0x00, 0x5e, 0x00, 0x00, 0x06},  // 224.0.0.6: designated routers
    {0x33, 0x33, 0x00, 0x00, 0x00, 0x05},  // ff02::5
    {0x33, 0x33, 0x00, 0x00, 0x00, 0x06},  // ff02::6
    {0x01, 0x80, 0xc2, 0x00, 0x00, 0x14},  // IS-IS level 1
    {0x01, 0x80, 0xc2, 0x00, 0x00, 0x15},  // IS-IS level 2
    {0x09, 0x00, 0x2b, 0x00, 0x00, 0x04},  // end systems, where point-to-point IS-IS may go
    {0x09, 0x00, 0x2b, 0x00, 0x00, 0x05},  // intermediate systems
}};

// The filter: which frames are worth waking up for. Loads are relative to the network header.
class FilterWriter {
 public:
  void load_byte(std::uint32_t at) { add(BPF_LD | BPF_B | BPF_ABS, at); }
  void load_half(std::uint32_t at) { add(BPF_LD | BPF_H | BPF_ABS, at); }
  void load_fact(int which) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + which)); }
  // Skips the next `over` instructions when the loaded value is another.
  void unless_skip(std::uint32_t value, std::uint8_t over) { add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, over); }
  void accept_if(std::uint32_t value) {
    unless_skip(value, 1);
    accept();
  }
  void accept() { add(BPF_RET | BPF_K, 0xffff'ffff); }
  void drop() { add(BPF_RET | BPF_K, 0); }
  std::vector<sock_filter>& code() { return code_; }

 private:
  void add(int what, std::uint32_t value, std::uint8_t if_true = 0, std::uint8_t if_false = 0) {
    code_.push_back({static_cast<std::uint16_t>(what), if_true, if_false, value});
  }
  std::vector<sock_filter> code_;
};

// What to do with a frame whose network header stands `at` bytes after where loads begin. Each block ends by
// dropping, so that its length is all that the jump over it needs.
FilterWriter ipv4_block(std::uint32_t at) {
  FilterWriter block;
  block.load_byte(at + 9);
  block.accept_if(kOspf);
  block.drop();
  return block;
}

FilterWriter ipv6_block(std::uint32_t at) {
  FilterWriter block;
  block.load_byte(at + 6);
  block.accept_if(kOspf);
  for (std::uint8_t header : {kIpv6Fragment, kAuthenticationHeader}) {
    block.unless_skip(header, 4);
    block.load_byte(at + 40);
    block.accept_if(kOspf);
    block.drop();
  }
  block.drop();
  return block;
}

FilterWriter llc_block(std::uint32_t at) {
  FilterWriter block;
  block.load_half(at);
  block.accept_if(0xfefe);  // ISO network layer, both ends
  block.drop();
  return block;
}

void on_value(FilterWriter& filter, std::uint32_t value, FilterWriter block) {
  filter.unless_skip(value, static_cast<std::uint8_t>(block.code().size()));
  filter.code().insert(filter.code().end(), block.code().begin(), block.code().end());
}

// A tag that the kernel left in the frame (the outer one it has taken away).
FilterWriter vlan_block() {
  FilterWriter block;
  block.load_half(2);
  on_value(block, kEtherIpv4, ipv4_block(4));
  on_value(block, kEtherIpv6, ipv6_block(4));
  block.load_half(4);  // 802.3: the type was a length
  block.accept_if(0xfefe);
  block.drop();
  return block;
}

FilterWriter routing_only(const PacketInterfaceConfig& config) {
  FilterWriter filter;
  if (!config.own_too) {
    filter.load_fact(SKF_AD_PKTTYPE);
    filter.unless_skip(PACKET_OUTGOING, 1);
    filter.drop();
  }
  filter.load_fact(SKF_AD_PROTOCOL);
  on_value(filter, kEtherIpv4, ipv4_block(0));
  on_value(filter, kEtherIpv6, ipv6_block(0));
  on_value(filter, kEtherLlc, llc_block(0));
  on_value(filter, kEtherJumboLlc, llc_block(0));
  on_value(filter, kEtherVlan, vlan_block());
  on_value(filter, kEtherServiceVlan, vlan_block());
  filter.drop();
  return filter;
}

Error system_error(const std::string& what) { return Error{what + ": " + std::strerror(errno)}; }

Time arrival(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SO_TIMESTAMPNS) continue;
    timespec at{};
    std::memcpy(&at, CMSG_DATA(part), sizeof at);
    return time_from_micros(std::int64_t{at.tv_sec} * 1'000'000 + at.tv_nsec / 1000);
  }
  return Time{};
}

// Past VLAN tags that are still in the frame.
void strip_tags(HeardFrame& frame) {
  while ((frame.protocol == kEtherVlan || frame.protocol == kEtherServiceVlan) && frame.bytes.size() >= 4) {
    frame.protocol = static_cast<std::uint16_t>(frame.bytes[2] << 8 | frame.bytes[3]);
    frame.bytes = frame.bytes.subspan(4);
  }
  if (frame.protocol <= kLengthMax || frame.protocol == kEtherJumboLlc) frame.protocol = kEtherLlc;
}

}  // namespace

struct PacketInterface::Impl {
  explicit Impl(int the_fd, InterfaceFacts the_facts) : fd(the_fd), facts(std::move(the_facts)) {
    for (std::size_t i = 0; i < kFramesAtOnce; ++i) {
      parts[i] = {&buffer[i * kFrameMax], kFrameMax};
      messages[i].msg_hdr.msg_name = &from[i];
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
      messages[i].msg_hdr.msg_control = control[i].data();
    }
  }
  ~Impl() {
    close(fd);
    if (claim_fd >= 0) close(claim_fd);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> prepare(const PacketInterfaceConfig& config);
  Result<void> join(int kind, const MacAddress& group);
  Result<void> claim(std::uint8_t ip_protocol);
  HeardFrame frame(std::size_t i);

  int fd;
  int claim_fd = -1;
  InterfaceFacts facts;
  PacketCounts counts;
  std::vector<std::uint8_t> buffer = std::vector<std::uint8_t>(kFramesAtOnce * kFrameMax);
  std::array<mmsghdr, kFramesAtOnce> messages{};
  std::array<iovec, kFramesAtOnce> parts{};
  std::array<sockaddr_ll, kFramesAtOnce> from{};
  std::array<std::array<std::uint8_t, 64>, kFramesAtOnce> control{};
};

Result<void> PacketInterface::Impl::join(int kind, const MacAddress& group) {
  packet_mreq wish{};
  wish.mr_ifindex = facts.index;
  wish.mr_type = static_cast<unsigned short>(kind);
  if (kind == PACKET_MR_MULTICAST) {
    wish.mr_alen = static_cast<unsigned short>(group.size());
    std::memcpy(wish.mr_address, group.data(), group.size());
  }
  if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &wish, sizeof wish) == 0) return {};
  return system_error(facts.name + ": cannot join a group of the link");
}

// A socket that takes nothing is enough for the kernel.
Result<void> PacketInterface::Impl::claim(std::uint8_t ip_protocol) {
  claim_fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, ip_protocol);
  FilterWriter filter;
  filter.drop();
  const sock_fprog program{static_cast<unsigned short>(filter.code().size()), filter.code().data()};
  if (claim_fd < 0 || setsockopt(claim_fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0 ||
      setsockopt(claim_fd, SOL_SOCKET, SO_BINDTODEVICE, facts.name.c_str(),
                 static_cast<socklen_t>(facts.name.size())) != 0) {
    return system_error(facts.name + ": cannot claim IP protocol " + std::to_string(ip_protocol));
  }
  return {};
}

// The filter comes before the socket is bound, so that nothing else is ever in the buffer.
Result<void> PacketInterface::Impl::prepare(const PacketInterfaceConfig& config) {
  auto filter = routing_only(config);
  const sock_fprog program{static_cast<unsigned short>(filter.code().size()), filter.code().data()};
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
    return system_error(facts.name + ": the kernel refuses our filter");
  }
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  if (!config.own_too) {
    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);  // old kernels: the filter does it
  }
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &config.buffer_bytes, sizeof config.buffer_bytes) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &config.buffer_bytes, sizeof config.buffer_bytes);
  }
  sockaddr_ll here{};
  here.sll_family = AF_PACKET;
  here.sll_protocol = htons(ETH_P_ALL);
  here.sll_ifindex = facts.index;
  if (bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) {
    return system_error(facts.name + ": cannot listen");
  }
  if (facts.link_header > 0) {
    for (const MacAddress& group : kGroups) {
      if (auto joined = join(PACKET_MR_MULTICAST, group); !joined) return joined;
    }
  }
  if (config.promiscuous) {
    if (auto joined = join(PACKET_MR_PROMISC, {}); !joined) return joined;
  }
  return config.claimed_ip_protocol == 0 ? Result<void>() : claim(config.claimed_ip_protocol);
}

HeardFrame PacketInterface::Impl::frame(std::size_t i) {
  HeardFrame frame;
  const std::size_t length = messages[i].msg_len;
  frame.time = arrival(messages[i].msg_hdr);
  frame.protocol = ntohs(from[i].sll_protocol);
  if (from[i].sll_halen == frame.source.size()) {
    std::memcpy(frame.source.data(), from[i].sll_addr, frame.source.size());
  }
  frame.bytes = Bytes(&buffer[i * kFrameMax], std::min(length, kFrameMax));
  frame.cut = (messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
  strip_tags(frame);
  return frame;
}

Result<PacketInterface> PacketInterface::open(const InterfaceFacts& facts, PacketInterfaceConfig config) {
  const int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    if (errno == EPERM) return Error{"listening needs root, or the capability CAP_NET_RAW"};
    return system_error("no packet socket");
  }
  auto impl = std::make_unique<Impl>(fd, facts);
  if (auto prepared = impl->prepare(config); !prepared) return prepared.error();
  return PacketInterface(std::move(impl));
}

PacketInterface::PacketInterface(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PacketInterface::PacketInterface(PacketInterface&&) noexcept = default;
PacketInterface& PacketInterface::operator=(PacketInterface&&) noexcept = default;
PacketInterface::~PacketInterface() = default;

int PacketInterface::fd() const { return impl_->fd; }

Result<std::size_t> PacketInterface::read(const std::function<void(const HeardFrame&)>& hear) {
  for (std::size_t i = 0; i < kFramesAtOnce; ++i) {  // the kernel shortens these as it fills them
    impl_->messages[i].msg_hdr.msg_namelen = sizeof(sockaddr_ll);
    impl_->messages[i].msg_hdr.msg_controllen = impl_->control[i].size();
  }
  const int count = recvmmsg(impl_->fd, impl_->messages.data(), kFramesAtOnce, MSG_DONTWAIT, nullptr);
  if (count < 0) {
    if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
    return system_error(impl_->facts.name);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const HeardFrame frame = impl_->frame(i);
    ++impl_->counts.heard;
    if (frame.cut) ++impl_->counts.cut;
    hear(frame);
  }
  return static_cast<std::size_t>(count);
}

Result<void> PacketInterface::send(std::uint16_t protocol, const MacAddress& to, Bytes packet) {
  sockaddr_ll there{};
  there.sll_family = AF_PACKET;
  there.sll_protocol = htons(protocol);
  there.sll_ifindex = impl_->facts.index;
  if (impl_->facts.link_header > 0) {
    there.sll_halen = static_cast<unsigned char>(to.size());
    std::memcpy(there.sll_addr, to.data(), to.size());
  }
  const ssize_t sent = sendto(impl_->fd, packet.data(), packet.size(), MSG_DONTWAIT,
                              reinterpret_cast<const sockaddr*>(&there), sizeof there);
  if (sent < 0) {
    ++impl_->counts.send_failed;
    return system_error(impl_->facts.name + ": cannot send");
  }
  ++impl_->counts.sent;
  return {};
}

const PacketCounts& PacketInterface::counts() {
  tpacket_stats since{};  // reading them sets them back to zero
  socklen_t size = sizeof since;
  if (getsockopt(impl_->fd, SOL_PACKET, PACKET_STATISTICS, &since, &size) == 0) {
    impl_->counts.dropped += since.tp_drops;
  }
  return impl_->counts;
}

}  // namespace anemone

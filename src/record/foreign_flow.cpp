#include "record/foreign_flow.h"

#include <cstddef>

#include "record/ipfix_elements.h"

namespace anemone {
namespace {

using ipfix::Into;
using ipfix::Target;

constexpr std::uint64_t kAbsent = ForeignFlow::kAbsent;
constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmpV6 = 58;
constexpr std::int64_t kFrom1900 = 2'208'988'800;  // seconds, to 1970

Time from_ms(std::uint64_t ms) {
  // Beyond what a Time holds is no time: years 292278 and worse.
  constexpr std::int64_t kMost = 9'000'000'000'000'000;
  const auto value = static_cast<std::int64_t>(ms);
  return time_from_micros(value > kMost || value < -kMost ? 0 : value * 1000);
}

// 0 when nobody says.
Duration lasted_of(const ForeignFlow& flow) {
  if (flow.lasted_us != kAbsent) return Duration{flow.lasted_us & 0xffff'ffff};
  if (flow.lasted_ms != kAbsent) return std::chrono::milliseconds{flow.lasted_ms & 0xffff'ffff};
  return Duration{0};
}

struct Times {
  std::uint64_t ms, ntp, s, before_us, uptime_ms;
};

// False when there is none.
bool time_of(const Times& times, std::uint64_t started_ms, const SentAt& sent, Time& into) {
  if (times.ms != kAbsent) {
    into = from_ms(times.ms);
  } else if (times.ntp != kAbsent) {
    into = from_ntp(times.ntp);
  } else if (times.s != kAbsent) {
    into = from_ms((times.s & 0xffff'ffff) * 1000);
  } else if (times.before_us != kAbsent) {
    into = sent.export_time - Duration{static_cast<std::int64_t>(times.before_us & 0xffff'ffff)};
  } else if (times.uptime_ms != kAbsent && sent.uptime_ms != kAbsent) {
    // Modulo 2^32: the uptime runs over every 49.7 days.
    const auto ago = static_cast<std::int32_t>(static_cast<std::uint32_t>(sent.uptime_ms) -
                                               static_cast<std::uint32_t>(times.uptime_ms));
    into = sent.export_time - std::chrono::milliseconds{ago};
  } else if (times.uptime_ms != kAbsent && started_ms != kAbsent) {
    into = from_ms(started_ms) + std::chrono::milliseconds{times.uptime_ms & 0xffff'ffff};
  } else {
    return false;
  }
  return true;
}

void set_times(const ForeignFlow& flow, const SentAt& sent, FlowRecord& record) {
  const std::uint64_t started = flow.started_ms != kAbsent ? flow.started_ms : sent.started_ms;
  const Times starts{flow.start_ms, flow.start_ntp, flow.start_s, flow.start_before_us, flow.start_uptime_ms};
  const Times ends{flow.end_ms, flow.end_ntp, flow.end_s, flow.end_before_us, flow.end_uptime_ms};
  const bool has_start = time_of(starts, started, sent, record.start);
  const bool has_end = time_of(ends, started, sent, record.end);
  record.start += Duration{flow.start_fraction_us};
  record.end += Duration{flow.end_fraction_us};
  const Duration lasted = lasted_of(flow);
  if (!has_end) record.end = has_start ? record.start + lasted : sent.export_time;
  if (!has_start) record.start = record.end - lasted;
}

void set_ports(const ForeignFlow& flow, FlowKey& key) {
  key.src_port = flow.src_port;
  key.dst_port = flow.dst_port;
  if ((key.protocol != kIcmp && key.protocol != kIcmpV6) || key.dst_port != 0) return;
  key.dst_port =
      flow.icmp != 0 ? flow.icmp : static_cast<std::uint16_t>(flow.icmp_type << 8 | flow.icmp_code);
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<Target> foreign_flow_shape(std::uint32_t enterprise) {
  const auto iana = [](std::uint16_t id, Into into, std::size_t offset) {
    return Target{{0, id}, into, static_cast<std::uint16_t>(offset)};
  };
  const auto of = [](std::uint32_t number, std::uint16_t id, Into into, std::size_t offset) {
    return Target{{number, id}, into, static_cast<std::uint16_t>(offset)};
  };
  const auto ours = [&](OurElement element, Into into, std::size_t offset) {
    return Target{key_of(element, enterprise), into, static_cast<std::uint16_t>(offset)};
  };
  using F = ForeignFlow;
  return {
      iana(8, Into::kAddress, offsetof(F, src4)),
      iana(12, Into::kAddress, offsetof(F, dst4)),
      iana(27, Into::kAddress, offsetof(F, src6)),
      iana(28, Into::kAddress, offsetof(F, dst6)),
      iana(2, Into::kU64, offsetof(F, packets)),
      iana(86, Into::kU64, offsetof(F, packets)),   // packetTotalCount
      iana(24, Into::kU64, offsetof(F, packets)),   // postPacketDeltaCount
      iana(298, Into::kU64, offsetof(F, packets)),  // initiatorPackets
      iana(1, Into::kU64, offsetof(F, bytes)),
      iana(85, Into::kU64, offsetof(F, bytes)),
      iana(23, Into::kU64, offsetof(F, bytes)),
      iana(231, Into::kU64, offsetof(F, bytes)),
      of(ipfix::kReverse, 2, Into::kU64, offsetof(F, reverse_packets)),
      of(ipfix::kReverse, 86, Into::kU64, offsetof(F, reverse_packets)),
      iana(299, Into::kU64, offsetof(F, reverse_packets)),
      of(ipfix::kReverse, 1, Into::kU64, offsetof(F, reverse_bytes)),
      of(ipfix::kReverse, 85, Into::kU64, offsetof(F, reverse_bytes)),
      iana(232, Into::kU64, offsetof(F, reverse_bytes)),
      iana(152, Into::kU64, offsetof(F, start_ms)),
      iana(153, Into::kU64, offsetof(F, end_ms)),
      iana(323, Into::kU64, offsetof(F, end_ms)),  // observationTimeMilliseconds, of events
      iana(154, Into::kU64, offsetof(F, start_ntp)),
      iana(156, Into::kU64, offsetof(F, start_ntp)),
      iana(155, Into::kU64, offsetof(F, end_ntp)),
      iana(157, Into::kU64, offsetof(F, end_ntp)),
      iana(150, Into::kU64, offsetof(F, start_s)),
      iana(151, Into::kU64, offsetof(F, end_s)),
      iana(158, Into::kU64, offsetof(F, start_before_us)),
      iana(159, Into::kU64, offsetof(F, end_before_us)),
      iana(22, Into::kU64, offsetof(F, start_uptime_ms)),
      iana(21, Into::kU64, offsetof(F, end_uptime_ms)),
      iana(160, Into::kU64, offsetof(F, started_ms)),
      iana(161, Into::kU64, offsetof(F, lasted_ms)),
      iana(162, Into::kU64, offsetof(F, lasted_us)),
      iana(7, Into::kU16, offsetof(F, src_port)),
      iana(11, Into::kU16, offsetof(F, dst_port)),
      iana(32, Into::kU16, offsetof(F, icmp)),
      iana(139, Into::kU16, offsetof(F, icmp)),
      iana(176, Into::kU8, offsetof(F, icmp_type)),
      iana(178, Into::kU8, offsetof(F, icmp_type)),
      iana(177, Into::kU8, offsetof(F, icmp_code)),
      iana(179, Into::kU8, offsetof(F, icmp_code)),
      iana(4, Into::kU8, offsetof(F, protocol)),
      iana(5, Into::kU8, offsetof(F, tos)),
      iana(6, Into::kU8, offsetof(F, tcp_flags)),
      of(ipfix::kReverse, 6, Into::kU8, offsetof(F, reverse_tcp_flags)),
      iana(61, Into::kU8, offsetof(F, direction)),
      iana(136, Into::kU8, offsetof(F, reason)),
      iana(10, Into::kU32, offsetof(F, ingress)),
      iana(14, Into::kU32, offsetof(F, egress)),
      iana(138, Into::kU32, offsetof(F, observation_point)),
      iana(371, Into::kText, offsetof(F, user)),
      of(ipfix::kNtop, 372, Into::kText, offsetof(F, user)),
      iana(96, Into::kText, offsetof(F, application)),
      iana(289, Into::kText, offsetof(F, is_tunnel)),
      iana(290, Into::kText, offsetof(F, is_encrypted)),
      ours(OurElement::kThroughTechnology, Into::kText, offsetof(F, technology)),
      ours(OurElement::kProcessName, Into::kText, offsetof(F, process)),
      of(ipfix::kNtop, 169, Into::kText, offsetof(F, process)),
      ours(OurElement::kProcessId, Into::kU32, offsetof(F, pid)),
      of(ipfix::kNtop, 168, Into::kU32, offsetof(F, pid)),
      ours(OurElement::kExecutable, Into::kText, offsetof(F, executable)),
      ours(OurElement::kUnit, Into::kText, offsetof(F, unit)),
      ours(OurElement::kContainer, Into::kText, offsetof(F, container)),
      of(ipfix::kNtop, 558, Into::kText, offsetof(F, container)),
      of(ipfix::kAntrea, 101, Into::kText, offsetof(F, container)),  // sourcePodName
      of(ipfix::kAntrea, 100, Into::kText, offsetof(F, pod_namespace)),
      ours(OurElement::kSmoothedRtt, Into::kU32, offsetof(F, srtt_us)),
      ours(OurElement::kRetransmits, Into::kU32, offsetof(F, retransmits)),
      ours(OurElement::kOuterSource, Into::kAddress, offsetof(F, outer_src)),
      ours(OurElement::kOuterDestination, Into::kAddress, offsetof(F, outer_dst)),
      ours(OurElement::kTunnelId, Into::kU32, offsetof(F, tunnel_id)),
      ours(OurElement::kTunnelInterface, Into::kText, offsetof(F, tunnel_interface)),
      ours(OurElement::kAccuracy, Into::kU8, offsetof(F, accuracy)),
      ours(OurElement::kStartFraction, Into::kU16, offsetof(F, start_fraction_us)),
      ours(OurElement::kEndFraction, Into::kU16, offsetof(F, end_fraction_us)),
      iana(225, Into::kAddress, offsetof(F, nat_src4)),
      iana(226, Into::kAddress, offsetof(F, nat_dst4)),
      iana(281, Into::kAddress, offsetof(F, nat_src6)),
      iana(282, Into::kAddress, offsetof(F, nat_dst6)),
      iana(227, Into::kU16, offsetof(F, nat_src_port)),
      iana(228, Into::kU16, offsetof(F, nat_dst_port)),
      ours(OurElement::kTranslatedBefore, Into::kU8, offsetof(F, translated_before)),
  };
}

std::uint64_t to_ntp(Time time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto us = static_cast<std::uint64_t>((time - second).count());
  const auto seconds = static_cast<std::uint32_t>(second.time_since_epoch().count() + kFrom1900);
  return std::uint64_t{seconds} << 32 | (us << 32) / 1'000'000;
}

Time from_ntp(std::uint64_t ntp) {
  constexpr std::uint64_t kEra1 = 0x8000'0000;  // seconds below are counted from 2036
  const std::uint64_t seconds = (ntp >> 32) < kEra1 ? (ntp >> 32) + (std::uint64_t{1} << 32) : ntp >> 32;
  const std::uint64_t us = ((ntp & 0xffff'ffff) * 1'000'000 + 0x8000'0000) >> 32;
  return time_from_micros((static_cast<std::int64_t>(seconds) - kFrom1900) * 1'000'000 +
                          static_cast<std::int64_t>(us));
}

bool has_time(const ForeignFlow& flow) {
  for (std::uint64_t time :
       {flow.start_ms, flow.end_ms, flow.start_ntp, flow.end_ntp, flow.start_s, flow.end_s,
        flow.start_before_us, flow.end_before_us, flow.start_uptime_ms, flow.end_uptime_ms}) {
    if (time != kAbsent) return true;
  }
  return false;
}

std::optional<NatTuple> nat_of(const ForeignFlow& flow, const FlowKey& key) {
  const auto address = [](const IpAddress& v6, const IpAddress& v4, const IpAddress& seen) {
    if (!v6.is_none()) return v6;
    return v4.is_none() || v4 == IpAddress{Ipv4{}} ? seen : v4;
  };
  const auto port = [](std::uint16_t translated, std::uint16_t seen) {
    return translated != 0 ? translated : seen;
  };
  const NatTuple nat{.src = address(flow.nat_src6, flow.nat_src4, key.src),
                     .dst = address(flow.nat_dst6, flow.nat_dst4, key.dst),
                     .src_port = port(flow.nat_src_port, key.src_port),
                     .dst_port = port(flow.nat_dst_port, key.dst_port),
                     .before = (flow.translated_before & 1) != 0};
  const bool same = nat.src == key.src && nat.dst == key.dst && nat.src_port == key.src_port &&
                    nat.dst_port == key.dst_port;
  if (same) return std::nullopt;
  return nat;
}

FlowRecord to_record(const ForeignFlow& flow, const SentAt& sent) {
  FlowRecord record;
  set_times(flow, sent, record);
  const bool v4 = flow.src6.is_none() && flow.dst6.is_none();
  record.key.src = v4 ? flow.src4 : flow.src6;
  record.key.dst = v4 ? flow.dst4 : flow.dst6;
  record.key.protocol = flow.protocol;
  set_ports(flow, record.key);
  if (flow.direction <= 1) record.key.direction = static_cast<Direction>(flow.direction);
  if (flow.observation_point != 0) record.observer = ObserverId{flow.observation_point - 1};
  record.tcp_flags = flow.tcp_flags;
  record.tos = flow.tos;
  record.packets = flow.packets;
  record.bytes = flow.bytes;
  record.origin.pid = flow.pid;
  record.origin.interface = flow.direction == 1 || flow.ingress == 0 ? flow.egress : flow.ingress;
  record.srtt_us = flow.srtt_us;
  record.retransmits = flow.retransmits;
  record.accuracy = flow.accuracy;
  record.reason = flow.reason <= 5 ? static_cast<FlowEnd>(flow.reason) : FlowEnd::kUnknown;
  return record;
}

}  // namespace anemone

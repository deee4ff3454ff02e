// A ForeignFlow holds one record as it came off the wire, before it is a FlowRecord: every element that says
// something we have a column for has its place here, because exporters say the same in many ways.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ipfix/plan.h"
#include "net/address.h"
#include "record/flow_record.h"

namespace anemone {

struct ForeignFlow {
  static constexpr std::uint64_t kAbsent = 0x8000'0000'0000'0000;

  IpAddress src4;
  IpAddress dst4;
  IpAddress src6;
  IpAddress dst6;
  IpAddress outer_src;
  IpAddress outer_dst;
  IpAddress nat_src4;
  IpAddress nat_dst4;
  IpAddress nat_src6;
  IpAddress nat_dst6;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t reverse_packets = 0;
  std::uint64_t reverse_bytes = 0;
  // Times, in what their elements count.
  std::uint64_t start_ms = kAbsent;
  std::uint64_t end_ms = kAbsent;
  std::uint64_t start_s = kAbsent;
  std::uint64_t end_s = kAbsent;
  std::uint64_t start_ntp = kAbsent;  // RFC 7011 6.1.9, 6.1.10: seconds since 1900 and 2^-32 s
  std::uint64_t end_ntp = kAbsent;
  std::uint64_t start_before_us = kAbsent;  // before the message was sent
  std::uint64_t end_before_us = kAbsent;
  std::uint64_t start_uptime_ms = kAbsent;
  std::uint64_t end_uptime_ms = kAbsent;
  std::uint64_t started_ms = kAbsent;  // when the exporter started
  std::uint64_t lasted_ms = kAbsent;
  std::uint64_t lasted_us = kAbsent;
  ipfix::Text process;
  ipfix::Text executable;
  ipfix::Text user;
  ipfix::Text unit;
  ipfix::Text container;
  ipfix::Text pod_namespace;
  ipfix::Text application;
  ipfix::Text technology;
  ipfix::Text is_tunnel;     // "yes", "no", "unassigned" (RFC 6759); a technology in files of before
  ipfix::Text is_encrypted;  // the same; no column is for it
  ipfix::Text tunnel_interface;
  std::uint32_t ingress = 0;
  std::uint32_t egress = 0;
  std::uint32_t observation_point = 0;  // the observer's number and 1; 0: none
  std::uint32_t pid = 0;
  std::uint32_t srtt_us = 0;
  std::uint32_t retransmits = 0;
  std::uint32_t tunnel_id = 0;
  std::uint16_t start_fraction_us = 0;
  std::uint16_t end_fraction_us = 0;
  std::uint16_t src_port = 0;
  std::uint16_t dst_port = 0;
  std::uint16_t nat_src_port = 0;
  std::uint16_t nat_dst_port = 0;
  std::uint16_t icmp = 0;  // type * 256 + code
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  std::uint8_t protocol = 0;
  std::uint8_t tos = 0;
  std::uint8_t tcp_flags = 0;
  std::uint8_t reverse_tcp_flags = 0;
  std::uint8_t direction = 255;
  std::uint8_t reason = 0;
  std::uint8_t accuracy = 0;
  std::uint8_t translated_before = 0;
};

// Which element goes where; ours under `enterprise`.
std::vector<ipfix::Target> foreign_flow_shape(std::uint32_t enterprise);

// Addresses, ports, counts and all that needs no name.
// REQUIRES: the message was sent at `export_time`; the exporter's uptime was `uptime_ms` then.
struct SentAt {
  Time export_time{};
  std::uint64_t uptime_ms = ForeignFlow::kAbsent;   // NetFlow's
  std::uint64_t started_ms = ForeignFlow::kAbsent;  // IPFIX's systemInitTimeMilliseconds, from options
};
FlowRecord to_record(const ForeignFlow& flow, const SentAt& sent);

// What the exporter translates `key`, which is the flow's, to. Exporters that do NAT say so of every flow:
// none where all is as it was, or where nothing is said.
std::optional<NatTuple> nat_of(const ForeignFlow& flow, const FlowKey& key);

// False when no element said when it was: it has the time of its message.
bool has_time(const ForeignFlow& flow);

// NTP's 64 bits (era 0 and 1: 1968 to 2104), to the nearest microsecond.
Time from_ntp(std::uint64_t ntp);
std::uint64_t to_ntp(Time time);

}  // namespace anemone

// Flow records as text: JSON objects, lines of CSV, rows of a table.
//
// A capture of a minute can hold a million flows, so these append to a buffer with no allocation per
// record. The keys are those of `anemone flows` that scripts rely on (docs/formats/flows.md): times in RFC
// 3339 UTC, bytes as IP lengths. ICMP has no ports: its type and code stand apart.
#pragma once

#include <string>
#include <string_view>

#include "capture/record_names.h"
#include "record/flow_record.h"

namespace anemone {

// {"start","end","src","dst","sport","dport","proto","packets","bytes","tcp_flags","tos"} and, for ICMP,
// "icmp_type" and "icmp_code".
void append_json(const FlowRecord& record, std::string& out);

// With what is known of a host's record: "direction", "interface", "process", "executable", "user", "unit",
// "container", "pid", "application", "srtt_us", "retransmits"; and "tunnel", "tunnel_interface", "outer_src",
// "outer_dst" and "tunnel_id" where the record was in a tunnel; "nat_src", "nat_dst", "nat_sport",
// "nat_dport" and "nat" ("after" the observer, or "before") where its addresses are translated.
void append_json(const FlowRecord& record, const RecordNames& names, std::string& out);

constexpr std::string_view kCsvHeader =
    "start,end,src,dst,sport,dport,proto,packets,bytes,tcp_flags,tos,icmp_type,icmp_code\n";
void append_csv(const FlowRecord& record, std::string& out);

constexpr std::string_view kCsvNamedHeader =
    "start,end,src,dst,sport,dport,proto,packets,bytes,tcp_flags,tos,icmp_type,icmp_code,tunnel,outer_src,"
    "outer_dst,tunnel_id\n";
void append_csv(const FlowRecord& record, const RecordNames& names, std::string& out);

// Addresses stand last: those of IPv6 are of any width.
constexpr std::string_view kTableHeader =
    "start                           seconds proto     packets         bytes flags    source -> "
    "destination\n";
void append_row(const FlowRecord& record, std::string& out);
void append_row(const FlowRecord& record, const RecordNames& names, std::string& out);

}  // namespace anemone

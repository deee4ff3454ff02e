// The header of a message: IPFIX (RFC 7011 section 3.1), NetFlow v9 (RFC 3954 section 5.1) and v5.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     IPFIX's version: 10       |            Length             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                          Export Time                          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                        Sequence Number                        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                     Observation Domain Id                     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// v9 and v5 have a count instead of the length and the exporter's uptime after it; v5 has no templates, its
// records are of one kind.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/time.h"
#include "ipfix/refusal.h"

namespace anemone::ipfix {

constexpr std::uint16_t kVersion5 = 5;
constexpr std::uint16_t kVersion9 = 9;
constexpr std::uint16_t kVersion10 = 10;  // IPFIX

constexpr std::size_t kHeaderSize = 16;    // IPFIX
constexpr std::size_t kSetHeaderSize = 4;  // id, length
constexpr std::size_t kV5RecordSize = 48;

constexpr std::uint16_t kTemplateSet = 2;
constexpr std::uint16_t kOptionsTemplateSet = 3;
constexpr std::uint16_t kV9TemplateSet = 0;
constexpr std::uint16_t kV9OptionsTemplateSet = 1;
constexpr std::uint16_t kFirstDataSet = 256;

struct MessageHeader {
  std::uint16_t version = 0;
  std::uint16_t length = 0;  // IPFIX: of the whole message
  std::uint16_t count = 0;   // v9, v5: records
  Time export_time{};
  std::uint32_t sequence = 0;   // IPFIX, v5: records before this message; v9: messages
  std::uint32_t domain = 0;     // observation domain; v9: source id; v5: engine type and id
  std::uint32_t uptime_ms = 0;  // v9, v5: since the exporter started
};

// Reads the header of `in`; says why not when it is none. Leaves `in` behind it.
Refusal read_header(ByteReader& in, MessageHeader& header);

}  // namespace anemone::ipfix

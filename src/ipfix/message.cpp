#include "ipfix/message.h"

namespace anemone::ipfix {
namespace {

Time from_seconds(std::uint32_t seconds) { return time_from_micros(std::int64_t{seconds} * 1'000'000); }

void read_v10(ByteReader& in, MessageHeader& header) {
  header.length = in.u16();
  header.export_time = from_seconds(in.u32());
  header.sequence = in.u32();
  header.domain = in.u32();
}

void read_v9(ByteReader& in, MessageHeader& header) {
  header.count = in.u16();
  header.uptime_ms = in.u32();
  header.export_time = from_seconds(in.u32());
  header.sequence = in.u32();
  header.domain = in.u32();
}

void read_v5(ByteReader& in, MessageHeader& header) {
  header.count = in.u16();
  header.uptime_ms = in.u32();
  header.export_time = from_seconds(in.u32());
  header.export_time += Duration{in.u32() / 1000};
  header.sequence = in.u32();
  header.domain = in.u16();
  in.skip(2);  // sampling
}

}  // namespace

Refusal read_header(ByteReader& in, MessageHeader& header) {
  const std::size_t size = in.left();
  header = {};
  header.version = in.u16();
  if (!in.ok()) return Refusal::kCutShort;
  if (header.version == kVersion10) {
    read_v10(in, header);
  } else if (header.version == kVersion9) {
    read_v9(in, header);
  } else if (header.version == kVersion5) {
    read_v5(in, header);
  } else {
    return Refusal::kBadVersion;
  }
  if (!in.ok()) return Refusal::kCutShort;
  if (header.version == kVersion10 && header.length < kHeaderSize) return Refusal::kBadLength;
  if (header.version == kVersion10 && header.length > size) return Refusal::kCutShort;
  if (header.version == kVersion5 && in.left() < header.count * kV5RecordSize) return Refusal::kBadLength;
  return Refusal::kNone;
}

}  // namespace anemone::ipfix

#include "lsdb/mrt_file.h"

#include <array>
#include <utility>

#include "io/file.h"
#include "ospf/packet.h"
#include "ospf3/packet.h"

namespace anemone {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint16_t kOspf2 = 11;
constexpr std::uint16_t kIsis = 32;
constexpr std::uint16_t kIsisMicros = 33;
constexpr std::uint16_t kOspf3 = 48;
constexpr std::uint16_t kOspf3Micros = 49;
constexpr std::uint16_t kAddressIpv4 = 1;
constexpr std::uint16_t kAddressIpv6 = 2;
constexpr std::size_t kIpPacketMax = 0xffff - 40;

bool is_routing(std::uint16_t type) {
  return type == kOspf2 || type == kIsis || type == kIsisMicros || type == kOspf3 || type == kOspf3Micros;
}

// BGP's, old and new.
bool is_other(std::uint16_t type) { return type == 12 || type == 13 || type == 16 || type == 17; }

IpAddress read_ipv6(ByteReader& in) {
  const Bytes bytes = in.take(16);
  if (bytes.size() != 16) return {};
  return IpAddress::from_bytes6(bytes.first<16>());
}

bool read_ends(std::uint16_t family, ByteReader& in, MrtMessage& message) {
  if (family == kAddressIpv4) {
    message.remote = Ipv4{in.u32()};
    message.local = Ipv4{in.u32()};
  } else {
    message.remote = read_ipv6(in);
    message.local = read_ipv6(in);
  }
  return family == kAddressIpv4 || family == kAddressIpv6;
}

bool read_body(std::uint16_t type, ByteReader in, MrtMessage& message) {
  if (type == kIsisMicros || type == kOspf3Micros) {
    const std::uint32_t micros = in.u32();
    if (micros >= 1'000'000) return false;
    message.time += Duration{micros};
  }
  message.protocol = type == kOspf2 ? Protocol::kOspf2 : Protocol::kOspf3;
  if (type == kIsis || type == kIsisMicros) message.protocol = Protocol::kIsis;
  bool whole = true;
  if (message.protocol == Protocol::kOspf2) whole = read_ends(kAddressIpv4, in, message);
  if (message.protocol == Protocol::kOspf3) whole = read_ends(in.u16(), in, message);
  message.bytes = in.rest();
  return whole && in.ok() && !message.bytes.empty();
}

// The record around a message that is written: header, microseconds where the type has them, addresses.
void put_record(Time time, std::uint16_t type, Bytes addresses, Bytes message, ByteWriter& out) {
  const bool micros_too = type == kIsisMicros || type == kOspf3Micros;
  const std::int64_t us = micros(time);
  out.u32(static_cast<std::uint32_t>(us / 1'000'000));
  out.u16(type);
  out.u16(0);
  out.u32(static_cast<std::uint32_t>((micros_too ? 4 : 0) + addresses.size() + message.size()));
  if (micros_too) out.u32(static_cast<std::uint32_t>(us % 1'000'000));
  out.put(addresses);
  out.put(message);
}

void write_ospf2(const HeardLsa& heard, ByteWriter& out) {
  ByteWriter body;
  ospf::Header header{ospf::PacketType::kUpdate, heard.key.router, heard.key.area, ospf::AuthType::kNone};
  if (heard.described) {
    header.type = ospf::PacketType::kDescription;
    ospf::LsaHeader lsa;
    lsa.key = ospf2_lsa(heard.key);
    lsa.sequence = heard.instance.sequence;
    lsa.checksum = heard.instance.checksum;
    lsa.length = ospf::kLsaHeaderSize;
    lsa.do_not_age = heard.instance.left_s == LsaInstance::kForever;
    if (!lsa.do_not_age) lsa.age_s = static_cast<std::uint16_t>(ospf::kMaxAgeSeconds - heard.instance.left_s);
    ByteWriter headers;
    write_lsa_header(lsa, headers);
    ospf::write_description({0, 0, false, false, false, 0, headers.bytes()}, body);
  } else {
    body.u32(1);
    body.put(heard.bytes);
  }
  const std::array<std::uint8_t, 8> nobody{};
  put_record(heard.time, kOspf2, nobody, ospf::write_packet(header, body.bytes()), out);
}

bool write_ospf3(const HeardLsa& heard, ByteWriter& out) {
  if (heard.described) return false;
  ByteWriter body;
  body.u32(1);
  body.put(heard.bytes);
  const ospf3::Header header{ospf3::PacketType::kUpdate, heard.key.router, heard.key.area.value,
                             static_cast<std::uint8_t>(heard.key.area.domain)};
  ByteWriter addresses;
  addresses.u16(kAddressIpv6);
  for (int i = 0; i < 4; ++i) addresses.u64(0);
  put_record(heard.time, kOspf3Micros, addresses.bytes(), ospf3::write_packet({}, header, body.bytes()), out);
  return true;
}

}  // namespace

bool begins_like_mrt(Bytes start) {
  ByteReader in(start);
  in.skip(4);
  const std::uint16_t type = in.u16();
  const std::uint16_t subtype = in.u16();
  const std::uint32_t length = in.u32();
  if (!in.ok() || length == 0) return false;
  if (is_routing(type)) return subtype == 0 && length <= kMrtRecordMax;
  return is_other(type) && subtype < 16;
}

MrtRead read_mrt_record(Bytes bytes, MrtMessage& message, std::size_t& size) {
  ByteReader in(bytes);
  message = {};
  message.time = Time{std::chrono::seconds(in.u32())};
  const std::uint16_t type = in.u16();
  in.skip(2);
  const std::uint32_t length = in.u32();
  if (!in.ok()) return MrtRead::kCut;
  if (length > kMrtRecordMax && !is_other(type)) return MrtRead::kDamaged;
  size = kHeader + length;
  if (!is_routing(type)) return MrtRead::kSkipped;
  const Bytes body = in.take(length);
  if (!in.ok()) return MrtRead::kCut;
  return read_body(type, ByteReader(body), message) ? MrtRead::kMessage : MrtRead::kRefused;
}

struct MrtReader::Impl {
  explicit Impl(FileReader reader) : file(std::move(reader)) {}

  void fail(const std::string& why) {
    problem = Error{file.path() + ": at byte " + std::to_string(file.offset()) + ": " + why};
  }
  const MrtMessage* next();
  bool step_over(std::size_t size);

  FileReader file;
  MrtMessage message;
  std::size_t used = 0;  // of what the last message was read from
  std::uint64_t skipped = 0;
  std::uint64_t refused = 0;
  std::optional<Error> problem;
};

bool MrtReader::Impl::step_over(std::size_t size) {
  auto moved = file.skip(size);
  if (moved && *moved) return true;
  fail(moved ? "the file ends inside a record" : moved.error().message);
  return false;
}

const MrtMessage* MrtReader::Impl::next() {
  while (!problem) {
    if (used > 0 && !step_over(std::exchange(used, 0))) return nullptr;
    auto bytes = file.peek(kHeader + kMrtRecordMax);
    if (!bytes) {
      problem = bytes.error();
      return nullptr;
    }
    if (bytes->empty()) return nullptr;
    switch (read_mrt_record(*bytes, message, used)) {
      case MrtRead::kMessage:
        return &message;
      case MrtRead::kSkipped:
        ++skipped;
        break;
      case MrtRead::kRefused:
        ++refused;
        break;
      case MrtRead::kCut:
        fail("the file ends inside a record");
        return nullptr;
      case MrtRead::kDamaged:
        fail("no MRT record is that long");
        return nullptr;
    }
  }
  return nullptr;
}

MrtReader::MrtReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MrtReader::MrtReader(MrtReader&&) noexcept = default;
MrtReader& MrtReader::operator=(MrtReader&&) noexcept = default;
MrtReader::~MrtReader() = default;

Result<MrtReader> MrtReader::open(const std::string& path) {
  auto file = FileReader::open(path);
  if (!file) return file.error();
  auto start = file->peek(kHeader);
  if (!start) return start.error();
  if (!begins_like_mrt(*start)) return Error{path + ": no MRT file"};
  return MrtReader(std::make_unique<Impl>(std::move(*file)));
}

const MrtMessage* MrtReader::next() { return impl_->next(); }
std::uint64_t MrtReader::skipped() const { return impl_->skipped; }
std::uint64_t MrtReader::refused() const { return impl_->refused; }
const std::optional<Error>& MrtReader::problem() const { return impl_->problem; }

bool write_mrt(const HeardLsa& heard, ByteWriter& out) {
  constexpr std::size_t kAround = ospf::kHeaderSize + 4;
  if (!heard.described && heard.bytes.size() > kIpPacketMax - kAround) return false;
  switch (protocol_of(heard.key.area.domain)) {
    case Protocol::kOspf2:
      write_ospf2(heard, out);
      return true;
    case Protocol::kOspf3:
      return write_ospf3(heard, out);
    case Protocol::kIsis:
      if (heard.described) return false;
      put_record(heard.time, kIsisMicros, {}, heard.bytes, out);
      return true;
  }
  return false;
}

}  // namespace anemone

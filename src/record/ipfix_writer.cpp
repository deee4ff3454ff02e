#include "record/ipfix_writer.h"

#include <algorithm>
#include <cstring>

#include "ipfix/type_information.h"

namespace anemone {
namespace {

using ipfix::Field;
using ipfix::kVariable;
using ipfix::Template;

// Which fields a record has something in; the number of its template is 256 and these bits.
enum Variant : std::uint8_t {
  kIpv6 = 1,
  kWide = 2,
  kHost = 4,
  kTcp = 8,
  kTunnel = 16,
  kNat = 32,
  kCarrier = 64
};
constexpr std::uint16_t kElementsTemplate = 400;
constexpr std::uint16_t kHostFactsTemplate = 401;

// Header, set headers, the longest template and the fixed fields of a record.
constexpr std::size_t kWithoutNames = 16 + 12 + 232 + 198;
constexpr std::size_t kHostFactsHeads = 16 + 12 + 64;  // header, set headers, their template

std::uint8_t variant_of(const FlowRecord& record, const NatTuple* nat, const Carrier& carrier) {
  const Origin& origin = record.origin;
  std::uint8_t variant = 0;
  if (!record.key.src.is_v4() || !record.key.dst.is_v4()) variant |= kIpv6;
  if ((record.bytes | record.packets) >> 32 != 0) variant |= kWide;
  if (origin.owner.valid() || origin.application.valid() || origin.pid != 0 || origin.interface != 0 ||
      record.key.direction != Direction::kUnknown || record.observer.valid() || record.accuracy != kExact) {
    variant |= kHost;
  }
  if (record.srtt_us != 0 || record.retransmits != 0) variant |= kTcp;
  if (origin.tunnel.valid()) variant |= kTunnel;
  if (carrier.known()) variant |= kCarrier;
  if (nat == nullptr) return variant;
  variant |= kNat;
  if (!nat->src.is_v4() || !nat->dst.is_v4()) variant |= kIpv6;
  return variant;
}

Template template_of(std::uint8_t variant, std::uint32_t enterprise) {
  const auto ours = [&](OurElement element, std::uint16_t length) {
    return Field{key_of(element, enterprise), length};
  };
  const bool v6 = (variant & kIpv6) != 0;
  const std::uint16_t counter = (variant & kWide) != 0 ? 8 : 4;
  const std::uint16_t address = v6 ? 16 : 4;
  std::vector<Field> fields = {{iana::kStartMilliseconds, 8},
                               {iana::kEndMilliseconds, 8},
                               ours(OurElement::kStartFraction, 2),
                               ours(OurElement::kEndFraction, 2),
                               {v6 ? iana::kSource6 : iana::kSource4, address},
                               {v6 ? iana::kDestination6 : iana::kDestination4, address},
                               {iana::kSourcePort, 2},
                               {iana::kDestinationPort, 2},
                               {iana::kProtocol, 1},
                               {iana::kTos, 1},
                               {iana::kTcpFlags, 1},
                               {iana::kEndReason, 1},
                               {iana::kPackets, counter},
                               {iana::kOctets, counter}};
  if ((variant & kHost) != 0) {
    fields.insert(fields.end(), {{iana::kDirection, 1},
                                 {iana::kIngressInterface, 4},
                                 {iana::kEgressInterface, 4},
                                 {iana::kObservationPoint, 4},
                                 ours(OurElement::kProcessId, 4),
                                 ours(OurElement::kAccuracy, 1)});
  }
  if ((variant & kTcp) != 0) {
    fields.insert(fields.end(), {ours(OurElement::kSmoothedRtt, 4), ours(OurElement::kRetransmits, 4)});
  }
  if ((variant & kTunnel) != 0) {
    fields.insert(fields.end(), {ours(OurElement::kOuterSource, 16), ours(OurElement::kOuterDestination, 16),
                                 ours(OurElement::kTunnelId, 4)});
  }
  if ((variant & kNat) != 0) {
    fields.insert(fields.end(), {{v6 ? iana::kPostNatSource6 : iana::kPostNatSource4, address},
                                 {v6 ? iana::kPostNatDestination6 : iana::kPostNatDestination4, address},
                                 {iana::kPostNatSourcePort, 2},
                                 {iana::kPostNatDestinationPort, 2},
                                 ours(OurElement::kTranslatedBefore, 1)});
  }
  // Names last, so that all that is fixed stands at fixed places.
  if ((variant & kHost) != 0) {
    fields.insert(fields.end(), {ours(OurElement::kProcessName, kVariable),
                                 ours(OurElement::kExecutable, kVariable),
                                 {iana::kUserName, kVariable},
                                 ours(OurElement::kUnit, kVariable),
                                 ours(OurElement::kContainer, kVariable),
                                 {iana::kApplicationName, kVariable}});
  }
  if ((variant & kTunnel) != 0) {
    fields.insert(fields.end(), {ours(OurElement::kThroughTechnology, kVariable),
                                 ours(OurElement::kTunnelInterface, kVariable)});
  }
  if ((variant & kCarrier) != 0) {
    fields.insert(fields.end(),
                  {{iana::kTunnelTechnology, kVariable}, {iana::kEncryptedTechnology, kVariable}});
  }
  return {.id = static_cast<std::uint16_t>(256 + variant), .scope_fields = 0, .fields = std::move(fields)};
}

// Fixed fields, at a pointer into a message whose bytes are already there.
class Put {
 public:
  explicit Put(std::uint8_t* at) : at_(at) {}
  void u8(std::uint8_t value) { *at_++ = value; }
  void u16(std::uint16_t value) { number(__builtin_bswap16(value)); }
  void u32(std::uint32_t value) { number(__builtin_bswap32(value)); }
  void u64(std::uint64_t value) { number(__builtin_bswap64(value)); }
  void address(const IpAddress& address) {
    u64(address.high());
    u64(address.low());
  }
  void text(std::string_view text) {
    if (text.size() < 255) {
      u8(static_cast<std::uint8_t>(text.size()));
    } else {
      u8(255);
      u16(static_cast<std::uint16_t>(text.size()));
    }
    at_ = std::copy(text.begin(), text.end(), at_);
  }

 private:
  template <class T>
  void number(T value) {
    std::memcpy(at_, &value, sizeof(T));
    at_ += sizeof(T);
  }
  std::uint8_t* at_;
};

void put_times(const FlowRecord& record, Put& out) {
  const auto start_ms = std::chrono::floor<std::chrono::milliseconds>(record.start);
  const auto end_ms = std::chrono::floor<std::chrono::milliseconds>(record.end);
  out.u64(static_cast<std::uint64_t>(start_ms.time_since_epoch().count()));
  out.u64(static_cast<std::uint64_t>(end_ms.time_since_epoch().count()));
  out.u16(static_cast<std::uint16_t>((record.start - start_ms).count()));
  out.u16(static_cast<std::uint16_t>((record.end - end_ms).count()));
}

void put_addresses(const IpAddress& src, const IpAddress& dst, std::uint8_t variant, Put& out) {
  if ((variant & kIpv6) != 0) {
    out.address(src);
    out.address(dst);
  } else {
    out.u32(src.v4().value);
    out.u32(dst.v4().value);
  }
}

void put_base(const FlowRecord& record, std::uint8_t variant, Put& out) {
  put_times(record, out);
  put_addresses(record.key.src, record.key.dst, variant, out);
  out.u16(record.key.src_port);
  out.u16(record.key.dst_port);
  out.u8(record.key.protocol);
  out.u8(record.tos);
  out.u8(record.tcp_flags);
  out.u8(static_cast<std::uint8_t>(record.reason));
  if ((variant & kWide) != 0) {
    out.u64(record.packets);
    out.u64(record.bytes);
  } else {
    out.u32(static_cast<std::uint32_t>(record.packets));
    out.u32(static_cast<std::uint32_t>(record.bytes));
  }
}

void put_host(const FlowRecord& record, Put& out) {
  const bool going_out = record.key.direction == Direction::kOut;
  out.u8(static_cast<std::uint8_t>(record.key.direction));
  out.u32(going_out ? 0 : record.origin.interface);
  out.u32(going_out ? record.origin.interface : 0);
  out.u32(record.observer.value() + 1);  // 0: none
  out.u32(record.origin.pid);
  out.u8(record.accuracy);
}

void put_tunnel(const Tunnel& tunnel, Put& out) {
  out.address(tunnel.src);
  out.address(tunnel.dst);
  out.u32(tunnel.id);
}

void put_nat(const NatTuple& nat, std::uint8_t variant, Put& out) {
  put_addresses(nat.src, nat.dst, variant, out);
  out.u16(nat.src_port);
  out.u16(nat.dst_port);
  out.u8(nat.before ? 1 : 0);
}

// At most `bytes_max` bytes, cut between characters of UTF-8.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<std::uint8_t>(text[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

}  // namespace

IpfixWriter::IpfixWriter(IpfixWriterConfig config)
    : config_(config), name_bytes_max_(0), messages_(config.domain, config.message_bytes_max) {
  const std::size_t message = std::clamp<std::size_t>(config.message_bytes_max, 512, 65'535);
  name_bytes_max_ = std::min<std::size_t>((message - kWithoutNames) / kNames - 3, 4096);
  for (std::size_t variant = 0; variant < kVariants; ++variant) {
    templates_[variant] = template_of(static_cast<std::uint8_t>(variant), config.enterprise);
  }
}

void IpfixWriter::say_templates_again() {
  messages_.say_templates_again();
  elements_said_ = false;
}

void IpfixWriter::write_templates(Time export_time, const Send& send) {
  say_templates_again();
  say_elements(export_time, send);
  for (const Template& layout : templates_) messages_.say(layout, export_time, send);
  messages_.flush(export_time, send);
}

void IpfixWriter::write(std::span<const FlowRecord> records, const RecordNames& names, Time export_time,
                        const Send& send) {
  if (records.empty()) return;
  if (!elements_said_) say_elements(export_time, send);
  const Carriers carriers(names);
  for (const FlowRecord& record : records) add(record, names, carriers, export_time, send);
  messages_.flush(export_time, send);
}

bool IpfixWriter::write_host_facts(const HostFacts& facts, Time export_time, const Send& send) {
  ByteWriter record;
  anemone::write_host_facts(facts, config_.domain, config_.enterprise, record);
  if (record.size() + kHostFactsHeads > config_.message_bytes_max) return false;
  if (!elements_said_) say_elements(export_time, send);
  const Template layout = host_facts_template(kHostFactsTemplate, config_.enterprise);
  messages_.begin_record(layout, record.size(), export_time, send).put(record.bytes());
  messages_.added();
  return true;
}

void IpfixWriter::say_elements(Time export_time, const Send& send) {
  const Template layout = ipfix::type_information_template(kElementsTemplate);
  ByteWriter description;
  for (const ipfix::ElementInfo& info : our_elements(config_.enterprise)) {
    description.bytes().clear();
    ipfix::write_type_information(info, description);
    messages_.begin_record(layout, description.size(), export_time, send).put(description.bytes());
    messages_.added();
  }
  elements_said_ = true;
}

void IpfixWriter::add_text(std::string_view text, Texts& texts) {
  const std::string_view fits = cut(text, name_bytes_max_);
  names_cut_ += fits.size() < text.size() ? 1 : 0;
  texts.of[texts.count++] = fits;
  texts.bytes += fits.size() + (fits.size() < 255 ? 1 : 3);
}

void IpfixWriter::add(const FlowRecord& record, const RecordNames& names, const Carriers& carriers,
                      Time export_time, const Send& send) {
  const NatTuple* nat = record.nat.valid() ? &names.nats[record.nat] : nullptr;
  const Carrier carrier = carriers.carrier_of(record);
  const std::uint8_t variant = variant_of(record, nat, carrier);
  const Template& layout = templates_[variant];
  Texts texts;
  if ((variant & kHost) != 0) {
    static const Owner nobody;
    const Origin& origin = record.origin;
    const Owner& owner = origin.owner.valid() ? names.owners[origin.owner] : nobody;
    for (const std::string* text :
         {&owner.process, &owner.executable, &owner.user, &owner.unit, &owner.container}) {
      add_text(*text, texts);
    }
    add_text(origin.application.valid() ? std::string_view(names.applications[origin.application])
                                        : std::string_view(),
             texts);
  }
  const Tunnel* tunnel = nullptr;
  if ((variant & kTunnel) != 0) {
    tunnel = &names.tunnels[record.origin.tunnel];
    add_text(tunnel->technology, texts);
    add_text(tunnel->interface, texts);
  }
  if ((variant & kCarrier) != 0) {
    add_text(print_trait(carrier.tunnel), texts);
    add_text(print_trait(carrier.encrypted), texts);
  }
  const std::size_t size = layout.length_min() - texts.count + texts.bytes;
  auto& bytes = messages_.begin_record(layout, size, export_time, send).bytes();
  const std::size_t at = bytes.size();
  bytes.resize(at + size);
  Put out(bytes.data() + at);
  put_base(record, variant, out);
  if ((variant & kHost) != 0) put_host(record, out);
  if ((variant & kTcp) != 0) {
    out.u32(record.srtt_us);
    out.u32(record.retransmits);
  }
  if (tunnel != nullptr) put_tunnel(*tunnel, out);
  if (nat != nullptr) put_nat(*nat, variant, out);
  for (std::size_t i = 0; i < texts.count; ++i) out.text(texts.of[i]);
  messages_.added();
  ++records_;
}

}  // namespace anemone

#include "record/host_facts.h"

#include <algorithm>
#include <string_view>

#include "record/foreign_flow.h"
#include "record/ipfix_elements.h"

namespace anemone {
namespace {

using ipfix::ElementKey;
using ipfix::Field;

constexpr std::size_t kNameMax = 254;
constexpr std::uint8_t kAllOf = 3;  // RFC 6313: what the elements of a list have to do with each other

// A list of elements of one kind: what stands in front of them (RFC 6313 section 4.5.1).
void begin_list(ElementKey element, std::uint16_t size, std::size_t count, ByteWriter& out) {
  const std::size_t head = element.enterprise != 0 ? 9 : 5;
  out.u8(255);
  out.u16(static_cast<std::uint16_t>(head + count * size));
  out.u8(kAllOf);
  out.u16(static_cast<std::uint16_t>(element.id | (element.enterprise != 0 ? 0x8000 : 0)));
  out.u16(size);
  if (element.enterprise != 0) out.u32(element.enterprise);
}

void put_address(const IpAddress& address, ByteWriter& out) {
  out.u64(address.high());
  out.u64(address.low());
}

struct List {
  ElementKey element;
  std::uint16_t size = 0;
  Bytes contents;

  std::size_t count() const { return size == 0 ? 0 : contents.size() / size; }
  ByteReader at(std::size_t i) const { return ByteReader(contents.subspan(i * size, size)); }
};

List read_list(Bytes bytes) {
  ByteReader in(bytes);
  List list;
  in.u8();
  const std::uint16_t id = in.u16();
  list.size = in.u16();
  list.element = {(id & 0x8000) != 0 ? in.u32() : 0, static_cast<std::uint16_t>(id & 0x7fff)};
  if (in.ok() && list.size != ipfix::kVariable) list.contents = in.rest();
  return list;
}

IpAddress read_address(ByteReader in) {
  const std::uint64_t high = in.u64();
  return {high, in.u64()};
}

// The lists are beside each other; what one lacks is left at nothing.
void read_list_of(const List& list, std::uint32_t enterprise, HostFacts& facts) {
  const auto addresses = [&]() -> std::vector<HostAddress>& {
    facts.addresses.resize(std::max(facts.addresses.size(), std::min(list.count(), kHostListMax)));
    return facts.addresses;
  };
  const std::size_t count = std::min(list.count(), kHostListMax);
  if (list.element == key_of(OurElement::kHostAddress, enterprise) && list.size == 16) {
    for (std::size_t i = 0; i < count; ++i) addresses()[i].address = read_address(list.at(i));
  } else if (list.element == key_of(OurElement::kHostPrefixLength, enterprise) && list.size == 1) {
    for (std::size_t i = 0; i < count; ++i) addresses()[i].prefix_length = list.at(i).u8();
  } else if (list.element == iana::kIngressInterface && list.size == 4) {
    for (std::size_t i = 0; i < count; ++i) addresses()[i].interface = list.at(i).u32();
  } else if (list.element == iana::kNextHop6 && list.size == 16) {
    facts.gateways.clear();
    for (std::size_t i = 0; i < count; ++i) facts.gateways.push_back(read_address(list.at(i)));
  }
}

}  // namespace

ipfix::Template host_facts_template(std::uint16_t id, std::uint32_t enterprise) {
  const Field list{iana::kBasicList, ipfix::kVariable};
  return {.id = id,
          .scope_fields = 1,
          .fields = {{iana::kObservationDomain, 4},
                     {iana::kObservationTime, 8},
                     {key_of(OurElement::kHostForwards, enterprise), 1},
                     {key_of(OurElement::kHostName, enterprise), ipfix::kVariable},
                     list,    // addresses
                     list,    // the lengths of their prefixes
                     list,    // their interfaces
                     list}};  // gateways
}

void write_host_facts(const HostFacts& facts, std::uint32_t domain, std::uint32_t enterprise,
                      ByteWriter& out) {
  const std::string_view name = std::string_view(facts.name).substr(0, kNameMax);
  const std::size_t addresses = std::min(facts.addresses.size(), kHostListMax);
  const std::size_t gateways = std::min(facts.gateways.size(), kHostListMax);
  out.u32(domain);
  out.u64(to_ntp(facts.at));
  out.u8(facts.forwards ? 1 : 0);
  out.u8(static_cast<std::uint8_t>(name.size()));
  out.put({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
  begin_list(key_of(OurElement::kHostAddress, enterprise), 16, addresses, out);
  for (std::size_t i = 0; i < addresses; ++i) put_address(facts.addresses[i].address, out);
  begin_list(key_of(OurElement::kHostPrefixLength, enterprise), 1, addresses, out);
  for (std::size_t i = 0; i < addresses; ++i) out.u8(facts.addresses[i].prefix_length);
  begin_list(iana::kIngressInterface, 4, addresses, out);
  for (std::size_t i = 0; i < addresses; ++i) out.u32(facts.addresses[i].interface);
  begin_list(iana::kNextHop6, 16, gateways, out);
  for (std::size_t i = 0; i < gateways; ++i) put_address(facts.gateways[i], out);
}

std::optional<HostFacts> read_host_facts(const ipfix::Template& layout, Bytes record,
                                         std::uint32_t enterprise) {
  HostFacts facts;
  bool about_host = false;
  ByteReader in(record);
  for (const Field& field : layout.fields) {
    const Bytes bytes = take_field(in, field);
    ByteReader value(bytes);
    if (field.element == iana::kObservationTime) facts.at = from_ntp(value.u64());
    if (field.element == iana::kBasicList) read_list_of(read_list(bytes), enterprise, facts);
    if (field.element == key_of(OurElement::kHostForwards, enterprise)) facts.forwards = value.u8() != 0;
    if (field.element == key_of(OurElement::kHostName, enterprise)) {
      about_host = true;
      facts.name.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
  }
  if (!in.ok() || !about_host) return std::nullopt;
  for (HostAddress& one : facts.addresses) {
    const std::uint8_t most = one.address.is_v4() ? 32 : 128;
    one.prefix_length = std::min(one.prefix_length, most);
  }
  return facts;
}

}  // namespace anemone

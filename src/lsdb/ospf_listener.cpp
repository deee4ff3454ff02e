#include "lsdb/ospf_listener.h"

namespace anemone {

using ospf::PacketType;
using ospf::Refusal;

void OspfCounts::add(const OspfCounts& other) {
  packets += other.packets;
  lsas += other.lsas;
  for (std::size_t i = 0; i < by_type.size(); ++i) by_type[i] += other.by_type[i];
  for (const auto& [type, count] : other.lsas_by_type) lsas_by_type[type] += count;
  for (std::size_t i = 0; i < refused.of.size(); ++i) refused.of[i] += other.refused.of[i];
  auth.add(other.auth);
}

const ospf::AuthKeys OspfListener::no_keys;

OspfListener::OspfListener(const std::string& vantage, LsaLog& log, const ospf::AuthKeys& keys)
    : log_(log), vantage_(log.vantage(vantage)), auth_(keys) {}

void OspfListener::on_packet(Time time, Bytes payload, const IpAddress& source) {
  ++counts_.packets;
  if (const Refusal why = take(time, payload, source); why != Refusal::kNone) counts_.refused.add(why);
}

void OspfListener::refuse(Refusal why) {
  ++counts_.packets;
  counts_.refused.add(why);
}

Refusal OspfListener::take(Time time, Bytes payload, const IpAddress& source) {
  ospf::Packet packet;
  if (const Refusal why = ospf::read_packet(payload, packet); why != Refusal::kNone) return why;
  ++counts_.by_type[static_cast<std::size_t>(packet.header.type)];
  const ospf::AuthVerdict verdict = auth_.judge(time, source, payload, packet);
  counts_.auth.add(verdict);
  if (!taken(verdict)) return Refusal::kNotAuthentic;
  ospf::Hello hello;
  Bytes list;
  switch (packet.header.type) {
    case PacketType::kHello:
      return ospf::read_hello(packet.body, hello);
    case PacketType::kDescription:
      return take_description(time, packet);
    case PacketType::kRequest:
      return ospf::read_requests(packet.body, list);
    case PacketType::kUpdate:
      return take_update(time, packet);
    case PacketType::kAck:
      return ospf::read_ack(packet.body, list);
  }
  return Refusal::kBadType;
}

Refusal OspfListener::take_update(Time time, const ospf::Packet& packet) {
  std::uint32_t count = 0;
  Bytes lsas;
  if (const Refusal why = ospf::read_update(packet.body, count, lsas); why != Refusal::kNone) return why;
  ByteReader in(lsas);
  for (std::uint32_t i = 0; i < count; ++i) {
    ospf::LsaView lsa;
    const Refusal why = ospf::read_lsa(in, lsa);
    if (why == Refusal::kBadLsaLength) return why;
    if (why != Refusal::kNone) {
      counts_.refused.add(why);
      continue;
    }
    ++counts_.lsas;
    ++counts_.lsas_by_type[lsa.header.key.type];
    log_.entries.push_back({time, vantage_, false, ospf2_key(packet.header.area, lsa.header.key),
                            ospf_instance(lsa.header), LsaBytes(lsa.bytes)});
  }
  return Refusal::kNone;
}

Refusal OspfListener::take_description(Time time, const ospf::Packet& packet) {
  ospf::DatabaseDescription description;
  if (const Refusal why = ospf::read_description(packet.body, description); why != Refusal::kNone) return why;
  ByteReader in(description.headers);
  while (in.left() > 0) {
    const ospf::LsaHeader header = ospf::read_lsa_header(in);
    log_.entries.push_back(
        {time, vantage_, true, ospf2_key(packet.header.area, header.key), ospf_instance(header), LsaBytes()});
  }
  return Refusal::kNone;
}

}  // namespace anemone

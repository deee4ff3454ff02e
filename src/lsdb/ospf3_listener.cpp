#include "lsdb/ospf3_listener.h"

namespace anemone {

using ospf3::PacketType;
using ospf3::Refusal;

namespace {

AreaId area_of(const ospf3::Header& header) { return {header.area, ospf3_domain(header.instance)}; }

}  // namespace

void Ospf3Counts::add(const Ospf3Counts& other) {
  packets += other.packets;
  authenticated += other.authenticated;
  lsas += other.lsas;
  for (std::size_t i = 0; i < by_type.size(); ++i) by_type[i] += other.by_type[i];
  for (const auto& [type, count] : other.lsas_by_type) lsas_by_type[type] += count;
  for (std::size_t i = 0; i < refused.of.size(); ++i) refused.of[i] += other.refused.of[i];
}

Ospf3Listener::Ospf3Listener(const std::string& vantage, LsaLog& log)
    : log_(log), vantage_(log.vantage(vantage)) {}

void Ospf3Listener::on_packet(Time time, const ospf3::Ends& ends, Bytes payload) {
  ++counts_.packets;
  if (const Refusal why = take(time, ends, payload); why != Refusal::kNone) counts_.refused.add(why);
}

void Ospf3Listener::refuse(Refusal why) {
  ++counts_.packets;
  counts_.refused.add(why);
}

Refusal Ospf3Listener::take(Time time, const ospf3::Ends& ends, Bytes payload) {
  ospf3::Packet packet;
  if (const Refusal why = ospf3::read_packet(ends, payload, packet); why != Refusal::kNone) return why;
  ++counts_.by_type[static_cast<std::size_t>(packet.header.type)];
  if (packet.authenticated) ++counts_.authenticated;
  ospf3::Hello hello;
  Bytes list;
  switch (packet.header.type) {
    case PacketType::kHello:
      return ospf3::read_hello(packet.body, hello);
    case PacketType::kDescription:
      return take_description(time, packet);
    case PacketType::kRequest:
      return ospf3::read_requests(packet.body, list);
    case PacketType::kUpdate:
      return take_update(time, packet);
    case PacketType::kAck:
      return ospf3::read_ack(packet.body, list);
  }
  return Refusal::kBadType;
}

Refusal Ospf3Listener::take_update(Time time, const ospf3::Packet& packet) {
  std::uint32_t count = 0;
  Bytes lsas;
  if (const Refusal why = ospf3::read_update(packet.body, count, lsas); why != Refusal::kNone) return why;
  ByteReader in(lsas);
  for (std::uint32_t i = 0; i < count; ++i) {
    ospf3::LsaView lsa;
    const Refusal why = ospf3::read_lsa(in, lsa);
    if (why == Refusal::kBadLsaLength) return why;
    if (why != Refusal::kNone) {
      counts_.refused.add(why);
      continue;
    }
    ++counts_.lsas;
    ++counts_.lsas_by_type[lsa.header.key.type];
    log_.entries.push_back({time, vantage_, false, ospf3_key(area_of(packet.header), lsa.header.key),
                            ospf3_instance(lsa.header), LsaBytes(lsa.bytes)});
  }
  return Refusal::kNone;
}

Refusal Ospf3Listener::take_description(Time time, const ospf3::Packet& packet) {
  ospf3::DatabaseDescription description;
  if (const Refusal why = ospf3::read_description(packet.body, description); why != Refusal::kNone)
    return why;
  ByteReader in(description.headers);
  while (in.left() > 0) {
    const ospf3::LsaHeader header = ospf3::read_lsa_header(in);
    log_.entries.push_back({time, vantage_, true, ospf3_key(area_of(packet.header), header.key),
                            ospf3_instance(header), LsaBytes()});
  }
  return Refusal::kNone;
}

}  // namespace anemone

#include "capture/fragment_table.h"

#include <algorithm>
#include <span>

namespace anemone {

void FragmentTable::orphan(Datagram& datagram, std::vector<Event>& orphans) {
  if (datagram.used && datagram.held.packets > 0) orphans.push_back(datagram.held);
  datagram = {};
}

// The datagram of `packet`: the one that is there, or a fresh one in the place of whichever of its set is
// free or was not heard of for longest.
FragmentTable::Datagram& FragmentTable::find(const IpPacket& packet, Time now, std::vector<Event>& orphans) {
  if (datagrams_.empty()) datagrams_.resize(kSets * kWays);
  const std::uint8_t protocol = packet.src.is_v4() ? packet.protocol : 0;
  const FlowKey name{packet.src, packet.dst, static_cast<std::uint16_t>(packet.fragment_id >> 16),
                     static_cast<std::uint16_t>(packet.fragment_id), protocol};
  const std::size_t set = std::hash<FlowKey>{}(name) % kSets;
  const std::span<Datagram> ways(&datagrams_[set * kWays], kWays);
  for (Datagram& datagram : ways) {
    if (!datagram.used || datagram.id != packet.fragment_id || datagram.protocol != protocol ||
        datagram.src != packet.src || datagram.dst != packet.dst) {
      continue;
    }
    if (now - datagram.heard <= kPatience) return datagram;
    orphan(datagram, orphans);
    break;
  }
  Datagram& datagram = *std::min_element(ways.begin(), ways.end(), [](const Datagram& a, const Datagram& b) {
    return a.used != b.used ? !a.used : a.heard < b.heard;
  });
  orphan(datagram, orphans);
  datagram.src = packet.src;
  datagram.dst = packet.dst;
  datagram.id = packet.fragment_id;
  datagram.protocol = protocol;
  datagram.used = true;
  datagram.held.packets = 0;
  return datagram;
}

bool FragmentTable::place(const IpPacket& packet, Event& event, std::vector<Event>& orphans) {
  Datagram& datagram = find(packet, event.time, orphans);
  datagram.heard = event.time;
  const std::uint32_t payload = packet.length - std::min<std::uint32_t>(packet.length, packet.header_length);
  datagram.bytes_seen += payload;
  if (!packet.fragments_follow) datagram.bytes_all = packet.fragment_offset + payload;
  if (packet.fragment_offset == 0) {
    datagram.first_seen = true;
    datagram.key = event.key;
    event.packets += datagram.held.packets;
    event.bytes += datagram.held.bytes;
    datagram.held.packets = 0;
    datagram.held.bytes = 0;
  } else if (datagram.first_seen) {
    event.key = datagram.key;
  } else if (datagram.held.packets == 0) {
    datagram.held = event;
    return false;
  } else {
    ++datagram.held.packets;
    datagram.held.bytes += event.bytes;
    return false;
  }
  if (datagram.bytes_all > 0 && datagram.bytes_seen >= datagram.bytes_all)
    datagram = {};  // complete: its id may return
  return true;
}

void FragmentTable::release(std::vector<Event>& orphans) {
  for (Datagram& datagram : datagrams_) orphan(datagram, orphans);
}

}  // namespace anemone

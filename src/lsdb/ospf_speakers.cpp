#include "lsdb/ospf_speakers.h"

#include <algorithm>

namespace anemone {

using ospf::Refusal;

namespace {

constexpr bool is_multicast(Ipv4 address) { return address.value >> 28 == 0xe; }

Terms terms_of(const HeardOspfPacket& heard, const ospf::Packet& packet, const ospf::Hello& hello) {
  Terms terms;
  terms.mask = hello.mask;
  terms.hello_s = hello.interval_s;
  terms.dead_s = hello.dead_s;
  if ((hello.options & ospf::kOptionExternal) == 0) terms.kind = AreaKind::kStub;
  if ((hello.options & ospf::kOptionNssa) != 0) terms.kind = AreaKind::kNssa;
  terms.auth = packet.header.auth;
  if (terms.auth == ospf::AuthType::kCryptographic) {
    const ospf::AuthTrailer trailer = ospf::read_auth_trailer(heard.payload);
    terms.key_id = trailer.key_id;
    terms.digest_length = trailer.digest_length;
  }
  if (terms.auth == ospf::AuthType::kPassword) {
    const Bytes password = heard.payload.subspan(16, terms.password.size());
    std::copy(password.begin(), password.end(), terms.password.begin());
  }
  return terms;
}

std::set<RouterId> listed_in(const ospf::Hello& hello) {
  std::set<RouterId> listed;
  for (ByteReader in(hello.neighbors); in.left() > 0;) listed.insert({in.u32()});
  return listed;
}

void update(Utterance& said, const ospf::Hello& hello, Time time) {
  const bool names_one = hello.designated.value != 0 || hello.backup.value != 0;
  const bool named_one = said.hellos == 0 || said.designated.value != 0 || said.backup.value != 0;
  if (!names_one && named_one) said.alone_since = time;
  ++said.hellos;
  said.last = time;
  said.priority = hello.priority;
  said.designated = hello.designated;
  said.backup = hello.backup;
  said.listed = listed_in(hello);
  std::erase_if(said.listing, [&](const auto& entry) { return !said.listed.contains(entry.first); });
  for (RouterId router : said.listed) said.listing.try_emplace(router, time);
}

}  // namespace

void OspfSpeakers::on_packet(const HeardOspfPacket& packet) {
  ++packets_;
  last_ = std::max(last_, packet.time);
  if (const Refusal why = take(packet); why != Refusal::kNone) refused_.add(why);
}

Refusal OspfSpeakers::take(const HeardOspfPacket& heard) {
  if (!heard.source.is_v4() || !heard.destination.is_v4()) return Refusal::kNotIpv4;
  ospf::Packet packet;
  if (const Refusal why = ospf::read_packet(heard.payload, packet); why != Refusal::kNone) return why;
  if (packet.header.type == ospf::PacketType::kHello) return take_hello(heard, packet);
  if (packet.header.type == ospf::PacketType::kDescription) return take_description(heard, packet);
  return Refusal::kNone;
}

Refusal OspfSpeakers::take_hello(const HeardOspfPacket& heard, const ospf::Packet& packet) {
  ospf::Hello hello;
  if (const Refusal why = ospf::read_hello(packet.body, hello); why != Refusal::kNone) return why;
  const bool is_virtual = hello.mask.value == 0 && !is_multicast(heard.destination.v4());
  const SpeakerKey key{heard.source.v4(), packet.header.router, packet.header.area, is_virtual};
  Utterance* now = said(key, terms_of(heard, packet, hello), heard.time);
  if (now == nullptr) {
    ++beyond_;
    return Refusal::kNone;
  }
  update(*now, hello, heard.time);
  const auto keys = keys_.of(packet.header.area);
  if (!taken(ospf::verify(heard.payload, packet, keys))) ++now->unverified;
  return Refusal::kNone;
}

// The running utterance of a speaker, or a new one where its terms are new. Null beyond the limits.
Utterance* OspfSpeakers::said(const SpeakerKey& key, const Terms& terms, Time time) {
  auto found = speakers_.find(key);
  if (found == speakers_.end()) {
    if (speakers_.size() == kSpeakers) return nullptr;
    found = speakers_.try_emplace(key).first;
  }
  std::vector<Utterance>& utterances = found->second;
  if (!utterances.empty() && utterances.back().terms == terms) return &utterances.back();
  if (utterances.size() == kUtterances) {
    utterances.erase(utterances.begin());
    ++beyond_;
  }
  Utterance& fresh = utterances.emplace_back();
  fresh.terms = terms;
  fresh.first = time;
  return &fresh;
}

Refusal OspfSpeakers::take_description(const HeardOspfPacket& heard, const ospf::Packet& packet) {
  ospf::DatabaseDescription description;
  if (const Refusal why = ospf::read_description(packet.body, description); why != Refusal::kNone) return why;
  const std::pair ends{heard.source.v4(), heard.destination.v4()};
  if (!exchanges_.contains(ends) && exchanges_.size() == kExchanges) {
    ++beyond_;
    return Refusal::kNone;
  }
  Exchange& exchange = exchanges_[ends];
  if (exchange.packets++ == 0) exchange.first = heard.time;
  exchange.last = heard.time;
  exchange.mtu = description.mtu;
  if (description.init) ++exchange.initial;
  if (!description.init && !description.more) ++exchange.finished;
  if (heard.time - exchange.second >= 1s) {
    exchange.second = heard.time;
    exchange.empty = 0;
  }
  if (!description.init && description.headers.empty()) ++exchange.empty;
  exchange.empty_most = std::max(exchange.empty_most, exchange.empty);
  return Refusal::kNone;
}

const Exchange* OspfSpeakers::exchange(Ipv4 from, Ipv4 to) const {
  const auto found = exchanges_.find({from, to});
  return found == exchanges_.end() ? nullptr : &found->second;
}

}  // namespace anemone

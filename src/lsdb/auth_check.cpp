#include "lsdb/auth_check.h"

namespace anemone {

using ospf::AuthVerdict;

AuthVerdict AuthCheck::judge(Time time, const IpAddress& source, Bytes payload, const ospf::Packet& packet) {
  if (keys_.empty()) return AuthVerdict::kNoKey;
  const AuthVerdict verdict = ospf::verify(payload, packet, keys_.of(packet.header.area));
  if (verdict != AuthVerdict::kVerified || packet.header.auth != ospf::AuthType::kCryptographic)
    return verdict;
  return replayed(time, source, payload, packet) ? AuthVerdict::kReplayed : verdict;
}

bool AuthCheck::replayed(Time time, const IpAddress& source, Bytes payload, const ospf::Packet& packet) {
  const std::uint32_t sequence = ospf::read_auth_trailer(payload).sequence;
  const std::pair key{packet.header.router, source};
  if (senders_.size() == kSenders && !senders_.contains(key)) return false;
  Sender& sender = senders_[key];
  if (sequence < sender.sequence && time - sender.heard < sender.dead) return true;
  sender.sequence = sequence;
  sender.heard = time;
  ospf::Hello hello;
  if (packet.header.type == ospf::PacketType::kHello &&
      ospf::read_hello(packet.body, hello) == ospf::Refusal::kNone) {
    sender.dead = std::chrono::seconds(hello.dead_s);
  }
  return false;
}

}  // namespace anemone

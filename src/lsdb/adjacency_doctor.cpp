#include "lsdb/adjacency_doctor.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "net/prefix.h"

namespace anemone {
namespace {

constexpr std::size_t kVoices = 2048;        // compared with each other
constexpr std::uint64_t kInitialMost = 3;    // first descriptions that a good exchange needs
constexpr std::uint64_t kEmptyMost = 50;     // empty descriptions in a second
constexpr std::uint64_t kHellosToJudge = 3;  // before somebody counts as not heard

// What one speaker said for a while.
struct Voice {
  SpeakerKey key;
  const Utterance* said;
  Time end;  // when it began to say something else, or fell silent for too long
};

struct Conflict {
  Ailment ailment;
  std::size_t a;
  std::size_t b;
  std::string a_says;
  std::string b_says;
  Time from;
  Time until;
};

std::string seconds_text(std::uint32_t count) { return std::to_string(count) + " s"; }

const char* kind_text(AreaKind kind) {
  if (kind == AreaKind::kNssa) return "not-so-stubby";
  return kind == AreaKind::kStub ? "stub" : "normal";
}

const char* auth_text(ospf::AuthType type) {
  if (type == ospf::AuthType::kNone) return "none";
  return type == ospf::AuthType::kPassword ? "password" : "cryptographic";
}

std::string key_text(const Terms& terms) {
  const char* algorithm = "unknown";
  for (const auto& [length, name] : {std::pair{16, "md5"},
                                     {20, "hmac-sha-1"},
                                     {32, "hmac-sha-256"},
                                     {48, "hmac-sha-384"},
                                     {64, "hmac-sha-512"}}) {
    if (terms.digest_length == length) algorithm = name;
  }
  return "key " + std::to_string(terms.key_id) + ", " + algorithm;
}

std::string mask_text(Ipv4 mask) {
  const auto length = mask_length(mask);
  return length ? "/" + std::to_string(*length) : print_address(mask);
}

bool is_numbered(const Voice& voice) {
  const std::uint32_t mask = voice.said->terms.mask.value;
  return mask != 0 && mask != 0xffff'ffff;
}

bool same_network(const Voice& a, const Voice& b) {
  const auto holds = [](const Voice& one, const Voice& other) {
    const std::uint32_t mask = one.said->terms.mask.value;
    return is_numbered(one) && ((one.key.address.value ^ other.key.address.value) & mask) == 0;
  };
  return holds(a, b) || holds(b, a);
}

bool lists(const Voice& a, const Voice& b) { return a.said->listed.contains(b.key.router); }
// The spokes of a hub on a network without broadcast are not meant to hear each other.
bool list_a_third(const Voice& a, const Voice& b) {
  return std::any_of(a.said->listed.begin(), a.said->listed.end(),
                     [&](RouterId router) { return b.said->listed.contains(router); });
}
bool two_way(const Voice& a, const Voice& b) {
  return a.key.area == b.key.area && lists(a, b) && lists(b, a);
}
Duration dead(const Voice& voice) { return std::chrono::seconds(voice.said->terms.dead_s); }
Duration hello(const Voice& voice) { return std::chrono::seconds(voice.said->terms.hello_s); }

class Doctor {
 public:
  explicit Doctor(const OspfSpeakers& speakers) : speakers_(speakers) {
    collect_voices();
    std::set<Ipv4> addresses;
    for (const Voice& voice : voices_) addresses.insert(voice.key.address);
    only_two_ = addresses.size() == 2;
    for (std::size_t a = 0; a < voices_.size(); ++a) {
      for (std::size_t b = a + 1; b < voices_.size(); ++b) compare(a, b);
    }
    for (std::size_t a = 0; a < voices_.size(); ++a) judge_alone(a);
    judge_exchanges();
  }

  std::vector<AdjacencyFinding> findings();

 private:
  void collect_voices();
  void compare(std::size_t a, std::size_t b);
  bool comparable(const Voice& a, const Voice& b) const;
  bool judge_identity(std::size_t a, std::size_t b);
  bool judge_terms(std::size_t a, std::size_t b);
  void judge_silence(std::size_t a, std::size_t b);
  void judge_two_way(std::size_t a, std::size_t b);
  void judge_alone(std::size_t a);
  void judge_exchanges();
  bool agree_in_another_area(const Voice& a, const Voice& b) const;
  void add(Ailment ailment, std::size_t a, std::size_t b, std::string a_says, std::string b_says);
  void add(Ailment ailment, Ipv4 from, Ipv4 to, std::string from_says, std::string to_says);
  std::vector<std::vector<const Conflict*>> components(Ailment ailment) const;
  AdjacencyFinding finding(const std::vector<const Conflict*>& conflicts) const;

  const OspfSpeakers& speakers_;
  std::vector<Voice> voices_;
  bool only_two_ = false;  // on this link: then they are neighbours whatever their addresses
  std::vector<Conflict> conflicts_;
};

void Doctor::collect_voices() {
  for (const auto& [key, utterances] : speakers_.speakers()) {
    for (std::size_t i = 0; i < utterances.size() && voices_.size() < kVoices; ++i) {
      const Time end = i + 1 < utterances.size() ? utterances[i + 1].first : utterances[i].alive_until();
      voices_.push_back({key, &utterances[i], end});
    }
  }
}

bool Doctor::comparable(const Voice& a, const Voice& b) const {
  if (a.key.is_virtual != b.key.is_virtual) return false;
  if (std::min(a.end, b.end) <= std::max(a.said->first, b.said->first)) return false;
  if (only_two_ || same_network(a, b)) return true;
  return !is_numbered(a) && !is_numbered(b) && (lists(a, b) || lists(b, a));
}

void Doctor::add(Ailment ailment, std::size_t a, std::size_t b, std::string a_says, std::string b_says) {
  const Time from = std::max(voices_[a].said->first, voices_[b].said->first);
  const Time until = std::min(voices_[a].end, voices_[b].end);
  conflicts_.push_back({ailment, a, b, std::move(a_says), std::move(b_says), from, until});
}

void Doctor::compare(std::size_t a, std::size_t b) {
  const Voice& left = voices_[a];
  const Voice& right = voices_[b];
  const bool same_speaker = left.key.address == right.key.address && left.key.router == right.key.router;
  if (same_speaker || !comparable(left, right)) return;
  if (judge_identity(a, b)) return;
  if (two_way(left, right)) return judge_two_way(a, b);
  if (!judge_terms(a, b)) judge_silence(a, b);
}

bool Doctor::judge_identity(std::size_t a, std::size_t b) {
  const Voice& left = voices_[a];
  const Voice& right = voices_[b];
  const bool at_once =
      std::min(left.said->last, right.said->last) > std::max(left.said->first, right.said->first);
  if (left.key.is_virtual || !at_once) return false;
  if (left.key.router == right.key.router) {
    const std::string says = "router id " + print_address(left.key.router);
    add(Ailment::kRouterId, a, b, says, says);
    return true;
  }
  if (left.key.address != right.key.address) return false;
  const std::string says = "address " + print_address(left.key.address);
  add(Ailment::kAddress, a, b, says, says);
  return true;
}

// An interface may be in several areas (RFC 5185): then they need one in common.
bool Doctor::agree_in_another_area(const Voice& a, const Voice& b) const {
  const auto is_of = [](const Voice& voice, const Voice& other) {
    return voice.key.address == other.key.address && voice.key.router == other.key.router;
  };
  for (const Voice& left : voices_) {
    if (!is_of(left, a)) continue;
    for (const Voice& right : voices_) {
      const bool at_once = std::min(left.end, right.end) > std::max(left.said->first, right.said->first);
      if (is_of(right, b) && at_once && two_way(left, right)) return true;
    }
  }
  return false;
}

// Whether something that hellos must agree on differs.
bool Doctor::judge_terms(std::size_t a, std::size_t b) {
  const Voice& left = voices_[a];
  const Voice& right = voices_[b];
  const Terms& x = left.said->terms;
  const Terms& y = right.said->terms;
  const std::size_t before = conflicts_.size();
  if (left.key.area != right.key.area) {
    if (agree_in_another_area(left, right)) return true;
    add(Ailment::kArea, a, b, "area " + print_area(left.key.area), "area " + print_area(right.key.area));
  } else if (x.kind != y.kind) {
    add(Ailment::kAreaKind, a, b, kind_text(x.kind), kind_text(y.kind));
  }
  if (x.auth != y.auth) {
    add(Ailment::kAuthType, a, b, auth_text(x.auth), auth_text(y.auth));
  } else if (x.key_id != y.key_id || x.digest_length != y.digest_length) {
    add(Ailment::kAuthKey, a, b, key_text(x), key_text(y));
  } else if (x.password != y.password) {
    add(Ailment::kAuthSecret, a, b, "one password", "another password");
  }
  if (x.mask != y.mask && !left.key.is_virtual) {
    add(Ailment::kMask, a, b, mask_text(x.mask), mask_text(y.mask));
  }
  if (x.hello_s != y.hello_s) {
    add(Ailment::kHelloInterval, a, b, seconds_text(x.hello_s), seconds_text(y.hello_s));
  }
  if (x.dead_s != y.dead_s) {
    add(Ailment::kDeadInterval, a, b, seconds_text(x.dead_s), seconds_text(y.dead_s));
  }
  return conflicts_.size() > before;
}

// They agree, and at least one does not list the other, though both go on speaking.
void Doctor::judge_silence(std::size_t a, std::size_t b) {
  const Voice& left = voices_[a];
  const Voice& right = voices_[b];
  const Duration patience = 2 * std::max(hello(left), hello(right)) + 1s;
  const Time from = std::max(left.said->first, right.said->first);
  const Time to = std::min(left.said->last, right.said->last);
  const bool both_speak = std::max(left.said->last, right.said->last) - to <= patience;
  const bool enough =
      std::min(left.said->hellos, right.said->hellos) >= kHellosToJudge && to - from >= patience;
  if (!both_speak || !enough) return;
  const auto judge_one = [&](const Voice& hears, const Voice& silent) {
    return silent.said->last - hears.said->listing.at(silent.key.router) >= patience;
  };
  const char* heard = "is heard, and lists nobody of the other side";
  const char* unheard = "lists the other side, and is not heard there";
  if (lists(left, right)) {
    if (judge_one(left, right)) add(Ailment::kOneWay, a, b, unheard, heard);
  } else if (lists(right, left)) {
    if (judge_one(right, left)) add(Ailment::kOneWay, a, b, heard, unheard);
  } else if (list_a_third(left, right)) {
    return;
  } else if (left.said->terms.auth == ospf::AuthType::kCryptographic) {
    const auto says = [&](const Voice& voice) {
      if (!speakers_.has_keys()) return key_text(voice.said->terms) + ", and a secret that is not known here";
      return std::string(voice.said->unverified == 0 ? "the key given verifies its packets"
                                                     : "the key given does not verify its packets");
    };
    add(Ailment::kAuthSecret, a, b, says(left), says(right));
  } else {
    add(Ailment::kDeaf, a, b, "lists nobody of the other side", "lists nobody of the other side");
  }
}

void Doctor::judge_two_way(std::size_t a, std::size_t b) {
  const auto elects = [](const Voice& voice) { return voice.said->designated.value != 0; };
  const auto never_elects = [&](const Voice& voice, const Voice& other) {
    if (elects(voice) || voice.said->backup.value != 0) return false;
    const Time since = std::max(voice.said->alone_since, voice.said->listing.at(other.key.router));
    return voice.said->last - since >= std::max(dead(voice), dead(other));
  };
  const Voice& left = voices_[a];
  const Voice& right = voices_[b];
  if (left.key.is_virtual) return;
  const char* with = "names a designated router";
  const char* without = "names none: point-to-point or point-to-multipoint";
  if (elects(left) && never_elects(right, left)) add(Ailment::kNetworkType, a, b, with, without);
  if (elects(right) && never_elects(left, right)) add(Ailment::kNetworkType, a, b, without, with);
  const bool nobody = never_elects(left, right) && never_elects(right, left) && left.said->priority == 0 &&
                      right.said->priority == 0;
  const bool exchanged = speakers_.exchange(left.key.address, right.key.address) != nullptr ||
                         speakers_.exchange(right.key.address, left.key.address) != nullptr;
  if (nobody && !exchanged) add(Ailment::kNoDesignated, a, b, "priority 0", "priority 0");
}

// Neighbours that believe each other while our keys do not verify them.
void Doctor::judge_alone(std::size_t a) {
  const Voice& voice = voices_[a];
  if (voice.said->unverified == 0 || voice.said->listed.empty()) return;
  const std::string says =
      std::string(auth_text(voice.said->terms.auth)) +
      (voice.said->terms.auth == ospf::AuthType::kCryptographic ? ", " + key_text(voice.said->terms) : "");
  add(Ailment::kKeysGiven, a, a, says, says);
}

// To the voices that have these addresses; addresses that never said hello have none.
void Doctor::add(Ailment ailment, Ipv4 from, Ipv4 to, std::string from_says, std::string to_says) {
  const auto voice_of = [&](Ipv4 address) -> std::optional<std::size_t> {
    for (std::size_t i = voices_.size(); i-- > 0;) {
      if (voices_[i].key.address == address) return i;
    }
    return std::nullopt;
  };
  const auto a = voice_of(from);
  const auto b = voice_of(to);
  if (a && b) add(ailment, *a, *b, std::move(from_says), std::move(to_says));
}

void Doctor::judge_exchanges() {
  for (const auto& [ends, there] : speakers_.exchanges()) {
    const Exchange* back = speakers_.exchange(ends.second, ends.first);
    if (there.empty_most >= kEmptyMost) {
      const std::string says = std::to_string(there.empty_most) + " empty database descriptions in a second";
      add(Ailment::kStorm, ends.first, ends.second, says, says);
    }
    if (back != nullptr && ends.second < ends.first) continue;  // looked at from the other end
    const std::uint64_t initial = std::max(there.initial, back == nullptr ? 0 : back->initial);
    const bool done = back != nullptr && there.finished > 0 && back->finished > 0;
    if (done || initial <= kInitialMost) continue;
    if (back != nullptr && there.mtu != back->mtu) {
      add(Ailment::kMtu, ends.first, ends.second, "MTU " + std::to_string(there.mtu),
          "MTU " + std::to_string(back->mtu));
      continue;
    }
    const auto says = [](const Exchange* exchange) {
      return std::to_string(exchange == nullptr ? 0 : exchange->initial) + " first database descriptions";
    };
    add(Ailment::kStuck, ends.first, ends.second, says(&there), says(back));
  }
}

// Conflicts of one ailment that hang together by those who are in them; wrong keys are one mistake.
std::vector<std::vector<const Conflict*>> Doctor::components(Ailment ailment) const {
  std::vector<std::vector<const Conflict*>> found;
  for (const Conflict& conflict : conflicts_) {
    if (conflict.ailment != ailment) continue;
    std::vector<const Conflict*> joined = {&conflict};
    std::erase_if(found, [&](const auto& component) {
      const bool shares = ailment == Ailment::kKeysGiven ||
                          std::any_of(component.begin(), component.end(), [&](const Conflict* other) {
                            return other->a == conflict.a || other->a == conflict.b ||
                                   other->b == conflict.a || other->b == conflict.b;
                          });
      if (shares) joined.insert(joined.end(), component.begin(), component.end());
      return shares;
    });
    found.push_back(std::move(joined));
  }
  return found;
}

AdjacencyFinding Doctor::finding(const std::vector<const Conflict*>& conflicts) const {
  AdjacencyFinding finding;
  finding.ailment = conflicts.front()->ailment;
  finding.from = conflicts.front()->from;
  finding.until = conflicts.front()->until;
  std::map<std::string, std::set<SpeakerKey>> sides;
  for (const Conflict* conflict : conflicts) {
    sides[conflict->a_says].insert(voices_[conflict->a].key);
    sides[conflict->b_says].insert(voices_[conflict->b].key);
    finding.from = std::min(finding.from, conflict->from);
    finding.until = std::max(finding.until, conflict->until);
  }
  for (const auto& [says, who] : sides) finding.sides.push_back({says, {who.begin(), who.end()}});
  std::stable_sort(finding.sides.begin(), finding.sides.end(),
                   [](const FindingSide& a, const FindingSide& b) { return a.who.size() > b.who.size(); });
  finding.over = finding.until < speakers_.last();
  finding.until = std::min(finding.until, speakers_.last());
  return finding;
}

std::vector<AdjacencyFinding> Doctor::findings() {
  std::vector<AdjacencyFinding> found;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(Ailment::kUnreadable); ++i) {
    for (const auto& conflicts : components(static_cast<Ailment>(i))) found.push_back(finding(conflicts));
  }
  AdjacencyFinding unreadable;
  unreadable.ailment = Ailment::kUnreadable;
  unreadable.from = unreadable.until = speakers_.last();
  for (std::size_t i = 1; i < ospf::kRefusals; ++i) {
    const auto why = static_cast<ospf::Refusal>(i);
    const std::uint64_t count = speakers_.refused()[why];
    if (why == ospf::Refusal::kNotIpv4 || count == 0) continue;
    unreadable.sides.push_back({std::to_string(count) + " packets refused: " + print_refusal(why), {}});
  }
  if (!unreadable.sides.empty()) found.push_back(std::move(unreadable));
  return found;
}

}  // namespace

const char* print_ailment(Ailment ailment) {
  constexpr std::array kWords = {"area",      "hello_interval", "dead_interval", "mask",       "area_kind",
                                 "auth_type", "auth_key",       "auth_secret",   "keys_given", "mtu",
                                 "stuck",     "network_type",   "no_designated", "one_way",    "deaf",
                                 "router_id", "address",        "storm",         "unreadable"};
  return kWords[static_cast<std::size_t>(ailment)];
}

std::vector<AdjacencyFinding> diagnose(const OspfSpeakers& speakers) { return Doctor(speakers).findings(); }

}  // namespace anemone

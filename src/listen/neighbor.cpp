#include "listen/neighbor.h"

#include <algorithm>

namespace anemone {
namespace {

using ospf::PacketType;

constexpr Duration kPace = 3s;  // between empty descriptions, as slave
constexpr Duration kFirstRepeat = 2s;
constexpr Duration kLongestRepeat = 30s;
constexpr Duration kLongestSilence = 60s;
constexpr std::size_t kRequestsMax = 500'000;
constexpr std::size_t kRequestSize = 12;
constexpr std::size_t kHeadersAndDigest = 20 + ospf::kHeaderSize + 64;
constexpr std::uint8_t kAreaOptions = ospf::kOptionExternal | ospf::kOptionNssa;
constexpr std::uint8_t kOptionOpaque = 0x40;  // RFC 5250: tell us of opaque LSAs, too

constexpr Duration kSettled = 10s;  // a neighbour that was loaded this long has its database together
constexpr Duration kCheckAfterGap = 60s;

std::uint8_t flags_of(const ospf::DatabaseDescription& description) {
  return static_cast<std::uint8_t>((description.init ? 4 : 0) | (description.more ? 2 : 0) |
                                   (description.master ? 1 : 0));
}

bool due(const std::optional<Time>& at, Time now) { return at && now >= *at; }

}  // namespace

const char* print_neighbor_state(NeighborState state) {
  switch (state) {
    case NeighborState::kInit:
      return "init";
    case NeighborState::kTwoWay:
      return "2-way";
    case NeighborState::kExStart:
      return "exstart";
    case NeighborState::kExchange:
      return "exchange";
  }
  return "unknown";
}

void Neighbor::Repeat::start(Time now) {
  wait = kFirstRepeat;
  at = now + wait;
}

void Neighbor::Repeat::again(Time now) {
  wait = std::min(wait * 2, kLongestRepeat);
  at = now + wait;
}

Neighbor::Neighbor(RouterId router, Ipv4 address, NeighborWorld& world)
    : router_(router), address_(address), world_(world) {}

void Neighbor::on_hello(Time now, const ospf::Hello& hello, bool names_us, Duration dead) {
  dead_at_ = now + dead;
  hello_options_ = hello.options;
  priority_ = hello.priority;
  designated_ = hello.designated;
  backup_ = hello.backup;
  if (names_us && state_ == NeighborState::kInit) state_ = NeighborState::kTwoWay;
  if (!names_us) {
    want(now, false);
    state_ = NeighborState::kInit;
  }
}

void Neighbor::want(Time now, bool adjacent) {
  if (adjacent && state_ == NeighborState::kTwoWay) {
    sequence_ = static_cast<std::uint32_t>(micros(now) / 1000);
    begin(now, Duration{0});
  }
  if (adjacent || state_ <= NeighborState::kTwoWay) return;
  state_ = NeighborState::kTwoWay;
  requests_.clear();
  asked_.clear();
  describe_ = request_ = Repeat{};
  paced_answer_at_ = loaded_since_ = std::nullopt;
  resting_ = false;
}

// (Re)starts the negotiation. The description that we send now takes a neighbour in Exchange out of it; with
// a silence, nothing follows for so long.
void Neighbor::begin(Time now, Duration silence) {
  state_ = NeighborState::kExStart;
  we_are_master_ = true;
  ++sequence_;
  last_.reset();
  described_.clear();
  described_all_ = false;
  requests_.clear();
  asked_.clear();
  request_ = Repeat{};
  paced_answer_at_ = loaded_since_ = std::nullopt;
  exchange_began_ = now;
  silent_until_ = now + silence;
  send_description(true);
  describe_.start(now);
  if (silence > Duration{0}) describe_.at = silent_until_;
}

void Neighbor::mismatch(Time now) {
  world_.troubles.add(AdjacencyTrouble::kSequence);
  ++restarts_;
  resting_ = false;
  const auto silence = failures_ == 0 ? Duration{0} : Duration{1s} * (1 << std::min(failures_ - 1, 6u));
  ++failures_;
  begin(now, std::min<Duration>(silence, kLongestSilence));
}

void Neighbor::resynchronise(Time now) {
  if (state_ != NeighborState::kExchange) return;
  resting_ = loaded_since_ && now - *loaded_since_ >= kSettled;
  begin(now, Duration{0});
}

void Neighbor::on_description(Time now, const ospf::DatabaseDescription& description) {
  if (description.mtu > world_.config.mtu && !world_.config.mtu_ignore) {
    return world_.troubles.add(AdjacencyTrouble::kMtu);
  }
  mtu_ = description.mtu;
  if (state_ == NeighborState::kExStart)
    negotiate(now, description);
  else if (state_ == NeighborState::kExchange)
    exchange(now, description);
}

// RFC 2328 section 10.6, "ExStart".
void Neighbor::negotiate(Time now, const ospf::DatabaseDescription& description) {
  if (now < silent_until_) return;
  const bool opens =
      description.init && description.more && description.master && description.headers.empty();
  if (opens && router_ > world_.config.router) {
    we_are_master_ = false;
  } else if (description.init || description.master || description.sequence != sequence_ ||
             router_ > world_.config.router) {
    return;
  }
  state_ = NeighborState::kExchange;
  describe_ = Repeat{};
  answer(now, description);
}

// RFC 2328 section 10.6, "Exchange".
void Neighbor::exchange(Time now, const ospf::DatabaseDescription& description) {
  const Last came{flags_of(description), description.options, description.sequence};
  if (last_ && came == *last_) {
    if (!we_are_master_ && !paced_answer_at_) send_description(false);
    return;
  }
  const std::uint32_t expected = we_are_master_ ? sequence_ : sequence_ + 1;
  if (description.master == we_are_master_ || description.init || (last_ && came.options != last_->options) ||
      description.sequence != expected) {
    return mismatch(now);
  }
  answer(now, description);
}

// Takes what is described and sends the next of ours: at once while there is more to come, else paced (slave)
// or not at all (master).
void Neighbor::answer(Time now, const ospf::DatabaseDescription& description) {
  last_ = Last{flags_of(description), description.options, description.sequence};
  take_headers(now, description.headers);
  if (!description.more && !described_all_) described_all(now);
  if (we_are_master_) {
    describe_ = Repeat{};
    if (!description.more) return;
    ++sequence_;
    send_description(false);
    return describe_.start(now);
  }
  sequence_ = description.sequence;
  if (description.more || !description.headers.empty()) return send_description(false);
  paced_answer_at_ = now + kPace;
}

void Neighbor::take_headers(Time now, Bytes headers) {
  ByteReader in(headers);
  while (in.left() > 0) {
    const ospf::LsaHeader header = ospf::read_lsa_header(in);
    if (described_.size() >= kRequestsMax) return world_.troubles.add(AdjacencyTrouble::kTooMany);
    described_.insert(header.key);
    if (!world_.known.have(now, header)) requests_[header.key] = header;
  }
  if (asked_.empty()) send_requests(now);
}

void Neighbor::described_all(Time now) {
  described_all_ = true;
  failures_ = 0;
  loaded_since_ = now;
  if (resting_) {
    for (const auto& lsa : world_.known.take_missing(now, exchange_began_, described_)) world_.flushed(lsa);
  } else if (world_.config.rests && world_.known.any_missing(exchange_began_, described_)) {
    world_.rests.ask(now + kCheckAfterGap);
  }
  resting_ = false;
  described_.clear();
}

void Neighbor::on_lsa(const ospf::LsaHeader& header) {
  if (const auto wanted = requests_.find(header.key); wanted != requests_.end()) {
    if (compare(header, wanted->second) >= 0) requests_.erase(wanted);
  }
}

void Neighbor::on_update_end(Time now) {
  std::erase_if(asked_, [&](const ospf::LsaKey& key) { return !requests_.contains(key); });
  if (asked_.empty()) send_requests(now);
}

// All adjacencies rest at the same time. One that is still being loaded is not disturbed.
void Neighbor::rest_if_due(Time now) {
  if (!world_.config.rests || !loaded()) return;
  const auto until = world_.rests.resting(now);
  if (!until) return;
  resting_ = loaded_since_ && now - *loaded_since_ >= kSettled;
  begin(now, *until - now);
}

void Neighbor::send_description(bool init) {
  ospf::DatabaseDescription ours;
  ours.mtu = mtu_ == 0 ? world_.config.mtu : mtu_;
  ours.options = static_cast<std::uint8_t>((hello_options_ & kAreaOptions) | kOptionOpaque);
  ours.init = init;
  ours.more = true;
  ours.master = we_are_master_;
  ours.sequence = sequence_;
  ByteWriter body;
  ospf::write_description(ours, body);
  world_.send(address_, PacketType::kDescription, body);
}

// Asks for as many as one packet holds, and for the next when all of those have come.
void Neighbor::send_requests(Time now) {
  request_ = Repeat{};
  asked_.clear();
  if (requests_.empty()) return;
  const std::size_t room = world_.config.mtu > kHeadersAndDigest + kRequestSize
                               ? (world_.config.mtu - kHeadersAndDigest) / kRequestSize
                               : 1;
  ByteWriter body;
  for (const auto& [key, header] : requests_) {
    if (asked_.size() >= room) break;
    asked_.push_back(key);
    ospf::write_request({key}, body);
  }
  world_.send(address_, PacketType::kRequest, body);
  request_.start(now);
}

Time Neighbor::tick(Time now) {
  if (due(describe_.at, now)) {
    send_description(state_ == NeighborState::kExStart);
    describe_.again(now);
  }
  if (due(paced_answer_at_, now)) {
    paced_answer_at_.reset();
    send_description(false);
  }
  if (due(request_.at, now)) {
    const Repeat before = request_;
    send_requests(now);
    request_ = before;
    request_.again(now);
  }
  rest_if_due(now);
  Time next = std::min(dead_at_, world_.rests.next(now));
  for (const auto& at : {describe_.at, paced_answer_at_, request_.at}) {
    if (at) next = std::min(next, *at);
  }
  return next;
}

}  // namespace anemone

#include "flow/event_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "flow/varint.h"

namespace anemone {
namespace {

constexpr std::string_view kMagic = "AnemEvt1";
constexpr std::uint32_t kBlockMagic = 0x626c6f6b;
constexpr std::size_t kHeaderSize = 48;
constexpr std::size_t kEventMin = 7;  // bytes
constexpr std::uint32_t kBlockMax = 64U << 20;

enum SubjectHas : std::uint8_t { kSrcV4 = 1, kDstV4 = 2 };
enum EventHas : std::uint8_t { kRtt = 1, kRetransmits = 2, kAccuracy = 4 };

std::uint64_t word_at(const std::uint8_t* at, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) word |= std::uint64_t{at[i]} << (8 * i);
  return word;
}

// Eight bytes at a time: against torn and rotten blocks, not against people.
std::uint32_t checksum(Bytes header, Bytes payload) {
  std::uint64_t sum = 0x9e3779b97f4a7c15;
  for (const Bytes part : {header, payload}) {
    std::size_t at = 0;
    for (; at + 8 <= part.size(); at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, &part[at], 8);
      sum = (sum ^ word) * 0xbf58476d1ce4e5b9;
      sum ^= sum >> 31;
    }
    if (at < part.size()) sum = (sum ^ word_at(&part[at], part.size() - at)) * 0x94d049bb133111eb;
    sum ^= sum >> 29;
  }
  return static_cast<std::uint32_t>(sum ^ sum >> 32);
}

struct SubjectHash {
  std::size_t operator()(const FlowSubject& subject) const noexcept {
    const Origin& origin = subject.origin;
    std::uint64_t h = std::hash<FlowKey>{}(subject.key);
    h = (h ^ (std::uint64_t{origin.owner.value()} << 32 | origin.pid)) * 0x9e3779b97f4a7c15;
    h = (h ^ h >> 29 ^ (std::uint64_t{origin.tunnel.value()} << 32 | origin.interface)) * 0x94d049bb133111eb;
    return h ^ h >> 32 ^ subject.tos;
  }
};

void put_address(const IpAddress& address, VarintWriter& out) {
  if (address.is_v4()) return out.fixed(address.v4().value, 4);
  out.fixed(address.high(), 8);
  out.fixed(address.low(), 8);
}

IpAddress get_address(bool v4, VarintReader& in) {
  if (v4) return Ipv4{static_cast<std::uint32_t>(in.fixed(4))};
  const std::uint64_t high = in.fixed(8);
  return {high, in.fixed(8)};
}

FlowSubject subject_of(const MicroFlow& micro_flow) {
  return {micro_flow.event.key, micro_flow.origin, micro_flow.event.tos};
}

}  // namespace

void append_event_block(const EventBlock& block, std::vector<std::uint8_t>& out) {
  ByteWriter header;
  header.u32(kBlockMagic);
  header.u32(static_cast<std::uint32_t>(block.payload.size()));
  header.u32(block.events);
  for (const Time time : {block.first, block.last, block.counted.from, block.counted.to}) {
    header.u64(static_cast<std::uint64_t>(micros(time)));
  }
  ByteWriter sealed;
  sealed.u32(checksum(header.bytes(), block.payload));
  sealed.put(header.bytes());
  sealed.put(block.payload);
  out.insert(out.end(), sealed.bytes().begin(), sealed.bytes().end());
}

std::optional<EventBlock> read_event_block(Bytes bytes, std::size_t& size) {
  constexpr std::int64_t kTimeMax = std::int64_t{1} << 60;
  ByteReader in(bytes);
  const std::uint32_t sum = in.u32();
  const Bytes header = bytes.subspan(in.at(), std::min(in.left(), kHeaderSize - in.at()));
  const bool magic = in.u32() == kBlockMagic;
  const std::uint32_t length = in.u32();
  EventBlock block;
  block.events = in.u32();
  std::array<std::int64_t, 4> times{};
  for (std::int64_t& time : times) time = static_cast<std::int64_t>(in.u64());
  block.payload = in.take(length);
  if (!magic || !in.ok() || length > kBlockMax || block.events > length / kEventMin) return std::nullopt;
  if (checksum(header, block.payload) != sum) return std::nullopt;
  if (std::any_of(times.begin(), times.end(), [](std::int64_t us) { return us < 0 || us > kTimeMax; })) {
    return std::nullopt;
  }
  block.first = time_from_micros(times[0]);
  block.last = time_from_micros(times[1]);
  block.counted = {time_from_micros(times[2]), time_from_micros(times[3])};
  size = in.at();
  return block;
}

struct EventFileWriter::Parts {
  explicit Parts(const RecordNames& all) : names(all) {}

  // Numbers of names in this file, by their number in `names`; 0 = not in the file yet, else one more.
  struct Numbers {
    std::vector<std::uint32_t> of;
    std::uint32_t next = 1;
    std::uint32_t fresh = 0;  // in this block
    VarintWriter rows;

    // True when `id` has to be written.
    bool claim(std::uint32_t id) {
      if (of.size() <= id) of.resize(id + 1);
      if (of[id] != 0) return false;
      of[id] = next++;
      ++fresh;
      return true;
    }
    void put(VarintWriter& out, std::vector<std::uint8_t>& payload) {
      out.clear();
      out.number(fresh);
      payload.insert(payload.end(), out.bytes().begin(), out.bytes().end());
      payload.insert(payload.end(), rows.bytes().begin(), rows.bytes().end());
      fresh = 0;
      rows.clear();
    }
  };

  std::uint32_t owner(OwnerId id) {
    if (!id.valid() || id.value() >= names.owners.size()) return 0;
    if (owners.claim(id.value())) {
      const Owner& owner = names.owners[id];
      for (const std::string* word :
           {&owner.process, &owner.executable, &owner.user, &owner.unit, &owner.container}) {
        owners.rows.text(*word);
      }
    }
    return owners.of[id.value()];
  }

  std::uint32_t application(ApplicationId id) {
    if (!id.valid() || id.value() >= names.applications.size()) return 0;
    if (applications.claim(id.value())) applications.rows.text(names.applications[id]);
    return applications.of[id.value()];
  }

  std::uint32_t tunnel(TunnelId id) {
    if (!id.valid() || id.value() >= names.tunnels.size()) return 0;
    if (tunnels.claim(id.value())) {
      const Tunnel& tunnel = names.tunnels[id];
      tunnels.rows.text(tunnel.technology);
      tunnels.rows.text(tunnel.interface);
      tunnels.rows.byte(
          static_cast<std::uint8_t>((tunnel.src.is_v4() ? kSrcV4 : 0) | (tunnel.dst.is_v4() ? kDstV4 : 0)));
      put_address(tunnel.src, tunnels.rows);
      put_address(tunnel.dst, tunnels.rows);
      tunnels.rows.number(tunnel.id);
    }
    return tunnels.of[id.value()];
  }

  std::uint32_t subject(const MicroFlow& micro_flow) {
    const FlowSubject whole = subject_of(micro_flow);
    const auto [known, is_new] = numbers.try_emplace(whole, static_cast<std::uint32_t>(numbers.size()));
    if (is_new) put(whole);
    return known->second;
  }

  void put(const FlowSubject& subject) {
    const FlowKey& key = subject.key;
    const std::uint32_t owner_number = owner(subject.origin.owner);
    const std::uint32_t application_number = application(subject.origin.application);
    const std::uint32_t tunnel_number = tunnel(subject.origin.tunnel);
    ++fresh_subjects;
    rows.byte(static_cast<std::uint8_t>((key.src.is_v4() ? kSrcV4 : 0) | (key.dst.is_v4() ? kDstV4 : 0)));
    put_address(key.src, rows);
    put_address(key.dst, rows);
    rows.fixed(key.src_port, 2);
    rows.fixed(key.dst_port, 2);
    rows.byte(key.protocol);
    rows.byte(static_cast<std::uint8_t>(key.direction));
    rows.byte(subject.tos);
    rows.number(owner_number);
    rows.number(subject.origin.pid);
    rows.number(application_number);
    rows.number(subject.origin.interface);
    rows.number(tunnel_number);
  }

  void put(const MicroFlow& micro_flow, std::uint32_t subject_number, Time first) {
    const Event& event = micro_flow.event;
    const int what = (micro_flow.srtt_us > 0 ? kRtt : 0) | (micro_flow.retransmits > 0 ? kRetransmits : 0) |
                     (micro_flow.accuracy != 0 ? kAccuracy : 0);
    events.number(subject_number);
    events.number(static_cast<std::uint64_t>((event.time - first).count()));
    events.number(micro_flow.lasted_us);
    events.number(event.packets);
    events.number(event.bytes);
    events.byte(event.tcp_flags);
    events.byte(static_cast<std::uint8_t>(what));
    if (micro_flow.srtt_us > 0) events.number(micro_flow.srtt_us);
    if (micro_flow.retransmits > 0) events.number(micro_flow.retransmits);
    if (micro_flow.accuracy != 0) events.number(micro_flow.accuracy);
  }

  const RecordNames& names;
  bool begun = false;
  Numbers owners;
  Numbers applications;
  Numbers tunnels;
  std::unordered_map<FlowSubject, std::uint32_t, SubjectHash> numbers;
  std::uint32_t fresh_subjects = 0;
  VarintWriter rows;  // of subjects
  VarintWriter events;
  VarintWriter scratch;
};

EventFileWriter::EventFileWriter(const RecordNames& names) : parts_(std::make_unique<Parts>(names)) {}
EventFileWriter::EventFileWriter(EventFileWriter&&) noexcept = default;
EventFileWriter& EventFileWriter::operator=(EventFileWriter&&) noexcept = default;
EventFileWriter::~EventFileWriter() = default;

std::size_t EventFileWriter::subjects() const { return parts_->numbers.size(); }

void EventFileWriter::add(const TimeRange& counted, std::span<const MicroFlow> micro_flows,
                          std::vector<std::uint8_t>& out) {
  Parts& parts = *parts_;
  if (!parts.begun) out.insert(out.end(), kMagic.begin(), kMagic.end());
  parts.begun = true;
  Time first = counted.from;
  Time last = counted.from;
  for (const MicroFlow& micro_flow : micro_flows) {
    first = std::min(first, micro_flow.event.time);
    last = std::max(last, micro_flow.event.time);
  }
  parts.events.clear();
  for (const MicroFlow& micro_flow : micro_flows) parts.put(micro_flow, parts.subject(micro_flow), first);
  std::vector<std::uint8_t> payload;
  parts.owners.put(parts.scratch, payload);
  parts.applications.put(parts.scratch, payload);
  parts.tunnels.put(parts.scratch, payload);
  parts.scratch.clear();
  parts.scratch.number(std::exchange(parts.fresh_subjects, 0));
  for (const VarintWriter* part : {&parts.scratch, &parts.rows, &parts.events}) {
    payload.insert(payload.end(), part->bytes().begin(), part->bytes().end());
  }
  parts.rows.clear();
  append_event_block({first, last, counted, static_cast<std::uint32_t>(micro_flows.size()), Bytes(payload)},
                     out);
}

std::optional<TimeRange> EventFileReader::give_up() {
  torn_ = bytes_.size() - at_;
  bytes_ = bytes_.first(at_);
  return std::nullopt;
}

std::optional<TimeRange> EventFileReader::next(const TimeRange& wanted, std::vector<ArchivedEvent>& events) {
  events.clear();
  if (at_ == 0) {
    if (bytes_.size() < kMagic.size() || std::memcmp(bytes_.data(), kMagic.data(), kMagic.size()) != 0) {
      return give_up();
    }
    at_ = kMagic.size();
  }
  if (at_ == bytes_.size()) return std::nullopt;
  std::size_t size = 0;
  const auto block = read_event_block(bytes_.subspan(at_), size);
  if (!block) return give_up();
  VarintReader in(block->payload);
  if (!read_words(in)) return give_up();
  if (block->last >= wanted.from && block->first < wanted.to) {
    events.reserve(block->events);
    for (std::uint32_t i = 0; i < block->events; ++i) {
      ArchivedEvent event;
      event.time = block->first;
      if (!read_event(in, event)) {
        events.clear();
        return give_up();
      }
      if (event.time >= wanted.from && event.time < wanted.to) events.push_back(event);
    }
  }
  at_ += size;
  return block->counted;
}

bool EventFileReader::read_event(VarintReader& in, ArchivedEvent& event) const {
  event.subject = static_cast<std::uint32_t>(in.number());
  event.time += Duration{static_cast<std::int64_t>(in.number() & 0xffff'ffff'ffff)};
  event.lasted_us = static_cast<std::uint32_t>(in.number());
  event.packets = static_cast<std::uint32_t>(in.number());
  event.bytes = in.number();
  event.tcp_flags = in.byte();
  const std::uint8_t what = in.byte();
  if ((what & kRtt) != 0) event.srtt_us = static_cast<std::uint32_t>(in.number());
  if ((what & kRetransmits) != 0) event.retransmits = static_cast<std::uint32_t>(in.number());
  if ((what & kAccuracy) != 0) event.accuracy = static_cast<std::uint8_t>(in.number());
  return in.ok() && event.subject < subjects_.size();
}

bool EventFileReader::read_words(VarintReader& in) {
  for (std::uint64_t n = in.number(); n > 0 && in.ok(); --n) {
    Owner owner;
    for (std::string* word :
         {&owner.process, &owner.executable, &owner.user, &owner.unit, &owner.container}) {
      *word = in.text();
    }
    owners_.push_back(names_.owners.intern(owner));
  }
  for (std::uint64_t n = in.number(); n > 0 && in.ok(); --n) {
    applications_.push_back(names_.applications.intern(in.text()));
  }
  for (std::uint64_t n = in.number(); n > 0 && in.ok(); --n) {
    Tunnel tunnel;
    tunnel.technology = in.text();
    tunnel.interface = in.text();
    const std::uint8_t has = in.byte();
    tunnel.src = get_address((has & kSrcV4) != 0, in);
    tunnel.dst = get_address((has & kDstV4) != 0, in);
    tunnel.id = static_cast<std::uint32_t>(in.number());
    tunnels_.push_back(names_.tunnels.intern(tunnel));
  }
  for (std::uint64_t n = in.number(); n > 0 && in.ok(); --n) {
    if (!read_subject(in)) return false;
  }
  return in.ok();
}

bool EventFileReader::read_subject(VarintReader& in) {
  FlowSubject subject;
  const std::uint8_t has = in.byte();
  subject.key.src = get_address((has & kSrcV4) != 0, in);
  subject.key.dst = get_address((has & kDstV4) != 0, in);
  subject.key.src_port = static_cast<std::uint16_t>(in.fixed(2));
  subject.key.dst_port = static_cast<std::uint16_t>(in.fixed(2));
  subject.key.protocol = in.byte();
  const std::uint8_t direction = in.byte();
  if (direction <= 1) subject.key.direction = static_cast<Direction>(direction);
  subject.tos = in.byte();
  const std::uint64_t owner = in.number();
  subject.origin.pid = static_cast<std::uint32_t>(in.number());
  const std::uint64_t application = in.number();
  subject.origin.interface = static_cast<std::uint32_t>(in.number());
  const std::uint64_t tunnel = in.number();
  if (!in.ok() || owner > owners_.size() || application > applications_.size() || tunnel > tunnels_.size()) {
    return false;
  }
  if (owner > 0) subject.origin.owner = owners_[owner - 1];
  if (application > 0) subject.origin.application = applications_[application - 1];
  if (tunnel > 0) subject.origin.tunnel = tunnels_[tunnel - 1];
  subjects_.push_back(subject);
  return true;
}

MicroFlow EventFileReader::micro_flow(const ArchivedEvent& event) const {
  const FlowSubject& subject = subjects_[event.subject];
  MicroFlow micro_flow;
  micro_flow.event = {.time = event.time,
                      .key = subject.key,
                      .tcp_flags = event.tcp_flags,
                      .tos = subject.tos,
                      .packets = event.packets,
                      .bytes = event.bytes};
  micro_flow.lasted_us = event.lasted_us;
  micro_flow.srtt_us = event.srtt_us;
  micro_flow.retransmits = event.retransmits;
  micro_flow.accuracy = event.accuracy;
  micro_flow.origin = subject.origin;
  return micro_flow;
}

}  // namespace anemone

#include "flow/defined_flows.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <tuple>

#include "flow/random_micro_flows.test.h"

namespace anemone {
namespace {

struct Sums {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t retransmits = 0;
  std::uint32_t flags = 0;
  bool operator==(const Sums&) const = default;
};

// A key as words, one for each field, so that nothing of FlowSubject is used to check it.
std::string address_text(const IpAddress& address, const KeyBits& bits) {
  return print_address(Prefix(address, address.is_v4() ? bits.v4 : bits.v6).address());
}

std::string subject_text(const FlowDefinition& d, const MicroFlow& m, const RecordNames& names) {
  std::string text;
  const auto put = [&](KeyField field, const std::string& word) {
    text += (d.key.has(field) ? word : "") + "|";
  };
  const Owner& owner = names.owners[m.origin.owner];
  const bool special = m.origin.owner <= kOtherOwner;
  bool any_owner = false;
  for (const KeyField field :
       {KeyField::kProcess, KeyField::kExecutable, KeyField::kUser, KeyField::kUnit, KeyField::kContainer}) {
    any_owner = any_owner || d.key.has(field);
  }
  put(KeyField::kSrc, address_text(m.event.key.src, d.src));
  put(KeyField::kDst, address_text(m.event.key.dst, d.dst));
  put(KeyField::kSrcPort, std::to_string(m.event.key.src_port));
  put(KeyField::kDstPort, std::to_string(m.event.key.dst_port));
  put(KeyField::kProtocol, std::to_string(m.event.key.protocol));
  put(KeyField::kTos, std::to_string(m.event.tos));
  put(KeyField::kDirection, std::to_string(static_cast<int>(m.event.key.direction)));
  put(KeyField::kInterface, std::to_string(m.origin.interface));
  put(KeyField::kPid, std::to_string(m.origin.pid));
  if (special && any_owner) {
    text += owner.process;
  } else {
    put(KeyField::kProcess, owner.process);
    put(KeyField::kExecutable, owner.executable);
    put(KeyField::kUser, owner.user);
    put(KeyField::kUnit, owner.unit);
    put(KeyField::kContainer, owner.container);
  }
  put(KeyField::kApplication, names.applications[m.origin.application]);
  put(KeyField::kTunnel, std::to_string(m.origin.tunnel.value()));
  if (d.slice.count() > 0) text += print_time(slice_start(m.event.time, d.slice));
  return text;
}

MicroFlow as_micro_flow(const Flow& flow) {
  MicroFlow m;
  m.event = {.time = flow.start, .key = flow.key, .tos = flow.tos};
  m.origin = flow.origin;
  if (!m.origin.owner.valid()) m.origin.owner = kUnknownOwner;
  if (!m.origin.application.valid()) m.origin.application = ApplicationId{0};
  return m;
}

FlowDefinition some_definition(Random& random) {
  FlowDefinition d;
  d.key = KeyFields{random.below(1U << kKeyFields)};
  if (random.below(3) == 0) d.key = KeyFields::all();
  const auto bits = [&] {
    return KeyBits{static_cast<std::uint8_t>(random.below(33)), static_cast<std::uint8_t>(random.below(129))};
  };
  if (d.key.has(KeyField::kSrc)) d.src = bits();
  if (d.key.has(KeyField::kDst)) d.dst = bits();
  d.slice = Duration{1s} * random.below(4);
  d.idle = Duration{1s} * random.below(3);
  d.active = Duration{1s} * random.below(3);
  return d;
}

DefinedFlows made(const std::string& text, RecordNames& names) {
  auto flows = DefinedFlows::make(*parse_flow_definition(text), names, 100'000);
  REQUIRE_MESSAGE(flows.has_value(), (flows ? "" : flows.error().message));
  return std::move(*flows);
}

}  // namespace

TEST_CASE("the sums of any definition are those of a plain map, slice by slice") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    RandomMicroFlows source(seed);
    const auto micro_flows = source.some(4'000);
    const FlowDefinition definition = some_definition(source.random);
    CAPTURE(print_flow_definition(definition));
    std::map<std::string, Sums> expected;
    std::uint64_t total = 0;
    for (const MicroFlow& m : micro_flows) {
      Sums& sums = expected[subject_text(definition, m, source.names)];
      sums.packets += m.event.packets;
      sums.bytes += m.event.bytes;
      sums.retransmits += m.retransmits;
      sums.flags |= m.event.tcp_flags;
      total += m.event.bytes;
    }
    auto flows = DefinedFlows::make(definition, source.names, 100'000);
    REQUIRE(flows.has_value());
    std::vector<Flow> out;
    for (std::size_t at = 0; at < micro_flows.size(); at += 100) {
      flows->add(std::span(micro_flows).subspan(at, 100), out);
      flows->expire(micro_flows[at].event.time, out);
    }
    flows->finish(out);
    std::map<std::string, Sums> seen;
    std::uint64_t sum = 0;
    for (const Flow& flow : out) {
      Sums& sums = seen[subject_text(definition, as_micro_flow(flow), source.names)];
      sums.packets += flow.packets;
      sums.bytes += flow.bytes;
      sums.retransmits += flow.retransmits;
      sums.flags |= flow.tcp_flags;
      sum += flow.bytes;
      REQUIRE(flow.end >= flow.start);
      if (definition.slice.count() > 0) {
        REQUIRE(slice_start(flow.start, definition.slice) == slice_start(flow.end, definition.slice));
      }
    }
    CHECK(sum == total);
    CHECK(flows->bytes() == total);
    const bool owner_alone = seen.size() != expected.size();
    CHECK_FALSE(owner_alone);
    CHECK(seen == expected);
  }
}

TEST_CASE("a user alone is one flow, whichever programs it ran") {
  RandomMicroFlows source(3);
  DefinedFlows flows = made("key user; slice 0s; idle 0s", source.names);
  std::vector<Flow> out;
  flows.add(source.some(2'000), out);
  flows.finish(out);
  std::map<std::string, int> rows;
  for (const Flow& flow : out) {
    const Owner& owner = source.names.owners[flow.origin.owner];
    ++rows[owner.user.empty() ? owner.process : owner.user];
    if (!owner.user.empty()) CHECK(owner.process.empty());
  }
  CHECK(rows == std::map<std::string, int>{{"(unknown)", 1},
                                           {"(kernel)", 1},
                                           {"(forwarded)", 1},
                                           {"(no socket)", 1},
                                           {"(other)", 1},
                                           {"root", 1},
                                           {"www-data", 1}});
}

TEST_CASE("a total is asked of the flow that became, not of its parts") {
  RandomMicroFlows source(5);
  MicroFlow m = source.one();
  m.event.bytes = 600;
  MicroFlow other = m;
  ++other.event.key.dst_port;
  DefinedFlows flows = made("key dport; where bytes > 1k; slice 0s; idle 0s", source.names);
  std::vector<Flow> out;
  const std::vector<MicroFlow> three = {m, m, other};
  flows.add(three, out);
  flows.finish(out);
  REQUIRE(out.size() == 1);
  CHECK(out[0].bytes == 1200);
}

TEST_CASE("round-trip time is the last that was known, retransmits add up") {
  RandomMicroFlows source(6);
  MicroFlow m = source.one();
  m.event.time = time_from_micros(1'700'000'000'000'000);
  m.srtt_us = 1000;
  m.retransmits = 2;
  m.accuracy = kOwnerGuessed;
  MicroFlow later = m;
  later.srtt_us = 0;
  later.accuracy = kShed;
  DefinedFlows flows = made("", source.names);
  std::vector<Flow> out;
  flows.add(std::vector<MicroFlow>{m, later}, out);
  flows.finish(out);
  REQUIRE(out.size() == 1);
  CHECK(out[0].srtt_us == 1000);
  CHECK(out[0].retransmits == 4);
  CHECK(out[0].accuracy == (kOwnerGuessed | kShed));
}

TEST_CASE("a definition that asks for what is not known is refused") {
  RecordNames names;
  CHECK(DefinedFlows::make(*parse_flow_definition("where via router r7"), names, 10).error().message ==
        "column 7: not here: 'via router r7': only a server's history knows that");
}

}  // namespace anemone

// A FlowDefinition says what makes two events one flow: which fields count, how much of the addresses, what
// is left out, and when a flow is cut. It is data: it changes while running, and differs by query.
//
// As text it is clauses with semicolons between (docs/flow-definitions.md):
//
//   name web; key src/24 dst dport process; where not port 53; slice 10s; idle 15s
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "capture/event.h"
#include "capture/micro_flow.h"
#include "filter/filter.h"

namespace anemone {

enum class KeyField : std::uint8_t {
  kSrc,
  kDst,
  kSrcPort,
  kDstPort,
  kProtocol,
  kTos,
  kDirection,
  kInterface,
  kPid,
  kProcess,
  kExecutable,
  kUser,
  kUnit,
  kContainer,
  kApplication,
  kTunnel,
};
constexpr std::size_t kKeyFields = 16;

// A set of fields.
class KeyFields {
 public:
  constexpr KeyFields() = default;
  constexpr explicit KeyFields(std::uint32_t bits) : bits_(bits) {}
  constexpr bool has(KeyField field) const { return (bits_ & bit(field)) != 0; }
  constexpr KeyFields with(KeyField field) const { return KeyFields{bits_ | bit(field)}; }
  constexpr KeyFields without(KeyField field) const { return KeyFields{bits_ & ~bit(field)}; }
  constexpr bool operator==(const KeyFields&) const = default;

  static constexpr KeyFields all() { return KeyFields{(1U << kKeyFields) - 1}; }
  // What a flow is unless one says otherwise: all that repeats. Each pid and tos of its own would only
  // multiply rows.
  static constexpr KeyFields usual() { return all().without(KeyField::kPid).without(KeyField::kTos); }

 private:
  static constexpr std::uint32_t bit(KeyField field) { return 1U << static_cast<unsigned>(field); }
  std::uint32_t bits_ = 0;
};

// How many leading bits of an address count.
struct KeyBits {
  std::uint8_t v4 = 32;
  std::uint8_t v6 = 128;
  constexpr bool operator==(const KeyBits&) const = default;
};

// A time of 0 switches that cut off.
struct FlowDefinition {
  std::string name;
  KeyFields key = KeyFields::usual();
  KeyBits src;  // whole where the field is not in the key
  KeyBits dst;
  Filter where;
  Duration slice = 10s;
  Duration idle = 15s;
  Duration active = 0s;

  // Whether events of captures keep their key as it is.
  bool is_whole_key() const;
  FlowKey key_of(const FlowKey& key) const;
  bool operator==(const FlowDefinition&) const = default;
};

// Errors name the column: "column 5: ...". What is not said is as in FlowDefinition{}.
Result<FlowDefinition> parse_flow_definition(std::string_view text);
// In one way, with all that is in force; read again it is the same definition.
std::string print_flow_definition(const FlowDefinition& definition);

std::string_view key_field_name(KeyField field);

}  // namespace anemone

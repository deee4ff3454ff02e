// A FlowSubject is what makes a micro-flow's flow under a definition: as much of its key, its origin and its
// type of service as the definition keeps. What is not kept is zero, or an id that is not valid.
//
// A SubjectMask is a definition made ready for that: masks, no branches on fields. An owner of which only
// some words are kept becomes an Owner of its own with the others empty: interned in the same table, so that
// ids have one meaning. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "capture/micro_flow.h"
#include "flow/flow_definition.h"
#include "host/owner.h"

namespace anemone {

struct FlowSubject {
  FlowKey key;
  Origin origin;
  std::uint8_t tos = 0;

  constexpr bool operator==(const FlowSubject&) const = default;
};

class SubjectMask {
 public:
  // Without `owners` an owner is kept whole or not at all. They must outlive the mask.
  explicit SubjectMask(const FlowDefinition& definition, OwnerTable* owners = nullptr);

  FlowKey key_of(const FlowKey& key) const;
  FlowSubject subject_of(const MicroFlow& micro_flow);

 private:
  struct AddressMask {
    std::uint64_t v4_low = 0;  // of the mapped address; 0 = not kept
    std::uint64_t v6_high = 0;
    std::uint64_t v6_low = 0;

    IpAddress of(const IpAddress& address) const {
      if (address.is_v4()) return {0, address.low() & v4_low};
      return {address.high() & v6_high, address.low() & v6_low};
    }
  };
  enum class OwnerPart : std::uint8_t { kNone, kWhole, kWords };

  static AddressMask mask_of(bool kept, const KeyBits& bits);
  OwnerId kept_part(OwnerId owner);

  AddressMask src_;
  AddressMask dst_;
  KeyFields fields_;
  std::uint16_t src_port_ = 0;
  std::uint16_t dst_port_ = 0;
  std::uint8_t protocol_ = 0;
  std::uint8_t tos_ = 0;
  OwnerPart owner_part_ = OwnerPart::kNone;
  OwnerTable* owners_ = nullptr;
  std::vector<OwnerId> parts_;  // by owner; not valid = not looked up yet
};

}  // namespace anemone

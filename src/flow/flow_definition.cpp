#include "flow/flow_definition.h"

#include "flow/flow_subject.h"

namespace anemone {

bool FlowDefinition::is_whole_key() const {
  constexpr KeyBits whole;
  return src == whole && dst == whole && key.has(KeyField::kSrc) && key.has(KeyField::kDst) &&
         key.has(KeyField::kSrcPort) && key.has(KeyField::kDstPort) && key.has(KeyField::kProtocol) &&
         key.has(KeyField::kDirection);
}

FlowKey FlowDefinition::key_of(const FlowKey& whole) const { return SubjectMask(*this).key_of(whole); }

}  // namespace anemone

#include "flow/flow_subject.h"

namespace anemone {
namespace {

std::uint64_t leading(int bits) {
  if (bits <= 0) return 0;
  return bits >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64 - bits);
}

}  // namespace

SubjectMask::AddressMask SubjectMask::mask_of(bool kept, const KeyBits& bits) {
  if (!kept) return {};
  return {leading(32 + bits.v4), leading(bits.v6), leading(bits.v6 - 64)};
}

SubjectMask::SubjectMask(const FlowDefinition& definition, OwnerTable* owners)
    : src_(mask_of(definition.key.has(KeyField::kSrc), definition.src)),
      dst_(mask_of(definition.key.has(KeyField::kDst), definition.dst)),
      fields_(definition.key),
      src_port_(fields_.has(KeyField::kSrcPort) ? 0xffff : 0),
      dst_port_(fields_.has(KeyField::kDstPort) ? 0xffff : 0),
      protocol_(fields_.has(KeyField::kProtocol) ? 0xff : 0),
      tos_(fields_.has(KeyField::kTos) ? 0xff : 0),
      owners_(owners) {
  const int words = fields_.has(KeyField::kProcess) + fields_.has(KeyField::kExecutable) +
                    fields_.has(KeyField::kUser) + fields_.has(KeyField::kUnit) +
                    fields_.has(KeyField::kContainer);
  if (words > 0) owner_part_ = words == 5 || owners == nullptr ? OwnerPart::kWhole : OwnerPart::kWords;
}

FlowKey SubjectMask::key_of(const FlowKey& key) const {
  return {src_.of(key.src),
          dst_.of(key.dst),
          static_cast<std::uint16_t>(key.src_port & src_port_),
          static_cast<std::uint16_t>(key.dst_port & dst_port_),
          static_cast<std::uint8_t>(key.protocol & protocol_),
          fields_.has(KeyField::kDirection) ? key.direction : Direction::kUnknown};
}

FlowSubject SubjectMask::subject_of(const MicroFlow& micro_flow) {
  FlowSubject subject;
  subject.key = key_of(micro_flow.event.key);
  subject.tos = micro_flow.event.tos & tos_;
  const Origin& origin = micro_flow.origin;
  if (owner_part_ == OwnerPart::kWhole) subject.origin.owner = origin.owner;
  if (owner_part_ == OwnerPart::kWords) subject.origin.owner = kept_part(origin.owner);
  if (fields_.has(KeyField::kPid)) subject.origin.pid = origin.pid;
  if (fields_.has(KeyField::kApplication)) subject.origin.application = origin.application;
  if (fields_.has(KeyField::kInterface)) subject.origin.interface = origin.interface;
  if (fields_.has(KeyField::kTunnel)) subject.origin.tunnel = origin.tunnel;
  return subject;
}

// The five that are always there stay themselves: a row without user still says that it is the kernel's.
OwnerId SubjectMask::kept_part(OwnerId owner) {
  if (!owner.valid() || owner.value() <= kOtherOwner.value() || owner.value() >= owners_->size())
    return owner;
  if (parts_.size() <= owner.value()) parts_.resize(owners_->size());
  OwnerId& part = parts_[owner.value()];
  if (part.valid()) return part;
  Owner kept = (*owners_)[owner];
  if (!fields_.has(KeyField::kProcess)) kept.process.clear();
  if (!fields_.has(KeyField::kExecutable)) kept.executable.clear();
  if (!fields_.has(KeyField::kUser)) kept.user.clear();
  if (!fields_.has(KeyField::kUnit)) kept.unit.clear();
  if (!fields_.has(KeyField::kContainer)) kept.container.clear();
  return part = owners_->intern(kept);
}

}  // namespace anemone

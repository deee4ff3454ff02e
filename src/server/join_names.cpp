#include "server/join_names.h"

namespace anemone {
namespace {

// The number in `into` of what `id` stands for in `from`.
template <class Id, class Table>
Id translated(Id id, const Table& from, Table& into, std::vector<Id>& known) {
  if (!id.valid() || id.value() >= from.size()) return Id{};
  if (known.size() <= id.value()) known.resize(id.value() + 1);
  Id& there = known[id.value()];
  if (!there.valid()) there = into.intern(from[id]);
  return there;
}

}  // namespace

void JoinedNames::begin(const RecordNames* names) {
  names_ = names;
  owners_.clear();
  applications_.clear();
  tunnels_.clear();
  nats_.clear();
}

void JoinedNames::translate(FlowRecord& record) {
  static const RecordNames none;
  const RecordNames& from = names_ == nullptr ? none : *names_;
  Origin& origin = record.origin;
  origin.owner = translated(origin.owner, from.owners, into_.owners, owners_);
  origin.application = translated(origin.application, from.applications, into_.applications, applications_);
  origin.tunnel = translated(origin.tunnel, from.tunnels, into_.tunnels, tunnels_);
  record.nat = translated(record.nat, from.nats, into_.nats, nats_);
}

}  // namespace anemone

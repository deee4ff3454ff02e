#include "matrix/translations.h"

namespace anemone {
namespace {

FlowKey without_direction(FlowKey key) {
  key.direction = Direction::kUnknown;
  return key;
}

}  // namespace

void Translations::learn(const FlowRecord& record, const NatTuple& other) {
  const FlowKey seen = without_direction(record.key);
  FlowKey translated = seen;
  translated.src = other.src;
  translated.dst = other.dst;
  translated.src_port = other.src_port;
  translated.dst_port = other.dst_port;
  if (translated == seen) return;
  const FlowKey& sent = other.before ? translated : seen;
  const FlowKey& arrived = other.before ? seen : translated;
  sent_as_.emplace(arrived, Told{sent, record.observer});
  arrives_as_.emplace(sent, Told{arrived, record.observer});
  for (const FlowKey* one : {&sent, &arrived}) {
    addresses_.insert(one->src);
    addresses_.insert(one->dst);
  }
}

void Translations::follow(const Map& map, FlowKey& key, ObserverId& by) {
  for (int step = 0; step < kStepsMax; ++step) {
    const auto found = map.find(key);
    if (found == map.end()) return;
    key = found->second.key;
    by = found->second.by;
  }
}

FlowEnds Translations::ends(const FlowKey& key) const {
  FlowEnds ends{without_direction(key), without_direction(key), {}, {}};
  follow(sent_as_, ends.sent, ends.sent_by);
  follow(arrives_as_, ends.arrived, ends.arrived_by);
  return ends;
}

}  // namespace anemone

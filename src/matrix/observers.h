// Observers says which address is watched by whom, and who of them counts.
//
// An observer is an agent on a host, or a host whose capture was recorded. Taking some of them as not
// instrumented is how coverage is played through: their records are then as if they had never come.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "net/address.h"
#include "record/flow_record.h"

namespace anemone {

struct Observer {
  ObserverId id;
  std::vector<IpAddress> addresses;  // of the host it runs on
  bool instrumented = true;
};

class Observers {
 public:
  Observers() = default;
  // Of two observers with one address the first has it.
  explicit Observers(std::span<const Observer> observers) {
    for (const Observer& observer : observers) {
      for (const IpAddress& address : observer.addresses) by_address_.emplace(address, observer.id);
      if (observer.id.value() >= instrumented_.size()) instrumented_.resize(observer.id.value() + 1, 0);
      instrumented_[observer.id.value()] = observer.instrumented ? 1 : 0;
    }
  }

  // Invalid when nobody watches it.
  ObserverId at(const IpAddress& address) const {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? ObserverId{} : found->second;
  }
  bool instrumented(ObserverId id) const {
    return id.valid() && id.value() < instrumented_.size() && instrumented_[id.value()] != 0;
  }

 private:
  std::unordered_map<IpAddress, ObserverId> by_address_;
  std::vector<std::uint8_t> instrumented_;
};

}  // namespace anemone

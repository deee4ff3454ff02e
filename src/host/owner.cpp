#include "host/owner.h"

#include <algorithm>

namespace anemone {

OwnerTable::OwnerTable(std::size_t owners_max) : owners_max_(std::max<std::size_t>(owners_max, 5)) {
  for (const char* name : {"(unknown)", "(kernel)", "(forwarded)", "(no socket)", "(other)"}) {
    intern({.process = name, .executable = {}, .user = {}, .unit = {}, .container = {}});
  }
}

OwnerId OwnerTable::intern(const Owner& owner) {
  const auto known = numbers_.find(owner);
  if (known != numbers_.end()) return known->second;
  if (owners_.size() >= owners_max_) {
    ++refused_;
    return kOtherOwner;
  }
  const OwnerId id = owners_.push_back(owner);
  numbers_.emplace(owner, id);
  return id;
}

}  // namespace anemone

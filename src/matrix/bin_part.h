// A BinPart is a stretch of a bin in which the topology stood still.
#pragma once

#include "base/time.h"
#include "matrix/attachments.h"

namespace anemone {

// The attachments that hold from `from` until the next part begins.
struct BinPart {
  Time from{};
  const Attachments* attachments = nullptr;
};

}  // namespace anemone

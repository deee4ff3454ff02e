// What the Platform says of a bin's traffic beside its loads.
#include "server/platform.h"
#include "server/traffic_account.h"

namespace anemone {

Result<LossesAnswer> Platform::path_losses(const BinQuestion& question) const {
  auto measured = traffic(question);
  if (!measured) return measured.error();
  return LossesAnswer{envelope(**measured), losses_of(**measured)};
}

}  // namespace anemone

// Any bytes as MRT records; every record moves on, and what is read of it lies within it.
#include "lsdb/mrt_file.h"

#include <cstdlib>

using namespace anemone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes left(data, size);
  (void)begins_like_mrt(left);
  MrtMessage message;
  std::size_t used = 0;
  while (true) {
    const MrtRead read = read_mrt_record(left, message, used);
    if (read == MrtRead::kCut || read == MrtRead::kDamaged) return 0;
    if (used == 0) std::abort();
    if (read == MrtRead::kMessage && (message.bytes.data() < left.data() ||
                                      message.bytes.data() + message.bytes.size() > left.data() + used)) {
      std::abort();
    }
    if (used >= left.size()) return 0;
    left = left.subspan(used);
  }
}

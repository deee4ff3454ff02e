// Any bytes as a log's records: right ones are taken, all others refused, and vantage points are always
// known.
#include "lsdb/lsa_log_file.h"

#include <cstdlib>

using namespace anemone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in({data, size});
  LsaLog log;
  std::vector<std::uint16_t> vantages;
  while (in.left() > 0) {
    const std::size_t length = in.u8();
    read_lsa_log_record(in.take(std::min(length, in.left())), log, vantages);
  }
  for (const HeardLsa& heard : log.entries) {
    if (heard.vantage >= log.vantages.size()) std::abort();
  }
  for (const VantageMark& mark : log.marks) {
    if (mark.vantage >= log.vantages.size()) std::abort();
  }
  return 0;
}

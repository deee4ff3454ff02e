// Any bytes as the body of an opaque LSA, and what is read comes back the same when written and read again.
#include "ospf/opaque.h"

#include <cstdlib>

using namespace anemone;
using namespace anemone::ospf;

namespace {

template <class Read>
void again(const Read& read, Bytes body) {
  const auto lsa = read(body);
  if (!lsa) return;
  ByteWriter out;
  write_body(*lsa, out);
  if (read(Bytes(out.bytes())) != lsa) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0xffff) return 0;
  const Bytes body(data, size);
  again(read_traffic_engineering, body);
  again(read_router_information, body);
  again(read_grace, body);
  return 0;
}

// Any bytes as an LSA's body, and what is read comes back the same when written and read again.
#include "ospf/lsa.h"

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
  const Bytes bytes(data, size);
  again(read_router_lsa, bytes);
  again(read_network_lsa, bytes);
  again(read_summary_lsa, bytes);
  again(read_external_lsa, bytes);
  if (size < kLsaHeaderSize || size > 0xffff) return 0;
  // Sealed with the right length and checksum, so that the reader gets past them.
  ByteReader in(bytes);
  const LsaHeader header = read_lsa_header(in);
  const auto sealed = write_lsa(header, in.rest());
  ByteReader sealed_in(sealed);
  LsaView lsa;
  const Refusal why = read_lsa(sealed_in, lsa);
  if (why != Refusal::kNone && why != Refusal::kBadLsaBody) std::abort();
  return 0;
}

// Any bytes as an LSA's body, and what is read comes back the same when written and read again.
#include "ospf3/lsa.h"

#include <cstdlib>

using namespace anemone;
using namespace anemone::ospf3;

namespace {

template <class Read>
void again(const Read& read, Bytes body) {
  const auto lsa = read(body);
  if (!lsa) return;
  ByteWriter out;
  write_body(*lsa, out);
  if (read(Bytes(out.bytes())) != lsa) std::abort();
}

void prefixes(Bytes body) {
  const auto lsa = read_intra_area_prefix_lsa(body);
  if (!lsa) return;
  for (const PrefixField& field : lsa->prefixes) {
    for (Family family : {Family::kIpv6, Family::kIpv4, Family::kMulticast}) {
      const auto prefix = to_prefix(field, family);
      if (prefix && from_prefix(*prefix, field.extra, field.options) != field) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  again(read_router_lsa, bytes);
  again(read_network_lsa, bytes);
  again(read_inter_area_prefix_lsa, bytes);
  again(read_inter_area_router_lsa, bytes);
  again(read_external_lsa, bytes);
  again(read_link_lsa, bytes);
  again(read_intra_area_prefix_lsa, bytes);
  prefixes(bytes);
  if (size < kLsaHeaderSize || size > 0xffff) return 0;
  // Sealed with the right length and checksum, so that the reader gets past them.
  ByteReader in(bytes);
  const LsaHeader header = read_lsa_header(in);
  const auto sealed = write_lsa(header, in.rest());
  ByteReader sealed_in(sealed);
  LsaView lsa;
  const Refusal why = read_lsa(sealed_in, lsa);
  if (why == Refusal::kBadLsaLength || why == Refusal::kBadLsaChecksum) std::abort();
  return 0;
}

// Any bytes as an OSPFv3 packet: headers, bodies, the LSAs within.
#include "ospf3/packet.h"

#include <algorithm>
#include <cstdlib>

using namespace anemone;
using namespace anemone::ospf3;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Ends ends{{0xfe80'0000'0000'0000, 1}, {0xff02'0000'0000'0000, 5}};
  Packet packet;
  const Refusal why = read_packet(ends, {data, size}, packet);
  // A wrong checksum must not hide the bodies from the fuzzer.
  Bytes body = why == Refusal::kNone ? packet.body : Bytes(data, size);
  Hello hello;
  DatabaseDescription description;
  Bytes list;
  std::uint32_t count = 0;
  if (read_hello(body, hello) == Refusal::kNone) {
    ByteWriter out;
    write_hello(hello, out);
    if (!std::equal(body.begin(), body.end(), out.bytes().begin(), out.bytes().end())) std::abort();
  }
  if (read_description(body, description) == Refusal::kNone) {
    ByteReader in(description.headers);
    while (in.left() > 0) read_lsa_header(in);
    if (!in.ok()) std::abort();
  }
  if (read_requests(body, list) == Refusal::kNone) {
    ByteReader in(list);
    while (in.left() > 0) read_request(in);
    if (!in.ok()) std::abort();
  }
  if (read_update(body, count, list) == Refusal::kNone) {
    ByteReader in(list);
    LsaView lsa;
    for (std::uint32_t i = 0; i < count && in.left() > 0; ++i) (void)read_lsa(in, lsa);
  }
  return 0;
}

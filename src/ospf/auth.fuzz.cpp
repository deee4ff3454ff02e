// Any bytes as a signed packet, and any text as keys; what is signed here is verified here.
#include "ospf/auth.h"

#include <cstdlib>

using namespace anemone;
using namespace anemone::ospf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes payload(data + 1, size - 1);
  const AuthKey key{data[0], static_cast<AuthAlgorithm>(data[0] % 7), "secret"};
  AuthKeys keys;
  (void)add_auth_keys({reinterpret_cast<const char*>(payload.data()), payload.size()}, keys);
  Packet packet;
  if (read_packet(payload, packet) != Refusal::kNone) return 0;
  (void)verify(payload, packet, std::vector{key});
  std::vector<std::uint8_t> ours(payload.begin(), payload.begin() + kHeaderSize + packet.body.size());
  sign(ours, key, 1);
  if (read_packet(ours, packet) != Refusal::kNone) std::abort();
  if (verify(ours, packet, std::vector{key}) != AuthVerdict::kVerified) std::abort();
  return 0;
}

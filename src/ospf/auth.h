// Authentication of OSPFv2 packets: null, password and keyed digests (RFC 2328 appendix D), and HMAC with
// SHA (RFC 5709). RFC 7474's type 3 is refused as any other unknown type (Refusal::kBadAuth).
//
// A cryptographic packet carries, in place of the password, which key signed it and a number that never
// falls; its digest stands behind it, outside of its length:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |              0                |    Key ID     | Auth Data Len |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                 Cryptographic sequence number                 |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Packets are readable without a key. Who gives keys for an area says by that: take nothing else from it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "net/address.h"
#include "ospf/packet.h"

namespace anemone::ospf {

enum class AuthAlgorithm : std::uint8_t { kNull, kPassword, kMd5, kSha1, kSha256, kSha384, kSha512 };
const char* print_auth_algorithm(AuthAlgorithm algorithm);  // "hmac-sha-256"
// As printed, and without "hmac-" or the dashes: "sha256".
Result<AuthAlgorithm> parse_auth_algorithm(std::string_view text);

struct AuthKey {
  std::uint8_t id = 0;  // of digests; null and password have none
  AuthAlgorithm algorithm = AuthAlgorithm::kNull;
  std::string secret;  // MD5 uses 16 bytes of it, a password 8
};

// Puts type, key id, sequence and digest into a packet that write_packet() made. The sequence must not
// fall from one packet to the next: seconds since 1970 are usual, so that a restart does not begin again.
void sign(std::vector<std::uint8_t>& packet, const AuthKey& key, std::uint32_t sequence);

// What came of holding a packet against keys.
enum class AuthVerdict : std::uint8_t {
  kNoKey,        // no key was given for its area: taken as it is
  kVerified,     // signed with a key that was given
  kWrongType,    // another authentication type than any key given, none among them
  kUnknownKey,   // signed under a key id that was not given
  kWrongDigest,  // a digest or password that does not come out
  kReplayed,     // right, but its sequence number is lower than that of a packet before
};
constexpr std::size_t kAuthVerdicts = static_cast<std::size_t>(AuthVerdict::kReplayed) + 1;
const char* print_auth_verdict(AuthVerdict verdict);  // "wrong_digest"
constexpr bool taken(AuthVerdict verdict) {
  return verdict == AuthVerdict::kNoKey || verdict == AuthVerdict::kVerified;
}

struct AuthCounts {
  std::array<std::uint64_t, kAuthVerdicts> of{};

  void add(AuthVerdict verdict) { ++of[static_cast<std::size_t>(verdict)]; }
  void add(const AuthCounts& other) {
    for (std::size_t i = 0; i < kAuthVerdicts; ++i) of[i] += other.of[i];
  }
  std::uint64_t operator[](AuthVerdict verdict) const { return of[static_cast<std::size_t>(verdict)]; }
};

// What a cryptographic packet says of its digest. REQUIRES: payload.size() >= kHeaderSize.
struct AuthTrailer {
  std::uint8_t key_id = 0;
  std::uint8_t digest_length = 0;
  std::uint32_t sequence = 0;
};
AuthTrailer read_auth_trailer(Bytes payload);

// Holds a packet that read_packet() took against keys, nothing remembered: replays are not seen here.
// `payload` is all that follows the IP header, the digest included.
AuthVerdict verify(Bytes payload, const Packet& packet, std::span<const AuthKey> keys);

// The keys that an operator gave, each for an area or for every area.
class AuthKeys {
 public:
  // No area: for every area.
  void add(std::optional<AreaId> area, AuthKey key);
  bool empty() const { return keys_.empty(); }
  // Those that a packet of the area may be signed with.
  std::vector<AuthKey> of(AreaId area) const;

 private:
  struct Given {
    std::optional<AreaId> area;
    AuthKey key;
  };
  std::vector<Given> keys_;
};

// Adds "AREA:ID:ALGORITHM:SECRET" to `keys`; AREA may be "*"; all behind the third colon is the secret.
// "*:0:null:" lets packets without authentication pass beside others. An error quotes area, id and algorithm,
// never the secret.
Result<void> add_auth_key(std::string_view text, AuthKeys& keys);
// A file's text: one key a line; empty lines and those that begin with # are left out.
Result<void> add_auth_keys(std::string_view text, AuthKeys& keys);

}  // namespace anemone::ospf

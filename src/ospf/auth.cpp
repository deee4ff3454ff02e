#include "ospf/auth.h"

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "ospf/checksum.h"

namespace anemone::ospf {
namespace {

constexpr std::size_t kTypeAt = 14;
constexpr std::size_t kAuthAt = 16;
constexpr std::size_t kChecksumAt = 12;
constexpr std::size_t kPasswordSize = 8;
constexpr std::size_t kMd5KeySize = 16;
constexpr std::array kAlgorithms = {"null",         "password",     "md5",         "hmac-sha-1",
                                    "hmac-sha-256", "hmac-sha-384", "hmac-sha-512"};

AuthType type_of(AuthAlgorithm algorithm) {
  if (algorithm == AuthAlgorithm::kNull) return AuthType::kNone;
  return algorithm == AuthAlgorithm::kPassword ? AuthType::kPassword : AuthType::kCryptographic;
}

Hash hash_of(AuthAlgorithm algorithm) {
  switch (algorithm) {
    case AuthAlgorithm::kSha1:
      return Hash::kSha1;
    case AuthAlgorithm::kSha256:
      return Hash::kSha256;
    case AuthAlgorithm::kSha384:
      return Hash::kSha384;
    case AuthAlgorithm::kSha512:
      return Hash::kSha512;
    default:
      return Hash::kMd5;
  }
}

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The first `kSize` bytes of a secret, zeros behind a shorter one.
template <std::size_t kSize>
std::array<std::uint8_t, kSize> padded(std::string_view secret) {
  std::array<std::uint8_t, kSize> key{};
  std::copy_n(secret.begin(), std::min(secret.size(), kSize), key.begin());
  return key;
}

// RFC 5709 section 3.3: the packet is signed together with this, where the digest will stand.
std::array<std::uint8_t, Digest::kMax> apad() {
  constexpr std::array<std::uint8_t, 4> kWord = {0x87, 0x8f, 0xe1, 0xf3};
  std::array<std::uint8_t, Digest::kMax> pad{};
  for (std::size_t i = 0; i < pad.size(); ++i) pad[i] = kWord[i % 4];
  return pad;
}

// Is a secret that is longer than the digest hashed first? RFC 5709 says so; RFC 2104, and with it BIRD,
// only when it is longer than the hash's block. Both are met in networks.
enum class LongSecret { kHashed, kAsIs };

Digest digest_of(Bytes packet, const AuthKey& key, LongSecret how) {
  const Hash hash = hash_of(key.algorithm);
  if (hash == Hash::kMd5) return digest(hash, {packet, padded<kMd5KeySize>(key.secret)});
  const auto pad = apad();
  const Bytes pad_bytes = Bytes(pad).first(digest_size(hash));
  const Bytes secret = bytes_of(key.secret);
  if (secret.size() <= digest_size(hash) || how == LongSecret::kAsIs) {
    return hmac(hash, secret, {packet, pad_bytes});
  }
  return hmac(hash, digest(hash, {secret}).bytes(), {packet, pad_bytes});
}

bool digest_ok(Bytes payload, Bytes packet, const AuthKey& key) {
  const std::size_t size = digest_size(hash_of(key.algorithm));
  if (read_auth_trailer(payload).digest_length != size || payload.size() < packet.size() + size) return false;
  const Bytes given = payload.subspan(packet.size(), size);
  return digest_of(packet, key, LongSecret::kHashed).equals(given) ||
         digest_of(packet, key, LongSecret::kAsIs).equals(given);
}

bool key_ok(Bytes payload, const Packet& packet, const AuthKey& key) {
  switch (key.algorithm) {
    case AuthAlgorithm::kNull:
      return true;
    case AuthAlgorithm::kPassword: {
      const auto password = padded<kPasswordSize>(key.secret);
      return std::equal(password.begin(), password.end(), payload.subspan(kAuthAt).begin());
    }
    default:
      return digest_ok(payload, payload.first(kHeaderSize + packet.body.size()), key);
  }
}

void put_u16(std::vector<std::uint8_t>& packet, std::size_t at, std::uint16_t value) {
  packet[at] = static_cast<std::uint8_t>(value >> 8);
  packet[at + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace

const char* print_auth_algorithm(AuthAlgorithm algorithm) {
  return kAlgorithms[static_cast<std::size_t>(algorithm)];
}

Result<AuthAlgorithm> parse_auth_algorithm(std::string_view text) {
  const auto bare = [](std::string_view name) {
    if (name.starts_with("hmac-")) name.remove_prefix(5);
    std::string word(name);
    std::erase(word, '-');
    return word;
  };
  for (std::size_t i = 0; i < kAlgorithms.size(); ++i) {
    if (bare(text) == bare(kAlgorithms[i])) return static_cast<AuthAlgorithm>(i);
  }
  return Error{"'" + std::string(text) +
               "' is no algorithm; there are null, password, md5, hmac-sha-1, hmac-sha-256, hmac-sha-384 and "
               "hmac-sha-512"};
}

void sign(std::vector<std::uint8_t>& packet, const AuthKey& key, std::uint32_t sequence) {
  const AuthType type = type_of(key.algorithm);
  put_u16(packet, kTypeAt, static_cast<std::uint16_t>(type));
  put_u16(packet, kChecksumAt, 0);
  std::array<std::uint8_t, kPasswordSize> field{};
  if (type == AuthType::kPassword) field = padded<kPasswordSize>(key.secret);
  if (type == AuthType::kCryptographic) {
    field[2] = key.id;
    field[3] = static_cast<std::uint8_t>(digest_size(hash_of(key.algorithm)));
    for (int i = 0; i < 4; ++i) field[4 + i] = static_cast<std::uint8_t>(sequence >> (24 - 8 * i));
  }
  std::copy(field.begin(), field.end(), packet.begin() + kAuthAt);
  if (type != AuthType::kCryptographic) return put_u16(packet, kChecksumAt, packet_checksum(packet));
  const Digest signature = digest_of(packet, key, LongSecret::kHashed);
  packet.insert(packet.end(), signature.bytes().begin(), signature.bytes().end());
}

const char* print_auth_verdict(AuthVerdict verdict) {
  constexpr std::array<const char*, kAuthVerdicts> kWords = {"no_key",      "verified",     "wrong_type",
                                                             "unknown_key", "wrong_digest", "replayed"};
  return kWords[static_cast<std::size_t>(verdict)];
}

AuthTrailer read_auth_trailer(Bytes payload) {
  ByteReader in(payload.subspan(kAuthAt + 2));
  AuthTrailer trailer;
  trailer.key_id = in.u8();
  trailer.digest_length = in.u8();
  trailer.sequence = in.u32();
  return trailer;
}

AuthVerdict verify(Bytes payload, const Packet& packet, std::span<const AuthKey> keys) {
  if (keys.empty()) return AuthVerdict::kNoKey;
  const bool cryptographic = packet.header.auth == AuthType::kCryptographic;
  AuthVerdict verdict = AuthVerdict::kWrongType;
  for (const AuthKey& key : keys) {
    if (type_of(key.algorithm) != packet.header.auth) continue;
    if (cryptographic && key.id != read_auth_trailer(payload).key_id) {
      if (verdict == AuthVerdict::kWrongType) verdict = AuthVerdict::kUnknownKey;
      continue;
    }
    if (key_ok(payload, packet, key)) return AuthVerdict::kVerified;
    verdict = AuthVerdict::kWrongDigest;
  }
  return verdict;
}

void AuthKeys::add(std::optional<AreaId> area, AuthKey key) { keys_.push_back({area, std::move(key)}); }

std::vector<AuthKey> AuthKeys::of(AreaId area) const {
  std::vector<AuthKey> keys;
  for (const Given& given : keys_) {
    if (!given.area || *given.area == area) keys.push_back(given.key);
  }
  return keys;
}

Result<void> add_auth_key(std::string_view text, AuthKeys& keys) {
  std::array<std::string_view, 3> parts;
  for (std::string_view& part : parts) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return Error{"a key is written AREA:ID:ALGORITHM:SECRET"};
    part = trim(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  std::optional<AreaId> area;
  if (parts[0] != "*") {
    auto given = parse_area(parts[0]);
    if (!given) return given.error();
    area = *given;
  }
  const auto id = parse_u64(parts[1]);
  if (!id || *id > 255) return Error{"'" + std::string(parts[1]) + "' is no key id: 0 to 255"};
  const auto algorithm = parse_auth_algorithm(parts[2]);
  if (!algorithm) return algorithm.error();
  keys.add(area, {static_cast<std::uint8_t>(*id), *algorithm, std::string(text)});
  return {};
}

Result<void> add_auth_keys(std::string_view text, AuthKeys& keys) {
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty() || trim(line).starts_with('#')) continue;
    if (auto added = add_auth_key(line, keys); !added) {
      return added.error().in("line " + std::to_string(number));
    }
  }
  return {};
}

}  // namespace anemone::ospf

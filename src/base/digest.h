// Digests of bytes, and digests under a secret (HMAC, RFC 2104): what routing protocols sign packets with.
//
// A thin face on OpenSSL, which stays in digest.cpp. Where the library refuses an algorithm (MD5 on a machine
// in FIPS mode) the digest is empty, and an empty digest equals nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "base/bytes.h"

namespace anemone {

enum class Hash : std::uint8_t { kMd5, kSha1, kSha256, kSha384, kSha512 };

constexpr std::size_t digest_size(Hash hash) {
  constexpr std::array<std::size_t, 5> kSizes = {16, 20, 32, 48, 64};
  return kSizes[static_cast<std::size_t>(hash)];
}

class Digest {
 public:
  static constexpr std::size_t kMax = 64;
  Bytes bytes() const { return Bytes(bytes_).first(size_); }

  // Compared in a time that does not tell where they differ. An empty one equals nothing, not even itself.
  bool equals(Bytes other) const;

 private:
  friend class DigestMaker;
  std::array<std::uint8_t, kMax> bytes_{};
  std::size_t size_ = 0;
};

// Of the parts as if they stood behind each other.
Digest digest(Hash hash, std::initializer_list<Bytes> parts);
Digest hmac(Hash hash, Bytes key, std::initializer_list<Bytes> parts);

}  // namespace anemone

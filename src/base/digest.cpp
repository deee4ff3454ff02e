#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

namespace anemone {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const EVP_MD* algorithm(Hash hash) {
  switch (hash) {
    case Hash::kMd5:
      return EVP_md5();
    case Hash::kSha1:
      return EVP_sha1();
    case Hash::kSha256:
      return EVP_sha256();
    case Hash::kSha384:
      return EVP_sha384();
    case Hash::kSha512:
      return EVP_sha512();
  }
  return EVP_sha256();
}

std::size_t block_size(Hash hash) { return hash == Hash::kSha384 || hash == Hash::kSha512 ? 128 : 64; }

}  // namespace

class DigestMaker {
 public:
  explicit DigestMaker(Hash hash) : context_(EVP_MD_CTX_new()) {
    ok_ = context_ != nullptr && EVP_DigestInit_ex(context_.get(), algorithm(hash), nullptr) == 1;
  }

  void add(Bytes bytes) { ok_ = ok_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1; }

  Digest finish() {
    Digest result;
    unsigned size = 0;
    if (ok_ && EVP_DigestFinal_ex(context_.get(), result.bytes_.data(), &size) == 1) result.size_ = size;
    return result;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeContext> context_;
  bool ok_ = false;
};

bool Digest::equals(Bytes other) const {
  return size_ > 0 && size_ == other.size() && CRYPTO_memcmp(bytes_.data(), other.data(), size_) == 0;
}

Digest digest(Hash hash, std::initializer_list<Bytes> parts) {
  DigestMaker maker(hash);
  for (Bytes part : parts) maker.add(part);
  return maker.finish();
}

Digest hmac(Hash hash, Bytes key, std::initializer_list<Bytes> parts) {
  const std::size_t block = block_size(hash);
  const Digest hashed = key.size() > block ? digest(hash, {key}) : Digest{};
  if (key.size() > block) key = hashed.bytes();
  std::array<std::uint8_t, 128> inner{};
  std::copy(key.begin(), key.end(), inner.begin());
  std::array<std::uint8_t, 128> outer = inner;
  for (std::uint8_t& byte : inner) byte ^= 0x36;
  for (std::uint8_t& byte : outer) byte ^= 0x5c;

  DigestMaker maker(hash);
  maker.add(Bytes(inner).first(block));
  for (Bytes part : parts) maker.add(part);
  const Digest first = maker.finish();
  if (first.bytes().empty()) return {};
  return digest(hash, {Bytes(outer).first(block), first.bytes()});
}

}  // namespace anemone

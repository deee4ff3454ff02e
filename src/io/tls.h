// A TlsContext is one side's part of TLS: its certificate and key, and whom it believes.
//
// A server shows `certificate` (with its chain, PEM) and keeps `key`; given a `ca` it takes only clients that
// show a certificate of that authority. A client believes `ca`, or the system's authorities when there is
// none, always checks name and time, and shows `certificate` when it has one. TLS 1.2 and 1.3.
//
// Immutable once made; any thread. OpenSSL stays in the .cpp files.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace anemone {

// Files in PEM; an empty name is none.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string ca;
};

class TlsContext {
 public:
  // An error names the file and what is wrong with it.
  static Result<std::shared_ptr<const TlsContext>> for_server(const TlsFiles& files);
  static Result<std::shared_ptr<const TlsContext>> for_client(const TlsFiles& files);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* handle() const { return handle_; }

 private:
  explicit TlsContext(ssl_ctx_st* handle) : handle_(handle) {}
  static Result<std::shared_ptr<const TlsContext>> make(const TlsFiles& files, bool is_server);

  ssl_ctx_st* handle_;
};

// What OpenSSL has to say of its last failure in this thread.
std::string tls_failure();

}  // namespace anemone

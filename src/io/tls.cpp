#include "io/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace anemone {
namespace {

Error in_file(const std::string& file, const char* what) {
  return Error{file + ": " + what + ": " + tls_failure()};
}

// Whatever the key file's password prompt would ask: a service has nobody to ask.
int no_password(char*, int, int, void*) { return 0; }

Result<void> load(ssl_ctx_st* context, const TlsFiles& files) {
  if (files.certificate.empty() != files.key.empty()) {
    return Error{"a TLS certificate and its key go together: one of them is missing"};
  }
  SSL_CTX_set_default_passwd_cb(context, no_password);
  if (!files.certificate.empty()) {
    if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
      return in_file(files.certificate, "no certificate in PEM");
    }
    if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
      return in_file(files.key, "no key in PEM, or not this certificate's");
    }
  }
  if (!files.ca.empty() && SSL_CTX_load_verify_locations(context, files.ca.c_str(), nullptr) != 1) {
    return in_file(files.ca, "no certificates in PEM");
  }
  return {};
}

}  // namespace

std::string tls_failure() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::make(const TlsFiles& files, bool is_server) {
  ERR_clear_error();
  const std::shared_ptr<TlsContext> made(
      new TlsContext(SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method())));
  ssl_ctx_st* context = made->handle_;
  if (context == nullptr) return Error{"TLS: " + tls_failure()};
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  if (auto loaded = load(context, files); !loaded) return loaded.error();
  if (is_server) {
    if (!files.ca.empty()) {
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
      SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(files.ca.c_str()));
      static constexpr unsigned char session_id[] = "anemone";
      SSL_CTX_set_session_id_context(context, session_id, sizeof session_id - 1);
    }
  } else {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (files.ca.empty() && SSL_CTX_set_default_verify_paths(context) != 1) {
      return Error{"TLS: the system's certificate authorities: " + tls_failure()};
    }
  }
  return std::shared_ptr<const TlsContext>(made);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_server(const TlsFiles& files) {
  if (files.certificate.empty() || files.key.empty()) {
    return Error{"a TLS server needs a certificate and its key"};
  }
  return make(files, true);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_client(const TlsFiles& files) {
  return make(files, false);
}

TlsContext::~TlsContext() { SSL_CTX_free(handle_); }

}  // namespace anemone

// An HttpServer answers HTTP/1.1 on one port: the API by a handler, live events, the console's files.
//
// One thread moves bytes for all connections; a few workers call the handler, so that a slow answer
// delays nobody else's. Every limit that a client could exhaust is in the config: connections, header
// and body sizes, and how long a connection may take over a request or be silent.
//
// An address that others could reach is served with TLS and tokens only: start() refuses it otherwise. On
// this machine's own addresses both may be left out. There a request whose Host is not this machine's name is
// answered 421, so that a web page elsewhere cannot reach it by pointing its own name here (DNS rebinding);
// elsewhere the certificate's name sees to that. A request that changes something is refused when its Origin
// is another site's.
//
// Who asks is found out before a body is read: without a known token 401. What a role may do is for the
// handler to say; files and event streams want the right that they were added with.
//
// start() and stop() belong to one thread; the counters may be read by any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/event_stream.h"
#include "io/http_message.h"
#include "io/tls.h"
#include "io/tokens.h"

namespace anemone {

class HttpSession;

struct HttpServerConfig {
  std::string address = "127.0.0.1";         // "::1" and "localhost" too
  std::uint16_t port = 8080;                 // 0 = any that is free
  TlsFiles tls;                              // with a certificate: HTTPS
  std::shared_ptr<const TokenTable> tokens;  // none: everybody may do everything
  // Paths that answer without a token.
  std::vector<std::string> open_paths = {"/healthz", "/readyz"};
  std::string files;  // folder of the console; empty: none
  // Paths that begin so go to the handler; all others are files when there is a folder. A path without
  // a file is the console's own (a single-page application): it gets index.html, unless its last part
  // has a dot.
  std::vector<std::string> handled = {"/api/", "/metrics", "/healthz", "/readyz"};
  std::size_t workers = 4;
  std::size_t connections_max = 512;  // one more is answered 503 and closed
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 1024 * 1024;
  // Paths that begin so may have larger bodies; a few at a time, the next is answered 503.
  std::string large_under;
  std::size_t large_bytes_max = 16 * 1024 * 1024;
  std::size_t large_at_once = 8;
  std::size_t file_bytes_max = 64 * 1024 * 1024;
  Duration request_time_max = 20s;  // from a request's first byte awaited to its last, and for an answer
  Duration idle_max = 60s;          // between requests of one connection
  Duration keepalive = 15s;         // a comment line this often in a silent event stream
};

struct HttpServerCounters {
  std::uint64_t connections = 0;
  std::uint64_t connections_refused = 0;  // over connections_max
  std::uint64_t connections_open = 0;
  std::uint64_t requests = 0;
  std::uint64_t responses_4xx = 0;
  std::uint64_t responses_5xx = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t unauthorized = 0;   // without a token that is known
  std::uint64_t tls_failed = 0;     // connections that came to nothing
  std::uint64_t large_refused = 0;  // over large_at_once
  std::uint64_t bytes_sent = 0;
};

class HttpServer {
 public:
  // Called on several threads at the same time. What it throws becomes 500 and is counted.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  HttpServer(HttpServerConfig config, Handler handler);
  ~HttpServer();  // stops
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Serves `events` at `path` as text/event-stream. `events` must outlive the server.
  // REQUIRES: not started.
  void add_stream(const std::string& path, EventStream& events, Right right = Right::kView);

  // What start() would say, but for the port.
  Result<void> check() const;
  // An error when others could reach the address and TLS or tokens are missing, when the certificate cannot
  // be used, or when the port is taken: each is named.
  Result<void> start();
  // Ends every connection, waits for handlers that still run. Nothing when not started.
  void stop();

  std::uint16_t port() const;  // the one in use; 0 before start()
  std::string url() const;     // "http://127.0.0.1:8080/", "https://..."
  HttpServerCounters counters() const;

 private:
  friend class HttpSession;
  struct Parts;  // Boost stays in the .cpp
  std::unique_ptr<Parts> parts_;
};

}  // namespace anemone

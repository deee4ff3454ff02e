// An HttpServer answers HTTP/1.1 on one port: the API by a handler, live events, the console's files.
//
// One thread moves bytes for all connections; a few workers call the handler, so that a slow answer
// delays nobody else's. Every limit that a client could exhaust is in the config: connections, header
// and body sizes, and how long a connection may take over a request or be silent.
//
// There is no TLS and no log-in here yet. Therefore it serves this machine only: start() refuses an
// address that others could reach, and a request whose Host is not this machine's name is answered 421,
// so that a web page elsewhere cannot reach it by pointing its own name here (DNS rebinding). For the
// same reason a request that changes something is refused when its Origin is another site's.
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

namespace anemone {

class HttpSession;

struct HttpServerConfig {
  std::string address = "127.0.0.1";  // "::1" and "localhost" too
  std::uint16_t port = 8080;          // 0 = any that is free
  std::string files;                  // folder of the console; empty: none
  // Paths that begin so go to the handler; all others are files when there is a folder. A path without
  // a file is the console's own (a single-page application): it gets index.html, unless its last part
  // has a dot.
  std::vector<std::string> handled = {"/api/", "/metrics", "/healthz", "/readyz"};
  std::size_t workers = 4;
  std::size_t connections_max = 512;  // one more is answered 503 and closed
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 1024 * 1024;
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
  void add_stream(const std::string& path, EventStream& events);

  // An error when the address is not this machine's own or the port is taken: both are named.
  Result<void> start();
  // Ends every connection, waits for handlers that still run. Nothing when not started.
  void stop();

  std::uint16_t port() const;  // the one in use; 0 before start()
  std::string url() const;     // "http://127.0.0.1:8080/"
  HttpServerCounters counters() const;

 private:
  friend class HttpSession;
  struct Parts;  // Boost stays in the .cpp
  std::unique_ptr<Parts> parts_;
};

}  // namespace anemone

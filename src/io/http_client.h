// An HttpClient asks one HTTP/1.1 server: a request and its answer at a time, or a stream of events.
//
// It is for programs of ours that talk to `anemone serve`: it keeps its connection open between requests,
// follows no redirects, keeps no cookies. Every wait and every size has a limit in the config. A request on a
// connection that the server had meanwhile given up is sent once more on a new one, unless it is a POST.
//
// One thread at a time, but interrupt() may be called from any: what is under way ends with an error, and so
// does all else until resume(). Whoever wants events and requests at the same time has two clients.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "io/server_events.h"
#include "io/tls.h"

namespace anemone {

struct HttpClientConfig {
  std::string url;    // "https://anemone.example.org:8443"; "http://" only to this machine
  TlsFiles tls;       // believed authority, and an own certificate where the server wants one
  std::string token;  // sent as "Authorization: Bearer TOKEN"; empty: none
  Duration connect_time_max = 5s;
  Duration request_time_max = 20s;  // from the first byte sent to the last one received
  Duration silence_max = 45s;       // of a stream of events; the server says something every 15 s
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 16 * 1024 * 1024;
  std::size_t event_bytes_max = 1024 * 1024;
};

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
  // "503 not_now: ...": what an error answer says, for people.
  std::string problem() const;
};

struct HttpCall {
  std::string method = "GET";
  std::string target;  // "/api/v1/status?at=...": encoded
  std::string content_type = "application/json";
  Bytes body{};  // must stay until the answer is there
};

class HttpClient {
 public:
  // Refuses a url that is none, TLS files that cannot be read, and plain HTTP to another machine.
  static Result<std::unique_ptr<HttpClient>> make(HttpClientConfig config);
  ~HttpClient();

  // Any answer is an answer, whatever its status; an error is that there was none.
  Result<HttpAnswer> request(const HttpCall& call);

  // Asks for `target` and hands over every event until the server ends the stream (no error), is silent for
  // too long, or somebody interrupts. A status other than 200 is an error.
  Result<void> listen(const std::string& target, const std::function<void(const ServerEvent&)>& take);

  void interrupt();
  void resume();
  // False when interrupt() came before the time was over.
  bool sleep(Duration time);

 private:
  struct Parts;
  explicit HttpClient(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// "a b/c" as it stands in a path or a query: "a%20b%2Fc".
std::string encode_url_part(std::string_view text);

}  // namespace anemone

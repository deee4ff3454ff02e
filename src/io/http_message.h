// What an HTTP handler sees and answers: plain values, no sockets, no library.
//
// Query strings are application/x-www-form-urlencoded: "+" is a blank, "%41" a byte. A parameter given
// twice counts once: the last. A handler that asks for a number or a time gets an error that names the
// parameter and quotes what was written, ready to be handed to the user.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "io/tokens.h"

namespace anemone {

class HttpQuery {
 public:
  // Reads what stands behind the "?". An error when an escape is broken or there are over 100 parameters.
  static Result<HttpQuery> parse(std::string_view text);

  bool has(std::string_view name) const { return values_.contains(name); }
  // What was given, or `otherwise`. An empty value ("at=") counts as not given for all but text().
  std::string text(std::string_view name, std::string_view otherwise = "") const;
  Result<double> number(std::string_view name, double otherwise) const;
  Result<std::uint64_t> count(std::string_view name, std::uint64_t otherwise) const;
  Result<Time> time(std::string_view name, Time otherwise) const;  // RFC 3339 or Unix seconds

  const std::map<std::string, std::string, std::less<>>& values() const { return values_; }

 private:
  const std::string* given(std::string_view name) const;

  std::map<std::string, std::string, std::less<>> values_;
};

struct HttpRequest {
  std::string method;  // "GET" for HEAD too: the server drops the body by itself
  std::string path;    // decoded, without the query: "/api/v1/load"
  HttpQuery query;
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;
  std::string remote;  // "127.0.0.1:54321"
  // Who asks, by the token; where a server wants none everybody may do everything.
  Role role = Role::kAdmin;
  std::string caller;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // beside those that every answer has
};

// The API's error answer: {"error":{"code":"bad_time","message":"..."}}.
HttpResponse http_error(int status, std::string_view code, std::string_view message);

// Splits "/a%20b?x=1" into the decoded path and its query. An error when the target does not begin with
// "/", an escape is broken, or the path holds a zero byte or a ".." segment.
struct HttpTarget {
  std::string path;
  HttpQuery query;
};
Result<HttpTarget> parse_http_target(std::string_view target);

}  // namespace anemone

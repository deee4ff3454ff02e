#include "io/http_head.h"

#include <utility>  // before Asio 1.74, which forgets it

#include <boost/beast/http/status.hpp>

#include <cctype>

namespace anemone {

namespace http = boost::beast::http;

namespace {

// A console of one's own: scripts only from here, no frames, no forms; style attributes are what
// charts draw their tooltips with.
constexpr std::string_view kSecurityHeaders =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Content-Security-Policy: default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: "
    "blob:; "
    "font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n";

// Is "localhost:8080", "127.0.0.1" or "[::1]:80" this machine's own name?
bool names_this_machine(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    host = host.substr(0, colon);
  }
  const std::string name = to_lower(host);
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

bool is_local_origin(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && names_this_machine(origin.substr(scheme + 3));
}

// Is this the origin of a page that `host` itself served?
bool is_origin(std::string_view origin, std::string_view host) {
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && to_lower(origin.substr(scheme + 3)) == to_lower(host);
}

// A header's value must not begin another header.
bool is_plain(std::string_view text) { return text.find_first_of("\r\n") == std::string_view::npos; }

}  // namespace

std::string_view security_headers() { return kSecurityHeaders; }

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string print_head(const HttpResponse& response, bool keep_alive) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out += std::string(http::obsolete_reason(static_cast<http::status>(response.status)));
  out += "\r\nServer: anemone\r\n";
  bool cached = false;
  for (const auto& [name, value] : response.headers) {
    if (!is_plain(name) || !is_plain(value)) continue;
    out.append(name).append(": ").append(value).append("\r\n");
    cached = cached || to_lower(name) == "cache-control";
  }
  if (!cached) out += "Cache-Control: no-store\r\n";
  out += kSecurityHeaders;
  if (response.status != 304 && response.status != 204) {
    if (is_plain(response.content_type)) out += "Content-Type: " + response.content_type + "\r\n";
    out += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  out += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return out;
}

std::optional<HttpResponse> objection_to(const Claims& claims, Reach reach) {
  if (claims.hosts == 0) {
    if (claims.old_http) return std::nullopt;
    return http_error(400, "no_host", "the request has no Host header");
  }
  const bool local = reach == Reach::kThisMachine;
  if (claims.hosts > 1 || (local && !names_this_machine(claims.host))) {
    return http_error(421, "wrong_host", "this server answers to localhost, 127.0.0.1 and [::1] only");
  }
  if (!claims.changes || !claims.origin) return std::nullopt;
  if (local ? !is_local_origin(*claims.origin) : !is_origin(*claims.origin, claims.host)) {
    return http_error(403, "wrong_origin", "a page of another site may not change anything here");
  }
  return std::nullopt;
}

HttpResponse wrong_role(const HttpRequest& request) {
  return http_error(
      403, "wrong_role",
      "the role '" + std::string(print_role(request.role)) + "' may not do this: " + request.path);
}

}  // namespace anemone

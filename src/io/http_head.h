// What stands around requests and answers: an answer's first lines, and whether a request's Host and Origin
// are such that a page of another site cannot have sent it.
//
// Pure functions over text; http_server.cpp reads and writes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/http_message.h"

namespace anemone {

// Headers that every answer has: a console of one's own, scripts only from here, no frames.
std::string_view security_headers();

// Status line and headers, up to and including the empty line.
std::string print_head(const HttpResponse& response, bool keep_alive);

enum class Reach { kThisMachine, kNetwork };

struct Claims {
  std::string_view host;
  std::size_t hosts = 0;  // how many Host headers
  std::optional<std::string_view> origin;
  bool old_http = false;  // before 1.1, which need not name the host
  bool changes = false;   // neither GET nor HEAD
};
// Why a request that claims this is not answered, if so.
std::optional<HttpResponse> objection_to(const Claims& claims, Reach reach);

HttpResponse wrong_role(const HttpRequest& request);

std::string to_lower(std::string_view text);

}  // namespace anemone

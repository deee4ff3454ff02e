// What several paths of the API read and answer alike.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "io/http_message.h"
#include "server/platform.h"
#include "view/api.h"

namespace anemone {

inline constexpr ApiParameter kAt = {"at", "string",
                                     "an instant, RFC 3339 or Unix seconds; the newest complete bin"};
inline constexpr ApiParameter kInstrumented = {"instrumented", "number",
                                               "share of hosts taken as instrumented, 0 to 1"};
inline constexpr ApiParameter kFrom = {"from", "string", "first instant, of several bins"};
inline constexpr ApiParameter kTo = {"to", "string", "last instant, of several bins"};

HttpResponse json_response(std::string body);
// For what only traffic can answer.
HttpResponse without_traffic();

Result<double> read_instrumented(const HttpRequest& request);
// None where it was left out.
Result<std::optional<Time>> read_time(const HttpRequest& request, const char* name);
Result<BinQuestion> read_question(const HttpRequest& request);
Result<WhatIfQuestion> read_whatif_question(const HttpRequest& request);

}  // namespace anemone

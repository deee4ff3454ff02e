#include "view/api_reading.h"

#include <utility>

namespace anemone {

HttpResponse json_response(std::string body) {
  HttpResponse response;
  response.body = std::move(body);
  return response;
}

Result<double> read_instrumented(const HttpRequest& request) {
  auto share = request.query.number("instrumented", 1);
  if (!share) return share.error();
  if (*share < 0 || *share > 1) return Error{"instrumented: want a share between 0 and 1"};
  return share;
}

Result<std::optional<Time>> read_time(const HttpRequest& request, const char* name) {
  if (request.query.text(name).empty()) return std::optional<Time>();
  auto time = request.query.time(name, Time{});
  if (!time) return time.error();
  return std::optional<Time>(*time);
}

Result<BinQuestion> read_question(const HttpRequest& request) {
  auto at = read_time(request, "at");
  if (!at) return at.error();
  auto instrumented = read_instrumented(request);
  if (!instrumented) return instrumented.error();
  return BinQuestion{*at, *instrumented};
}

Result<WhatIfQuestion> read_whatif_question(const HttpRequest& request) {
  const auto one = read_question(request);
  if (!one) return one.error();
  const auto from = read_time(request, "from");
  if (!from) return from.error();
  const auto to = read_time(request, "to");
  if (!to) return to.error();
  return WhatIfQuestion{*from, *to, one->at, one->instrumented};
}

HttpResponse without_traffic() {
  return http_error(
      404, "no_traffic",
      "no traffic source feeds this server: it hears the routing protocol only, so the network is "
      "known and its loads are not");
}

}  // namespace anemone

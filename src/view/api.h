// The API: which path answers what, with which parameters. One table; the OpenAPI document is printed
// from it, so that what is described is what is served.
//
// Any thread may call answer() at any time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/http_message.h"
#include "server/platform.h"

namespace anemone {

using PathParts = std::vector<std::string>;  // in the order of the braces

struct ApiParameter {
  const char* name;
  const char* type;  // JSON schema's: "string", "number", "integer"
  const char* text;
};

struct ApiEndpoint {
  const char* method;
  const char* path;
  const char* summary;
  const char* schema;  // the answer's name among the OpenAPI document's schemas
  std::vector<ApiParameter> parameters;
  std::function<HttpResponse(const HttpRequest&)> answer;
  Right right = Right::kView;
  // Instead of `answer`, where the path has parts in braces: "/agents/{name}/work".
  std::function<HttpResponse(const HttpRequest&, const PathParts&)> answer_at{};
  const char* body = nullptr;  // the name of what the request carries, among the schemas
};

// The values of the braces' parts, or none when `path` is not of `pattern`.
std::optional<PathParts> match_path(std::string_view pattern, std::string_view path);

class Api {
 public:
  // Changes the pace of what is replayed; absent where nothing is.
  using SetReplay = std::function<void(std::optional<bool> playing, std::optional<double> speed)>;

  // `platform` must outlive the API.
  explicit Api(const Platform& platform, SetReplay set_replay = {});

  // Answers for agents, too: what they send, what they are to do, how they are (agents_api.h).
  // REQUIRES: nobody asks yet.
  void add(std::vector<ApiEndpoint> endpoints);

  // Further lines for /metrics, from whoever counts outside the platform. Set it before anybody asks.
  std::function<std::string()> more_metrics;

  // Answers /api/v1/..., /metrics, /healthz and /readyz; every other path is not found.
  HttpResponse answer(const HttpRequest& request) const;

 private:
  void add_status();
  void add_routing();
  void add_traffic();
  void add_over_time();
  void add_breakdowns();
  void add_replay(SetReplay set_replay);
  static HttpResponse answer_found(const ApiEndpoint& endpoint, const HttpRequest& request,
                                   const PathParts& parts);

  const Platform& platform_;
  std::vector<ApiEndpoint> endpoints_;
};

// The OpenAPI 3.0 document of these endpoints.
std::string openapi_json(const std::vector<ApiEndpoint>& endpoints);

}  // namespace anemone

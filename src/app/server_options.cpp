#include "app/server_options.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "io/text_file.h"

namespace anemone {
namespace {

constexpr std::size_t kTokenMax = 4096;
constexpr std::size_t kAnswerMax = std::size_t{256} << 20;

}  // namespace

void ServerOptions::declare(Arguments& arguments) {
  arguments.option("--server", server, "Anemone server to ask, as https://anemone:8443");
  arguments.option("--token", token, "file with the token that the server gave");
  arguments.option("--authority", authority, "file with the certificate authority of the server");
}

Result<std::unique_ptr<HttpClient>> ServerOptions::connect(Duration answer_time_max) const {
  HttpClientConfig config;
  config.url = server;
  config.tls.ca = authority;
  config.request_time_max = answer_time_max;
  config.body_bytes_max = kAnswerMax;
  if (!token.empty()) {
    const auto text = read_text_file(token, kTokenMax);
    if (!text) return text.error().in("--token");
    config.token = trim(*text);
  }
  return HttpClient::make(std::move(config));
}

Error api_error(int status, const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const auto message = nlohmann::json::json_pointer("/error/message");
  if (json.is_object() && json.contains(message) && json[message].is_string())
    return Error{json[message].get<std::string>()};
  return Error{"status " + std::to_string(status)};
}

Result<std::string> ask_server(HttpClient& client, const char* method, const std::string& target,
                               const std::string& body) {
  HttpCall call;
  call.method = method;
  call.target = target;
  call.body = {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()};
  auto answer = client.request(call);
  if (!answer) return answer.error();
  if (!answer->ok()) return api_error(answer->status, answer->body);
  return std::move(answer->body);
}

}  // namespace anemone

// How a command reaches a running server: --server, --token, --authority.
#pragma once

#include <memory>
#include <string>

#include "app/arguments.h"
#include "io/http_client.h"

namespace anemone {

struct ServerOptions {
  std::string server;
  std::string token;      // file
  std::string authority;  // file

  void declare(Arguments& arguments);
  // `answer_time_max`: how long the server may take.
  Result<std::unique_ptr<HttpClient>> connect(Duration answer_time_max) const;
};

// What the API says is wrong, of the body of such an answer.
Error api_error(int status, const std::string& body);

// The answer's body; an error says what the server said.
Result<std::string> ask_server(HttpClient& client, const char* method, const std::string& target,
                               const std::string& body = "");

}  // namespace anemone

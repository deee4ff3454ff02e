#include "io/http_client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "io/http_server.h"

using namespace anemone;

namespace {

struct Pair {
  explicit Pair(HttpServerConfig server_config = {})
      : server(any_port(std::move(server_config)), [this](const HttpRequest& request) {
          ++asked;
          HttpResponse response;
          if (request.path == "/api/slow") std::this_thread::sleep_for(std::chrono::milliseconds(600));
          if (request.path == "/api/large") response.body = std::string(5000, 'x');
          if (request.path == "/api/none") return http_error(404, "none", "not here");
          if (response.body.empty()) response.body = request.method + " " + request.path + " " + request.body;
          return response;
        }) {
    server.add_stream("/api/events", events);
    REQUIRE(server.start());
    config.url = server.url();
  }
  static HttpServerConfig any_port(HttpServerConfig config) {
    config.port = 0;
    return config;
  }
  std::unique_ptr<HttpClient> client() const {
    auto made = HttpClient::make(config);
    REQUIRE(made);
    return std::move(*made);
  }

  EventStream events;
  HttpServer server;
  HttpClientConfig config;
  std::atomic<int> asked{0};
};

std::string problem(const Result<HttpAnswer>& answer) {
  return answer ? "none: " + std::to_string(answer->status) : answer.error().message;
}

HttpCall get(const char* target) {
  HttpCall call;
  call.target = target;
  return call;
}

}  // namespace

TEST_CASE("requests are answered on one connection, bodies and errors included") {
  Pair p;
  auto client = p.client();
  const std::string body = "hello";
  HttpCall put = get("/api/x");
  put.method = "PUT";
  put.body = {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()};
  CHECK(client->request(put)->body == "PUT /api/x hello");
  CHECK(client->request(get("/api/a%20b"))->body == "GET /api/a b ");
  const auto none = client->request(get("/api/none"));
  CHECK(none->status == 404);
  CHECK(none->problem() == R"(404: {"error":{"code":"none","message":"not here"}})");
  CHECK(none->headers.find("content-type")->second == "application/json");
  CHECK(p.server.counters().connections == 1);
}

TEST_CASE("a connection that the server gave up meanwhile is replaced without a word") {
  HttpServerConfig quick;
  quick.idle_max = 50ms;
  Pair p(quick);
  auto client = p.client();
  REQUIRE(client->request(get("/api/1")));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(client->request(get("/api/2"))->body == "GET /api/2 ");
  CHECK(p.server.counters().connections == 2);
}

TEST_CASE("an answer that is late, too large, or not there is an error in time") {
  Pair p;
  p.config.request_time_max = 200ms;
  p.config.body_bytes_max = 1000;
  auto client = p.client();
  const auto begun = std::chrono::steady_clock::now();
  CHECK(problem(client->request(get("/api/slow"))).find("no answer in time") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(550));
  CHECK(problem(client->request(get("/api/large"))).find("its answer is too large") != std::string::npos);
  CHECK(client->request(get("/api/1"))->status == 200);
  p.server.stop();
  CHECK(problem(client->request(get("/api/1"))).find("Connection refused") != std::string::npos);
}

TEST_CASE("events arrive as they are published, and the listener is stopped from another thread") {
  Pair p;
  auto client = p.client();
  std::atomic<int> taken{0};
  std::string all;
  Result<void> ended;
  std::thread listener([&] {
    ended = client->listen("/api/events", [&](const ServerEvent& event) {
      all += event.event + "=" + event.data + ";";
      ++taken;
    });
  });
  while (p.events.subscribers() == 0) std::this_thread::yield();
  p.events.publish("work", "1");
  p.events.publish("work", "2\n3");
  while (taken < 2) std::this_thread::yield();
  client->interrupt();
  listener.join();
  CHECK(all == "work=1;work=2\n3;");
  CHECK(ended.error().message.find("interrupted") != std::string::npos);
  CHECK(!client->request(get("/api/1")));
  client->resume();
  CHECK(client->request(get("/api/1"))->status == 200);
}

TEST_CASE("a stream that ends is no error; silence and a wrong status are") {
  HttpServerConfig rare;
  rare.keepalive = 10s;
  Pair p(rare);
  p.config.silence_max = 200ms;
  const auto none = [](const ServerEvent&) {};
  CHECK(p.client()->listen("/api/events", none).error().message.find("no answer in time") !=
        std::string::npos);
  CHECK(p.client()->listen("/api/none", none).error().message.find("status 404") != std::string::npos);
  std::thread stopper([&] {
    while (p.events.subscribers() == 0) std::this_thread::yield();
    p.server.stop();
  });
  p.config.silence_max = 5s;
  CHECK(p.client()->listen("/api/events", none));
  stopper.join();
}

TEST_CASE("an address that is no server's, and plain HTTP to another machine, are refused at once") {
  for (const char* url : {"localhost:80", "ftp://x", "http://", "https://a/b", "https://u@h", "http://h:0",
                          "http://h:x", "https://h:70000", "http://example.org", "http://192.0.2.1:80"}) {
    CAPTURE(url);
    HttpClientConfig config;
    config.url = url;
    CHECK(!HttpClient::make(config));
  }
  HttpClientConfig config;
  config.url = "http://[::1]:80/";
  CHECK(HttpClient::make(config));
  config.token = "a\r\nX: b";
  CHECK(!HttpClient::make(config));
}

TEST_CASE("text is encoded for a url") { CHECK(encode_url_part("a b/c~%") == "a%20b%2Fc~%25"); }

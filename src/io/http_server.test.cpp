#include "io/http_server.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "io/http_client.test.h"

using namespace anemone;

namespace {

HttpServerConfig any_port() {
  HttpServerConfig config;
  config.port = 0;
  return config;
}

HttpResponse echo(const HttpRequest& request) {
  if (request.path == "/api/throw") throw std::runtime_error("no luck");
  if (request.path == "/api/none") return http_error(404, "none", "not here");
  HttpResponse response;
  response.body = request.method + " " + request.path + " " + request.query.text("q") + " " + request.body;
  return response;
}

// A server that runs until the end of the test.
struct Served {
  explicit Served(HttpServerConfig config = any_port(), HttpServer::Handler handler = echo)
      : server(std::move(config), std::move(handler)) {
    server.add_stream("/api/stream", events);
    REQUIRE(server.start());
  }
  EventStream events;
  HttpServer server;
};

bool wait_until(const std::function<bool()>& done) {
  for (int i = 0; i < 1000 && !done(); ++i) std::this_thread::sleep_for(5ms);
  return done();
}

// A folder with a console in it, and a secret beside it.
struct Folder {
  Folder() {
    char name[] = "/tmp/anemone-files-XXXXXX";
    root = ::mkdtemp(name);
    std::filesystem::create_directories(root / "ui/assets");
    put("ui/index.html", "<p>console");
    put("ui/assets/app-1f.js", "run()");
    put("secret.txt", "secret");
    std::filesystem::create_symlink(root / "secret.txt", root / "ui/link.txt");
  }
  ~Folder() { std::filesystem::remove_all(root); }
  void put(const std::string& name, const std::string& text) const { std::ofstream(root / name) << text; }
  HttpServerConfig config() const {
    HttpServerConfig config = any_port();
    config.files = root / "ui";
    return config;
  }
  std::filesystem::path root;
};

}  // namespace

TEST_CASE("a GET reaches the handler with its path and query decoded") {
  Served s;
  const std::string answer = http_ask(s.server.port(), "/api/a%20b?q=1%2B2+3");
  CHECK(http_status(answer) == 200);
  CHECK(http_body(answer) == "GET /api/a b 1+2 3 ");
  CHECK(answer.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(answer.find("X-Content-Type-Options: nosniff\r\n") != std::string::npos);
  CHECK(answer.find("Content-Security-Policy: default-src 'self'") != std::string::npos);
}

TEST_CASE("a POST hands on its body") {
  Served s;
  LocalSocket socket(s.server.port());
  socket.send("POST /api/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(http_body(socket.read_answer()) == "POST /api/x  hello");
}

TEST_CASE("HEAD answers what GET would, without the body") {
  Served s;
  const std::string answer = http_ask(s.server.port(), "/api/abc", "", "HEAD");
  CHECK(http_status(answer) == 200);
  CHECK(answer.find("Content-Length: 14\r\n") != std::string::npos);
  CHECK(http_body(answer).empty());
}

TEST_CASE("what the handler refuses keeps its status, what it throws becomes 500, and both are counted") {
  Served s;
  CHECK(http_status(http_ask(s.server.port(), "/api/none")) == 404);
  const std::string thrown = http_ask(s.server.port(), "/api/throw");
  CHECK(http_status(thrown) == 500);
  CHECK(http_body(thrown).find("no luck") != std::string::npos);
  CHECK(s.server.counters().responses_4xx == 1);
  CHECK(s.server.counters().responses_5xx == 1);
  CHECK(s.server.counters().requests == 2);
}

TEST_CASE("requests sent in one breath are answered in order on one connection") {
  Served s;
  LocalSocket socket(s.server.port());
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += "GET /api/" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  socket.send(requests);
  for (int i = 0; i < 20; ++i)
    CHECK(http_body(socket.read_answer()) == "GET /api/" + std::to_string(i) + "  ");
  CHECK(s.server.counters().connections == 1);
}

TEST_CASE("a request cut into single bytes is answered like any other") {
  Served s;
  LocalSocket socket(s.server.port());
  for (const char c : std::string("GET /api/slow HTTP/1.1\r\nHost: localhost\r\n\r\n")) socket.send({&c, 1});
  CHECK(http_body(socket.read_answer()) == "GET /api/slow  ");
}

TEST_CASE("a header or a body over its limit is refused by name and the connection ends") {
  Served s;
  CHECK(http_status(http_ask(s.server.port(), "/api/x", "X-Big: " + std::string(20'000, 'a') + "\r\n")) ==
        431);
  LocalSocket socket(s.server.port());
  socket.send("POST /api/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n");
  socket.send(std::string(2'000'000, 'b'));
  const std::string answer = socket.read_all();
  CHECK(http_status(answer) == 413);
  CHECK(http_body(answer).find("body_too_large") != std::string::npos);
}

TEST_CASE("what is not HTTP is answered 400") {
  Served s;
  LocalSocket socket(s.server.port());
  socket.send("\x16\x03\x01 hello there\r\n\r\n");
  CHECK(http_status(socket.read_all()) == 400);
  CHECK(http_status(http_ask(s.server.port(), "/api/%zz")) == 400);
}

TEST_CASE("a client that never finishes its request is let go after the time limit") {
  HttpServerConfig config = any_port();
  config.request_time_max = 200ms;
  Served s(config);
  LocalSocket socket(s.server.port());
  socket.send("GET /api/x HTTP/1.1\r\nHost: loc");
  CHECK(socket.read_all().empty());
  CHECK(wait_until([&] { return s.server.counters().timed_out == 1; }));
  CHECK(wait_until([&] { return s.server.counters().connections_open == 0; }));
}

TEST_CASE("a silent connection is closed after the idle time and is no failure") {
  HttpServerConfig config = any_port();
  config.idle_max = 100ms;
  Served s(config);
  LocalSocket socket(s.server.port());
  CHECK(socket.read_all().empty());
  CHECK(s.server.counters().timed_out == 0);
}

TEST_CASE("a connection over the limit is told so at once") {
  HttpServerConfig config = any_port();
  config.connections_max = 2;
  Served s(config);
  LocalSocket a(s.server.port());
  LocalSocket b(s.server.port());
  REQUIRE(wait_until([&] { return s.server.counters().connections_open == 2; }));
  LocalSocket c(s.server.port());
  CHECK(http_status(c.read_all()) == 503);
  CHECK(s.server.counters().connections_refused == 1);
}

TEST_CASE("a slow answer does not delay another viewer's") {
  std::mutex mutex;
  std::condition_variable changed;
  bool go_on = false;
  Served s(any_port(), [&](const HttpRequest& request) {
    if (request.path == "/api/slow") {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return go_on; });
    }
    return HttpResponse{};
  });
  LocalSocket slow(s.server.port());
  slow.send("GET /api/slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(http_status(http_ask(s.server.port(), "/api/quick")) == 200);
  {
    const std::lock_guard lock(mutex);
    go_on = true;
  }
  changed.notify_all();
  CHECK(http_status(slow.read_answer()) == 200);
}

TEST_CASE("many viewers at the same time get each their own answer") {
  Served s;
  std::atomic<int> right{0};
  std::vector<std::thread> viewers;
  for (int viewer = 0; viewer < 8; ++viewer) {
    viewers.emplace_back([&, viewer] {
      for (int i = 0; i < 25; ++i) {
        const std::string path = "/api/" + std::to_string(viewer) + "-" + std::to_string(i);
        if (http_body(http_ask(s.server.port(), path)) == "GET " + path + "  ") ++right;
      }
    });
  }
  for (std::thread& viewer : viewers) viewer.join();
  CHECK(right == 200);
  CHECK(wait_until([&] { return s.server.counters().connections_open == 0; }));
}

TEST_CASE("listeners hear what is published, and a closed one is forgotten") {
  Served s;
  LocalSocket a(s.server.port());
  {
    LocalSocket b(s.server.port());
    for (LocalSocket* socket : {&a, &b}) {
      socket->send("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
      CHECK(socket->read_until("\r\n\r\n").find("Content-Type: text/event-stream\r\n") != std::string::npos);
      socket->read_until("\n\n");
    }
    REQUIRE(wait_until([&] { return s.events.subscribers() == 2; }));
    s.events.publish("bin", R"({"from":1})");
    CHECK(a.read_until("\n\n") == "event: bin\ndata: {\"from\":1}\n\n");
    CHECK(b.read_until("\n\n") == "event: bin\ndata: {\"from\":1}\n\n");
  }
  CHECK(wait_until([&] { return s.events.subscribers() == 1; }));
  s.events.publish("bin", "2");
  CHECK(a.read_until("\n\n") == "event: bin\ndata: 2\n\n");
}

TEST_CASE("a silent event stream is kept open by comments") {
  HttpServerConfig config = any_port();
  config.keepalive = 50ms;
  Served s(config);
  LocalSocket socket(s.server.port());
  socket.send("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  socket.read_until(": anemone\n\n");
  CHECK(socket.read_until("\n\n") == ": still here\n\n");
  CHECK(socket.read_until("\n\n") == ": still here\n\n");
  s.events.publish("x", "1");
  CHECK(socket.read_until("data: 1\n\n").find("event: x\n") != std::string::npos);
}

TEST_CASE("a listener that does not read loses old events, holds up nobody, and is let go") {
  HttpServerConfig config = any_port();
  config.request_time_max = 300ms;
  Served s(config);
  LocalSocket deaf(s.server.port());
  deaf.send("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  REQUIRE(wait_until([&] { return s.events.subscribers() == 1; }));
  const std::string big(100'000, 'x');
  for (int i = 0; i < 2000 && s.events.dropped() == 0; ++i) s.events.publish("big", big);
  CHECK(s.events.dropped() > 0);
  CHECK(wait_until([&] { return s.events.subscribers() == 0; }));
  CHECK(wait_until([&] { return s.server.counters().timed_out == 1; }));
}

TEST_CASE("a page elsewhere that points its own name here is refused") {
  Served s;
  LocalSocket socket(s.server.port());
  socket.send("GET /api/x HTTP/1.1\r\nHost: evil.example:8080\r\nConnection: close\r\n\r\n");
  CHECK(http_status(socket.read_all()) == 421);
  for (const char* host : {"LOCALHOST:1", "127.0.0.1", "[::1]:8080"}) {
    LocalSocket good(s.server.port());
    good.send("GET /api/x HTTP/1.1\r\nHost: " + std::string(host) + "\r\nConnection: close\r\n\r\n");
    CHECK(http_status(good.read_all()) == 200);
  }
  LocalSocket none(s.server.port());
  none.send("GET /api/x HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK(http_status(none.read_all()) == 400);
}

TEST_CASE("a page of another site may read nothing into a change here") {
  Served s;
  const auto post = [&](const std::string& origin) {
    return http_status(
        http_ask(s.server.port(), "/api/x", "Content-Length: 0\r\nOrigin: " + origin + "\r\n", "POST"));
  };
  CHECK(post("https://evil.example") == 403);
  CHECK(post("null") == 403);
  CHECK(post("http://localhost:5173") == 200);
}

TEST_CASE(
    "the console's files come with their types, are kept by ETag, and unknown pages are the console's") {
  Folder folder;
  Served s(folder.config());
  const std::uint16_t port = s.server.port();
  const std::string page = http_ask(port, "/");
  CHECK(http_body(page) == "<p>console");
  CHECK(page.find("Content-Type: text/html; charset=utf-8\r\n") != std::string::npos);
  CHECK(page.find("Cache-Control: no-cache\r\n") != std::string::npos);
  CHECK(http_body(http_ask(port, "/links/core1")) == "<p>console");
  CHECK(http_status(http_ask(port, "/missing.js")) == 404);
  CHECK(http_body(http_ask(port, "/api/x")) == "GET /api/x  ");

  const std::string script = http_ask(port, "/assets/app-1f.js");
  CHECK(http_body(script) == "run()");
  CHECK(script.find("immutable") != std::string::npos);
  const std::size_t at = script.find("ETag: ");
  REQUIRE(at != std::string::npos);
  const std::string etag = script.substr(at + 6, script.find("\r\n", at) - at - 6);
  const std::string again = http_ask(port, "/assets/app-1f.js", "If-None-Match: " + etag + "\r\n");
  CHECK(http_status(again) == 304);
  CHECK(http_body(again).empty());
  CHECK(http_status(http_ask(port, "/", "Content-Length: 0\r\n", "POST")) == 405);
}

TEST_CASE("no file outside the console's folder is handed out") {
  Folder folder;
  Served s(folder.config());
  for (const char* path : {"/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f../secret.txt",
                           "/..%5csecret.txt", "/link.txt", "//../secret.txt", "/secret.txt%00.html"}) {
    const std::string answer = http_ask(s.server.port(), path);
    CAPTURE(path);
    CHECK(http_status(answer) >= 400);
    CHECK(answer.find("\r\n\r\nsecret") == std::string::npos);
  }
}

TEST_CASE("an address that others could reach is refused, and so is a port in use") {
  HttpServerConfig config = any_port();
  config.address = "0.0.0.0";
  HttpServer open(config, echo);
  const auto refused = open.start();
  REQUIRE(!refused);
  CHECK(refused.error().message.find("0.0.0.0 port 0: others could reach this address") == 0);

  Served s;
  config = any_port();
  config.port = s.server.port();
  HttpServer second(config, echo);
  const auto taken = second.start();
  REQUIRE(!taken);
  CHECK(taken.error().message ==
        "127.0.0.1 port " + std::to_string(config.port) + ": Address already in use");
}

TEST_CASE("stopping ends every connection, and a server can be started again") {
  HttpServer server(any_port(), echo);
  EventStream events;
  server.add_stream("/api/stream", events);
  for (int round = 0; round < 3; ++round) {
    REQUIRE(server.start());
    LocalSocket listener(server.port());
    listener.send("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    REQUIRE(wait_until([&] { return events.subscribers() == 1; }));
    LocalSocket idle(server.port());
    CHECK(http_status(http_ask(server.port(), "/api/x")) == 200);
    std::thread publisher([&] {
      for (int i = 0; i < 200; ++i) events.publish("x", "1");
    });
    server.stop();
    publisher.join();
    CHECK(listener.read_all().find("text/event-stream") != std::string::npos);
    CHECK(idle.read_all().empty());
    CHECK(server.counters().connections_open == 0);
    CHECK(events.subscribers() == 0);
  }
}

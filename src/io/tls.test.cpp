#include "io/tls.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "io/http_client.h"
#include "io/http_client.test.h"
#include "io/http_server.h"

using namespace anemone;
namespace fs = std::filesystem;

namespace {

// Authorities, certificates and keys as openssl(1) makes them.
struct Certificates {
  Certificates() {
    std::string name = (fs::temp_directory_path() / "anemone-tls-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    authority("ca");
    authority("stranger");
    signed_by("ca", "server", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days 2");
    signed_by("ca", "other", "subjectAltName=DNS:other.example", "-days 2");
    signed_by("ca", "client", "extendedKeyUsage=clientAuth", "-days 2");
    // -days -1 ended yesterday
    signed_by("ca", "old", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days -1");
  }
  ~Certificates() { fs::remove_all(folder); }

  void run(const std::string& command) const {
    const std::string line = "cd " + folder + " && openssl " + command + " > log 2>&1";
    REQUIRE_MESSAGE(std::system(line.c_str()) == 0, line);  // NOLINT: a test's own words
  }
  void authority(const std::string& name) const {
    run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name +
        " -keyout " + name + ".key -out " + name + ".crt");
  }
  void signed_by(const std::string& ca, const std::string& name, const std::string& extension,
                 const std::string& days) const {
    run("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name + " -keyout " + name +
        ".key -out " + name + ".csr");
    const std::string text = "printf '" + extension + "\\n' > " + folder + "/ext";
    REQUIRE(std::system(text.c_str()) == 0);  // NOLINT
    run("x509 -req -in " + name + ".csr -CA " + ca + ".crt -CAkey " + ca + ".key -CAcreateserial " + days +
        " -extfile ext -out " + name + ".crt");
  }
  TlsFiles files(const std::string& name, const std::string& ca = "") const {
    return {folder + "/" + name + ".crt", folder + "/" + name + ".key",
            ca.empty() ? "" : folder + "/" + ca + ".crt"};
  }
  TlsFiles believing(const std::string& ca) const { return {"", "", folder + "/" + ca + ".crt"}; }

  std::string folder;
};

const Certificates& certificates() {
  static const Certificates made;
  return made;
}

struct Secure {
  explicit Secure(const TlsFiles& tls, const char* tokens = nullptr) : server(config(tls, tokens), answer) {
    server.add_stream("/api/events", events, Right::kReport);
    const auto started = server.start();
    REQUIRE_MESSAGE(started, (started ? "" : started.error().message));
    client.url = server.url();
    client.tls = certificates().believing("ca");
  }
  static HttpServerConfig config(const TlsFiles& tls, const char* tokens) {
    HttpServerConfig config;
    config.port = 0;
    config.tls = tls;
    config.large_under = "/api/large";
    config.large_at_once = 1;
    config.idle_max = 2s;
    if (tokens != nullptr) config.tokens = std::make_shared<const TokenTable>(*TokenTable::parse(tokens));
    return config;
  }
  static HttpResponse answer(const HttpRequest& request) {
    HttpResponse response;
    response.body = std::string(print_role(request.role)) + " " + request.caller + " " + request.path + " " +
                    std::to_string(request.body.size());
    if (request.headers.contains("authorization")) response.body += " the secret came through";
    return response;
  }
  std::string ask(const std::string& path, std::size_t size = 0) const {
    auto made = HttpClient::make(client);
    if (!made) return made.error().message;
    const std::vector<std::uint8_t> body(size, 'x');
    HttpCall call;
    call.method = size > 0 ? "PUT" : "GET";
    call.target = path;
    call.body = body;
    const auto got = (*made)->request(call);
    if (!got) return got.error().message;
    return got->ok() ? got->body : got->problem();
  }

  EventStream events;
  HttpServer server;
  HttpClientConfig client;
};

bool has(const std::string& text, const char* part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

}  // namespace

TEST_CASE("over TLS requests of any size are answered, and events come") {
  Secure s(certificates().files("server"));
  CHECK(s.ask("/api/x") == "admin  /api/x 0");
  CHECK(s.ask("/api/large/x", 9'000'000) == "admin  /api/large/x 9000000");
  CHECK(has(s.ask("/api/x", 2'000'000), "413"));
  CHECK(has(s.ask("/api/large/x", 17'000'000), "413"));
  auto client = HttpClient::make(s.client);
  REQUIRE(client);
  std::string all;
  std::thread publisher([&] {
    while (s.events.subscribers() == 0) std::this_thread::yield();
    for (int i = 0; i < 3; ++i) s.events.publish("n", std::to_string(i));
  });
  const auto ended = (*client)->listen("/api/events", [&](const ServerEvent& event) {
    all += event.data;
    if (event.data == "2") (*client)->interrupt();
  });
  publisher.join();
  CHECK(all == "012");
  CHECK(!ended);
}

TEST_CASE("a client believes only its authority, the right name, and a certificate that is in time") {
  const auto& made = certificates();
  Secure s(made.files("server"));
  s.client.tls = made.believing("stranger");
  CHECK(has(s.ask("/"), "the certificate is refused: unable to get local issuer certificate"));
  s.client.tls = {};  // the system's
  CHECK(has(s.ask("/"), "the certificate is refused"));
  s.client.tls = made.believing("ca");
  s.client.url = "https://localhost:" + std::to_string(s.server.port());
  CHECK(s.ask("/") == "admin  / 0");
  Secure other(made.files("other"));
  CHECK(has(other.ask("/"), "the certificate is refused: IP address mismatch"));
  other.client.url = "https://localhost:" + std::to_string(other.server.port());
  CHECK(has(other.ask("/"), "the certificate is refused: hostname mismatch"));
  Secure old(made.files("old"));
  CHECK(has(old.ask("/"), "the certificate is refused: certificate has expired"));
}

TEST_CASE("a server with an authority takes only clients that it knows") {
  const auto& made = certificates();
  Secure s(made.files("server", "ca"));
  CHECK(has(s.ask("/"), "certificate required"));
  s.client.tls = made.files("client", "ca");
  CHECK(s.ask("/") == "admin  / 0");
  s.client.tls = made.files("stranger", "ca");
  CHECK(has(s.ask("/"), "unknown ca"));
}

TEST_CASE("who speaks something else than TLS gets nothing, and is counted") {
  Secure s(certificates().files("server"));
  CHECK(http_ask(s.server.port(), "/api/x").find("HTTP/1.1") == std::string::npos);
  CHECK(s.ask("/api/x") == "admin  /api/x 0");
  CHECK(s.server.counters().tls_failed == 1);
  HttpServerConfig plain;
  plain.port = 0;
  HttpServer server(plain, Secure::answer);
  REQUIRE(server.start());
  s.client.url = "https://127.0.0.1:" + std::to_string(server.port());
  CHECK(has(s.ask("/"), "TLS: "));
}

TEST_CASE("without a known token there is no answer; a role may not do another's") {
  const std::string tokens = print_token_line("a-secret", {Role::kAgent, "web1"}) +
                             print_token_line("v-secret", {Role::kViewer, "ann"});
  Secure s(certificates().files("server"), tokens.c_str());
  CHECK(has(s.ask("/api/x"), "401: {\"error\":{\"code\":\"no_token\""));
  CHECK(s.ask("/healthz") == "viewer  /healthz 0");
  s.client.token = "wrong";
  CHECK(has(s.ask("/api/x"), "this token is not known here"));
  CHECK(has(s.ask("/api/large/x", 8'000'000), "401"));  // said before the body was read
  CHECK(s.server.counters().unauthorized == 3);
  s.client.token = "a-secret";
  CHECK(s.ask("/api/x") == "agent web1 /api/x 0");
  s.client.token = "v-secret";
  CHECK(s.ask("/api/x") == "viewer ann /api/x 0");
  auto viewer = HttpClient::make(s.client);
  CHECK(has((*viewer)->listen("/api/events", [](const ServerEvent&) {}).error().message, "status 403"));
}

TEST_CASE("large bodies are taken a few at a time") {
  HttpServerConfig config = Secure::config({}, nullptr);
  HttpServer server(config, Secure::answer);
  REQUIRE(server.start());
  const std::string head = "PUT /api/large/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n";
  {
    LocalSocket first(server.port());
    first.send(head + "x");
    LocalSocket second(server.port());
    for (int i = 0; i < 100 && server.counters().connections < 2; ++i) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    second.send(head + "x");
    CHECK(http_status(second.read_answer()) == 503);
    first.send(std::string(1'999'999, 'x'));
    CHECK(http_status(first.read_answer()) == 200);
    CHECK(server.counters().large_refused == 1);
    first.send(head);  // and goes away
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  LocalSocket third(server.port());
  third.send(head + std::string(2'000'000, 'x'));
  CHECK(http_status(third.read_answer()) == 200);
}

TEST_CASE("an address that others could reach is served with TLS and tokens only") {
  const auto& made = certificates();
  HttpServerConfig config =
      Secure::config(made.files("server"), print_token_line("t", {Role::kAdmin, "a"}).c_str());
  config.address = "0.0.0.0";
  HttpServer open(config, Secure::answer);
  REQUIRE(open.start());
  HttpClientConfig client;
  client.url = "https://localhost:" + std::to_string(open.port());
  client.tls = made.believing("ca");
  client.token = "t";
  HttpCall call;
  call.target = "/api/x";
  CHECK((*HttpClient::make(client))->request(call)->status == 200);
  config.tokens = nullptr;
  CHECK(has(HttpServer(config, Secure::answer).start().error().message, "it needs tokens"));
  config = Secure::config({}, print_token_line("t", {Role::kAdmin, "a"}).c_str());
  config.address = "0.0.0.0";
  CHECK(has(HttpServer(config, Secure::answer).start().error().message, "it needs TLS"));
}

TEST_CASE("files that are no certificate, no key, or do not belong together are refused by name") {
  const auto& made = certificates();
  const auto problem = [](const TlsFiles& files) { return TlsContext::for_server(files).error().message; };
  CHECK(has(problem({}), "a TLS server needs a certificate and its key"));
  CHECK(has(problem({made.folder + "/server.key", made.folder + "/server.key", ""}),
            "server.key: no certificate"));
  CHECK(has(problem({made.folder + "/server.crt", made.folder + "/client.key", ""}),
            "client.key: no key in PEM, or"));
  CHECK(has(problem({made.folder + "/none", made.folder + "/none", ""}), "none: no certificate in PEM"));
  CHECK(has(TlsContext::for_client({"", "", made.folder + "/server.key"}).error().message,
            "server.key: no cert"));
}

#include "record/uploader.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "io/http_server.h"

using namespace anemone;
namespace fs = std::filesystem;

namespace {

// A server that remembers what it was sent, and can be told to fail.
struct Sink {
  Sink() : server(config(0), [this](const HttpRequest& request) { return answer(request); }) {
    REQUIRE(server.start());
    std::string name = (fs::temp_directory_path() / "anemone-upload-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    SpoolConfig spool_config;
    spool_config.folder = folder + "/spool";
    auto opened = Spool::open(spool_config);
    REQUIRE(opened);
    spool = std::move(*opened);
  }
  ~Sink() { fs::remove_all(folder); }

  static HttpServerConfig config(std::uint16_t port) {
    HttpServerConfig config;
    config.port = port;
    return config;
  }
  UploaderConfig uploader() const {
    UploaderConfig config;
    config.server.url = "http://127.0.0.1:" + std::to_string(server.port());
    config.agent = "web1";
    config.first_wait = 20ms;
    config.longest_wait = 100ms;
    config.look = 5ms;
    return config;
  }

  HttpResponse answer(const HttpRequest& request) {
    const std::lock_guard lock(mutex);
    ++requests;
    if (fail_next > 0) {
      --fail_next;
      return http_error(503, "not_now", "busy");
    }
    if (request.body == "bad") return http_error(400, "bad_file", "no IPFIX File");
    const bool is_new = files.emplace(request.path, request.body).second;
    stream = request.query.text("stream");
    HttpResponse response;
    response.body = is_new ? R"({"kept":true})" : R"({"kept":false})";
    return response;
  }
  bool wait(const std::function<bool()>& until) const {
    for (int i = 0; i < 1000; ++i) {
      if (until()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  void add(std::string_view text, std::uint64_t records = 1) {
    REQUIRE(spool->add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, records));
  }

  std::mutex mutex;
  std::map<std::string, std::string> files;
  std::string stream;
  int fail_next = 0;
  int requests = 0;
  std::string folder;
  std::unique_ptr<Spool> spool;
  HttpServer server;
};

std::unique_ptr<Uploader> make(const UploaderConfig& config, Spool& spool) {
  auto uploader = Uploader::make(config, spool);
  REQUIRE(uploader);
  return std::move(*uploader);
}

}  // namespace

TEST_CASE("files are uploaded in order under their stream and number, and leave the spool") {
  Sink s;
  s.add("one", 5);
  s.add("two", 7);
  auto uploader = make(s.uploader(), *s.spool);
  CHECK(uploader->upload_one());
  CHECK(s.files == std::map<std::string, std::string>{{"/api/v1/agents/web1/files/1", "one"}});
  CHECK(uploader->upload_one());
  CHECK(!uploader->upload_one());
  CHECK(s.files["/api/v1/agents/web1/files/2"] == "two");
  CHECK(s.stream == s.spool->stream());
  CHECK(uploader->counters().records == 12);
  CHECK(s.spool->counters().waiting.files == 0);
}

TEST_CASE("a server that is busy or away is asked again until it has every file") {
  Sink s;
  s.fail_next = 3;
  auto uploader = make(s.uploader(), *s.spool);
  std::vector<std::string> said;
  uploader->on_error = [&](const Error& error) { said.push_back(error.message); };
  uploader->start();
  s.add("one");
  CHECK(s.wait([&] { return s.spool->counters().done.files == 1; }));
  CHECK(uploader->counters().failures == 3);
  CHECK(uploader->problem().empty());
  s.server.stop();
  s.add("two");
  CHECK(s.wait([&] { return uploader->counters().failures > 5; }));
  CHECK(!uploader->problem().empty());
  uploader->stop();
  CHECK(said.size() == 2);  // once for the busy time, once for the rest
  REQUIRE(s.server.start());
  auto config = s.uploader();
  auto second = make(config, *s.spool);
  second->start();
  CHECK(s.wait([&] { return s.spool->counters().done.files == 2; }));
  CHECK(s.files["/api/v1/agents/web1/files/2"] == "two");
}

TEST_CASE("what the server has already is done, what it will not have is set aside, and the rest goes on") {
  Sink s;
  s.files["/api/v1/agents/web1/files/1"] = "one";
  s.add("one");
  s.add("bad", 4);
  s.add("three");
  auto uploader = make(s.uploader(), *s.spool);
  uploader->start();
  CHECK(s.wait([&] { return s.spool->counters().waiting.files == 0; }));
  uploader->stop();
  CHECK(uploader->counters().uploaded == 2);
  CHECK(uploader->counters().repeated == 1);
  CHECK(uploader->counters().refused == 1);
  CHECK(s.spool->counters().set_aside.records == 4);
}

TEST_CASE("an uploader stops at once, whatever it waits for") {
  Sink s;
  auto config = s.uploader();
  config.server.url = "http://127.0.0.1:1";
  config.first_wait = 20s;
  s.add("one");
  auto uploader = make(config, *s.spool);
  uploader->start();
  CHECK(s.wait([&] { return uploader->counters().failures == 1; }));
  const auto begun = std::chrono::steady_clock::now();
  uploader->stop();
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(2));
  CHECK(s.spool->counters().waiting.files == 1);
}

TEST_CASE("an uploader is not made for a name that is none, or plain HTTP to another machine") {
  Sink s;
  auto config = s.uploader();
  config.agent = "../x";
  CHECK(!Uploader::make(config, *s.spool));
  config = s.uploader();
  config.server.url = "http://192.0.2.1:80";
  CHECK(!Uploader::make(config, *s.spool));
}

#include "agent/server_link.h"

#include <doctest/doctest.h>

#include <map>

#include "io/http_server.h"

using namespace anemone;

namespace {

HttpServerConfig any_port() {
  HttpServerConfig config;
  config.port = 0;
  return config;
}

// A server that wants `work` of its agents, and keeps what they say.
class Wants {
 public:
  Wants() : server_(any_port(), [this](const HttpRequest& request) { return handle(request); }) {
    server_.add_stream("/api/v1/agents/work", stream_);
    REQUIRE(server_.start());
  }
  ~Wants() { server_.stop(); }

  void want(const std::string& work) {
    {
      const std::lock_guard lock(mutex_);
      work_ = work;
    }
    stream_.publish("work", "{}");
  }
  std::string said(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return said_[path];
  }
  std::string url() const { return server_.url(); }

 private:
  HttpResponse handle(const HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    if (request.path == "/api/v1/agents/h1/work") return {.body = work_, .headers = {}};
    said_[request.path] = request.body + request.query.text("error");
    return {.body = R"({"clock":"2026-11-23T10:00:05Z"})", .headers = {}};
  }

  std::mutex mutex_;
  std::string work_ = R"({"version":1})";
  std::map<std::string, std::string> said_;
  EventStream stream_;
  HttpServer server_;
};

template <class True>
bool within(Duration time, True is_true) {
  const SteadyClock clock;
  for (const Time end = clock.now() + time; clock.now() < end;) {
    if (is_true()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

}  // namespace

TEST_CASE("an agent reports at once, takes up definitions as they change, answers each question once") {
  Wants server;
  const ManualClock clock(*parse_time("2026-11-23T10:00:00Z"));
  std::mutex mutex;
  std::vector<NamedDefinition> in_force;
  std::atomic<int> answered = 0;
  ServerLink::Callbacks callbacks;
  callbacks.definitions = [&](const std::vector<NamedDefinition>& wanted) {
    const std::lock_guard lock(mutex);
    in_force = wanted;
  };
  callbacks.answer = [&](const Question& question) -> Result<QuestionAnswer> {
    ++answered;
    if (question.define == "nonsense") return Error{"no such thing"};
    return QuestionAnswer{question.from, question.to, {'i', 'p', 'f', 'i', 'x'}};
  };
  callbacks.report = [] {
    AgentReport report;
    report.source = "ebpf";
    return report;
  };
  ServerLinkConfig config;
  config.server.url = server.url();
  config.agent = "h1";
  auto link = ServerLink::make(config, clock, callbacks);
  REQUIRE_MESSAGE(link, link.error().message);
  (*link)->start();
  CHECK(
      within(10s, [&] { return server.said("/api/v1/agents/h1/status").find("ebpf") != std::string::npos; }));
  CHECK(within(10s, [&] { return (*link)->clock_offset() == Duration{5s}; }));

  // Events before the stream is heard are lost: said again until it takes.
  const std::string times = R"(,"from":"2026-11-23T09:00:00Z","to":"2026-11-23T10:00:00Z"})";
  const std::string work = R"({"version":2,"definitions":[{"name":"a","define":"key src"}],"questions":[)"
                           R"({"id":"good","define":"key dst")" +
                           times + R"(,{"id":"bad","define":"nonsense")" + times + "]}";
  CHECK(within(10s, [&] {
    server.want(work);
    const std::lock_guard lock(mutex);
    return in_force == std::vector<NamedDefinition>{{"a", "key src"}};
  }));
  CHECK(within(10s, [&] { return server.said("/api/v1/agents/h1/answers/good") == "ipfix"; }));
  CHECK(within(10s, [&] { return server.said("/api/v1/agents/h1/answers/bad") == "no such thing"; }));
  CHECK(within(10s, [&] {
    return server.said("/api/v1/agents/h1/status").find(R"("version":2)") != std::string::npos;
  }));
  server.want(work);
  server.want(R"({"version":3})");
  CHECK(within(10s, [&] {
    const std::lock_guard lock(mutex);
    return in_force.empty();
  }));
  CHECK(answered == 2);
  CHECK((*link)->problem().empty());
  (*link)->stop();
}

TEST_CASE("without its server an agent goes on, and says why it is alone") {
  const SystemClock clock;
  ServerLinkConfig config;
  config.server.url = "http://127.0.0.1:1";
  config.agent = "h1";
  auto link = ServerLink::make(config, clock, {[](const auto&) {}, nullptr, [] { return AgentReport{}; }});
  REQUIRE_MESSAGE(link, link.error().message);
  (*link)->start();
  CHECK(within(10s, [&] { return !(*link)->problem().empty(); }));
  (*link)->stop();
  CHECK_FALSE((*link)->clock_offset());
}

#include "agent/agent_work.h"

#include <doctest/doctest.h>

using namespace anemone;

TEST_CASE("what the server wants is read") {
  const auto work = parse_agent_work(
      R"({"version":7,"definitions":[{"name":"all","define":"key src dst"}],)"
      R"("questions":[{"id":"q1","define":"key process","from":"2026-11-23T10:00:00Z","to":"2026-11-23T10:10:00Z"}]})");
  REQUIRE_MESSAGE(work, work.error().message);
  CHECK(work->version == 7);
  CHECK(work->definitions == std::vector<NamedDefinition>{{"all", "key src dst"}});
  REQUIRE(work->questions.size() == 1);
  CHECK(work->questions[0].to - work->questions[0].from == 600s);
}

TEST_CASE("what makes no sense is refused with what it is") {
  const auto refusal = [](const char* json) {
    const auto work = parse_agent_work(json);
    return work ? std::string() : work.error().message;
  };
  CHECK(refusal("[]") == "no JSON object");
  CHECK(refusal("{}") == "no number 'version'");
  CHECK(refusal(R"({"version":1,"definitions":7})") == "'definitions' is no array");
  CHECK(refusal(R"({"version":1,"definitions":[{"name":"a"}]})") == "definitions: no text 'define'");
  CHECK(refusal(R"({"version":1,"definitions":[{},{},{}]})") == "more definitions than 2");
  CHECK_FALSE(refusal(R"({"version":1,"questions":[{"id":"a","define":"b","from":"x","to":"y"}]})").empty());
}

TEST_CASE("a report is told as JSON, also with a text that is no UTF-8") {
  AgentReport report;
  report.version = 3;
  report.definitions = {"all"};
  report.source = "ebpf";
  report.counters = {{"packets", 12}};
  report.problems = {"caf\xe9"};
  const std::string json = print_agent_report(report);
  CHECK(json.find(R"("version":3,"definitions":["all"])") != std::string::npos);
  CHECK(json.find(R"("counters":{"packets":12})") != std::string::npos);
}

// A ServerLink is an agent's line to its server for all but records: what the server wants of it comes in,
// how it is and what it answers go out (docs/formats/agent-api.md).
//
// Why not with the uploads? Because a week's backlog of files must not hold up a question. The agent starts
// every exchange, so it works from behind a NAT. One thread hears the server's stream, which says that there
// is work; another fetches it then, and every kReportEvery, answers, and reports. Without the server the
// agent goes on with what was last in force.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/agent_work.h"
#include "io/clock.h"
#include "io/http_client.h"

namespace anemone {

// What an agent still knows of the time asked about: records, and what they cover.
struct QuestionAnswer {
  Time from{};
  Time to{};
  std::vector<std::uint8_t> file;  // an IPFIX File
};

struct ServerLinkConfig {
  HttpClientConfig server;
  std::string agent;
};

class ServerLink {
 public:
  struct Callbacks {  // called on the link's own threads
    std::function<void(const std::vector<NamedDefinition>&)> definitions;
    std::function<Result<QuestionAnswer>(const Question&)> answer;
    std::function<AgentReport()> report;
  };

  static Result<std::unique_ptr<ServerLink>> make(const ServerLinkConfig& config, const Clock& clock,
                                                  Callbacks callbacks);
  ~ServerLink();  // stops
  ServerLink(const ServerLink&) = delete;
  ServerLink& operator=(const ServerLink&) = delete;

  void start();
  void stop();

  // The server's clock minus ours, as of the last report; none before there was one.
  std::optional<Duration> clock_offset() const;
  std::string problem() const;  // why the server cannot be asked; empty: it can

  static constexpr Duration kReportEvery = 10s;
  static constexpr Duration kRetryAfter = 2s;
  static constexpr Duration kTakenUpAfter = 1500ms;  // then new definitions are in force, which is reported

 private:
  ServerLink(ServerLinkConfig config, const Clock& clock, Callbacks callbacks,
             std::unique_ptr<HttpClient> listening, std::unique_ptr<HttpClient> asking);
  void listen();
  void work();
  Result<void> fetch();
  Result<void> answer(const Question& question);
  Result<void> report();
  Result<HttpAnswer> put(const std::string& target, Bytes body, const char* type);
  void note(const Result<void>& done);
  std::string path(const std::string& rest) const;

  const ServerLinkConfig config_;
  const Clock& clock_;
  const Callbacks callbacks_;
  std::unique_ptr<HttpClient> listening_;
  std::unique_ptr<HttpClient> asking_;
  std::vector<std::string> answered_;  // ids of the questions of the last work
  std::uint64_t version_ = 0;          // of the work in force
  std::vector<NamedDefinition> definitions_;
  bool definitions_changed_ = false;

  mutable std::mutex mutex_;  // what follows
  std::condition_variable changed_;
  bool work_waits_ = false;
  bool stopping_ = false;
  std::optional<Duration> clock_offset_;
  std::string problem_;

  std::thread listener_;
  std::thread worker_;
};

}  // namespace anemone

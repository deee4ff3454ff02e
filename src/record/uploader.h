// An Uploader brings the files of a spool to `anemone serve`, oldest first, each until the server has it.
//
// A file leaves the spool when the server has acknowledged it, which it does after its store has committed;
// so a crash of either side loses nothing and counts nothing twice (docs/formats/agent-api.md). Where the
// server cannot be asked it tries again, later and later, up to half a minute, and not all agents at the same
// moment. What the server says is no IPFIX File is set aside and counted: one bad file must not hold up the
// rest.
//
// It runs on a thread of its own between start() and stop(); the rest may be called from any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "io/http_client.h"
#include "record/spool.h"

namespace anemone {

struct UploaderConfig {
  HttpClientConfig server;
  std::string agent;  // the name under which it uploads
  Duration first_wait = 500ms;
  Duration longest_wait = 30s;
  Duration look = 200ms;   // how often it looks for a new file
  std::uint64_t seed = 0;  // of the waits' jitter
};

struct UploaderCounters {
  std::uint64_t uploaded = 0;  // files that the server acknowledged
  std::uint64_t records = 0;   // in them
  std::uint64_t bytes = 0;
  std::uint64_t repeated = 0;  // of those, which it said it had already
  std::uint64_t refused = 0;   // set aside
  std::uint64_t failures = 0;  // attempts without an acknowledgement
};

class Uploader {
 public:
  // Refuses what HttpClient::make refuses, and a name that is none. `spool` must outlive it.
  static Result<std::unique_ptr<Uploader>> make(const UploaderConfig& config, Spool& spool);
  ~Uploader();  // stops

  // Called on its thread when uploading begins to fail, or fails otherwise than before. Set before start().
  std::function<void(const Error&)> on_error;

  void start();
  // Ends at once: a file that is under way is sent again next time.
  void stop();

  UploaderCounters counters() const;
  std::string problem() const;  // why nothing can be uploaded now; empty: all is well

  // Uploads the oldest file: true when one is out of the way. For tests, and for its thread.
  bool upload_one();

 private:
  Uploader(const UploaderConfig& config, Spool& spool, std::unique_ptr<HttpClient> client);
  void run();
  Duration wait_after_failure();
  void failed(const Error& error);

  const UploaderConfig config_;
  Spool& spool_;
  std::unique_ptr<HttpClient> client_;
  Random random_;
  Duration wait_{};

  mutable std::mutex mutex_;
  UploaderCounters counters_;
  std::string problem_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// 1 to 64 of A-Z a-z 0-9 . _ -
bool is_agent_name(std::string_view name);

}  // namespace anemone

#include "record/uploader.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace anemone {

bool is_agent_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), plain) &&
         name.find_first_not_of('.') != std::string_view::npos;  // "." and ".." are folders
}

Result<std::unique_ptr<Uploader>> Uploader::make(const UploaderConfig& config, Spool& spool) {
  if (!is_agent_name(config.agent)) {
    return Error{"'" + config.agent + "' is no agent's name: want 1 to 64 of A-Z a-z 0-9 . _ -"};
  }
  auto client = HttpClient::make(config.server);
  if (!client) return client.error();
  return std::unique_ptr<Uploader>(new Uploader(config, spool, std::move(*client)));
}

Uploader::Uploader(const UploaderConfig& config, Spool& spool, std::unique_ptr<HttpClient> client)
    : config_(config), spool_(spool), client_(std::move(client)), random_(config.seed) {}

Uploader::~Uploader() { stop(); }

void Uploader::start() {
  if (thread_.joinable()) return;
  stopping_ = false;
  client_->resume();
  thread_ = std::thread([this] { run(); });
}

void Uploader::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  client_->interrupt();
  thread_.join();
}

void Uploader::run() {
  while (!stopping_) {
    const std::uint64_t failures = counters().failures;
    if (upload_one()) continue;
    const bool had_failed = counters().failures != failures;
    if (!client_->sleep(had_failed ? wait_after_failure() : config_.look)) return;
  }
}

// Doubles each time; half of it is chance, so that a thousand agents do not come back in the same moment.
Duration Uploader::wait_after_failure() {
  wait_ = wait_ == Duration{0} ? config_.first_wait : std::min(wait_ * 2, config_.longest_wait);
  const auto half = static_cast<double>(wait_.count()) / 2;
  return Duration{static_cast<std::int64_t>(half + random_.unit() * half)};
}

void Uploader::failed(const Error& error) {
  if (stopping_) return;  // we ended it ourselves
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    ++counters_.failures;
    is_new = problem_ != error.message;
    problem_ = error.message;
  }
  if (is_new && on_error) on_error(error);
}

bool Uploader::upload_one() {
  const auto file = spool_.oldest();
  if (!file) return false;
  HttpCall call;
  call.method = "PUT";
  call.target = "/api/v1/agents/" + config_.agent + "/files/" + std::to_string(file->sequence) +
                "?stream=" + spool_.stream();
  call.content_type = "application/ipfix";
  call.body = file->bytes;
  auto answer = client_->request(call);
  if (!answer) {
    failed(answer.error());
    return false;
  }
  const bool is_bad = answer->status == 413 ||
                      (answer->status == 400 && answer->body.find("\"bad_file\"") != std::string::npos);
  if (answer->status != 200 && !is_bad) {
    failed(Error{config_.server.url + " answers " + answer->problem()});
    return false;
  }
  is_bad ? spool_.set_aside(file->sequence) : spool_.done(file->sequence);
  wait_ = Duration{0};
  {
    const std::lock_guard lock(mutex_);
    problem_.clear();
    if (is_bad) {
      ++counters_.refused;
    } else {
      ++counters_.uploaded;
      counters_.records += file->records;
      counters_.bytes += file->bytes.size();
      counters_.repeated += answer->body.find("\"kept\":false") != std::string::npos ? 1 : 0;
    }
  }
  if (is_bad && on_error) {
    on_error(Error{"file " + std::to_string(file->sequence) + " is set aside: " + answer->problem()});
  }
  return true;
}

UploaderCounters Uploader::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

std::string Uploader::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

}  // namespace anemone

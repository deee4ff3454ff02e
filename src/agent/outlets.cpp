#include "agent/outlets.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "io/text_file.h"
#include "record/ipfix_writer.h"

namespace anemone {
namespace {

constexpr std::size_t kTokenMax = 4096;

}  // namespace

Result<HttpClientConfig> server_of(const AgentConfig& config) {
  HttpClientConfig server;
  server.url = config.server;
  server.tls.ca = config.authority;
  if (config.token.empty()) return server;
  const auto token = read_text_file(config.token, kTokenMax);
  if (!token) return token.error().in("--token");
  server.token = trim(*token);
  return server;
}

Result<std::unique_ptr<Outlets>> Outlets::open(const AgentConfig& config) {
  std::unique_ptr<Outlets> outlets(new Outlets);
  outlets->config_ = config;
  auto spool = Spool::open({.folder = config.spool, .quota_bytes = config.spool_bytes});
  if (!spool) return spool.error().in("--spool");
  outlets->spool_ = std::move(*spool);
  if (!config.server.empty()) {
    auto server = server_of(config);
    if (!server) return server.error();
    auto uploader = Uploader::make({.server = std::move(*server), .agent = config.name}, *outlets->spool_);
    if (!uploader) return uploader.error().in("--server");
    outlets->uploader_ = std::move(*uploader);
  }
  return outlets;
}

Outlets::~Outlets() { stop(); }

void Outlets::start(const Say& say) {
  if (uploader_) {
    uploader_->on_error = [say](const Error& error) {
      if (say) say("upload: " + error.message);
    };
    uploader_->start();
  }
}

void Outlets::stop() {
  if (uploader_) uploader_->stop();
}

Result<void> Outlets::send(const RecordBatch& batch, const RecordNames& names) {
  file_.clear();
  IpfixWriter writer({.domain = batch.definition});
  writer.write(batch.records, names, batch.until,
               [this](Bytes message) { file_.insert(file_.end(), message.begin(), message.end()); });
  const auto sequence = spool_->add(file_, batch.records.size());
  if (!sequence) return sequence.error();
  if (config_.slice_log.empty()) return {};
  return write_slice_log(batch, *sequence);
}

Result<void> Outlets::write_slice_log(const RecordBatch& batch, std::uint64_t sequence) {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  for (const FlowRecord& record : batch.records) {
    packets += record.packets;
    bytes += record.bytes;
  }
  const std::string line = R"({"stream":")" + spool_->stream() + R"(","sequence":)" +
                           std::to_string(sequence) + R"(,"until":")" + print_time(batch.until) +
                           R"(","records":)" + std::to_string(batch.records.size()) + R"(,"packets":)" +
                           std::to_string(packets) + R"(,"bytes":)" + std::to_string(bytes) + "}\n";
  const int file = ::open(config_.slice_log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file < 0) return Error{config_.slice_log + ": " + std::strerror(errno)};
  const bool written = ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  ::close(file);
  if (!written) return Error{config_.slice_log + ": cannot be written"};
  return {};
}

std::vector<std::pair<std::string, std::uint64_t>> Outlets::counters() const {
  const SpoolCounters spool = spool_->counters();
  std::vector<std::pair<std::string, std::uint64_t>> all = {
      {"spool_waiting_files", spool.waiting.files},
      {"spool_waiting_bytes", spool.waiting.bytes},
      {"spool_records_total", spool.added.records},
      {"spool_lost_records_total", spool.lost.records},
      {"spool_set_aside_records_total", spool.set_aside.records},
  };
  if (uploader_) {
    const UploaderCounters upload = uploader_->counters();
    all.insert(all.end(), {{"uploaded_records_total", upload.records},
                           {"uploaded_files_total", upload.uploaded},
                           {"upload_failures_total", upload.failures},
                           {"upload_repeated_files_total", upload.repeated}});
  }
  return all;
}

std::vector<std::string> Outlets::problems() const {
  std::vector<std::string> all;
  if (uploader_ && !uploader_->problem().empty()) all.push_back("upload: " + uploader_->problem());
  return all;
}

}  // namespace anemone

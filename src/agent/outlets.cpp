#include "agent/outlets.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "io/text_file.h"

namespace anemone {
namespace {

constexpr std::size_t kTokenMax = 4096;

}  // namespace

Result<IpfixExporterConfig> parse_collector(const std::string& url) {
  IpfixExporterConfig collector;
  const std::size_t scheme_end = url.find("://");
  const std::string scheme = url.substr(0, scheme_end);
  if (scheme == "tcp") collector.transport = IpfixTransport::kTcp;
  if (scheme == "tls") {
    collector.transport = IpfixTransport::kTls;
    collector.port = 4740;
  }
  const Error wrong{"want udp://HOST:PORT, tcp://... or tls://..., got '" + url + "'"};
  if (scheme_end == std::string::npos || (scheme != "udp" && scheme != "tcp" && scheme != "tls"))
    return wrong;
  std::string host = url.substr(scheme_end + 3);
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  if (colon != std::string::npos && (bracket == std::string::npos || colon > bracket)) {
    const auto port = parse_u64(host.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535) return wrong;
    collector.port = static_cast<std::uint16_t>(*port);
    host.resize(colon);
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.empty()) return wrong;
  collector.host = std::move(host);
  return collector;
}

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
  for (const std::string& url : config.collectors) {
    auto collector = parse_collector(url);
    if (!collector) return collector.error().in("--collector");
    collector->tls.ca = config.authority;
    outlets->collectors_.push_back(std::move(*collector));
  }
  return outlets;
}

Outlets::~Outlets() { stop(); }

Result<void> Outlets::start(const Say& say) {
  for (const IpfixExporterConfig& collector : collectors_) {
    auto exporter = IpfixExporter::start(collector);
    if (!exporter) return exporter.error().in("--collector " + collector.host);
    exporters_.push_back(std::move(*exporter));
  }
  if (!uploader_) return {};
  uploader_->on_error = [say](const Error& error) {
    if (say) say("upload: " + error.message);
  };
  uploader_->start();
  return {};
}

void Outlets::stop() {
  for (auto& exporter : exporters_) exporter->stop();
  if (uploader_) uploader_->stop();
}

Result<void> Outlets::send(const RecordBatch& batch, const RecordNames& names, const HostFacts& facts,
                           const std::string& mark) {
  if (batch.definition == kFirstDefinition) {
    for (auto& exporter : exporters_) exporter->send(batch.records, names, batch.until);
  }
  auto open = open_.find(batch.definition);
  if (open == open_.end()) {
    OpenFile file{spool_->begin(), IpfixWriter({.domain = batch.definition})};
    file.writer.write_host_facts(facts, batch.until, [&](Bytes message) { file.file.write(message); });
    open = open_.emplace(batch.definition, std::move(file)).first;
  }
  add(batch, names, open->second);
  if (batch.goes_on) return {};
  OpenFile done = std::move(open->second);
  open_.erase(open);
  const auto sequence = spool_->add(std::move(done.file), done.records, mark);
  if (!sequence) return sequence.error();
  if (config_.slice_log.empty()) return {};
  return write_slice_log(done, batch.until, *sequence);
}

void Outlets::add(const RecordBatch& part, const RecordNames& names, OpenFile& open) const {
  open.writer.write(part.records, names, part.until, [&](Bytes message) { open.file.write(message); });
  open.records += part.records.size();
  for (const FlowRecord& record : part.records) {
    open.packets += record.packets;
    open.bytes += record.bytes;
  }
}

Result<void> Outlets::write_slice_log(const OpenFile& sent, Time until, std::uint64_t sequence) const {
  const std::string line = R"({"stream":")" + spool_->stream() + R"(","sequence":)" +
                           std::to_string(sequence) + R"(,"until":")" + print_time(until) +
                           R"(","records":)" + std::to_string(sent.records) + R"(,"packets":)" +
                           std::to_string(sent.packets) + R"(,"bytes":)" + std::to_string(sent.bytes) + "}\n";
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
  IpfixExporterCounts sum;
  for (const auto& exporter : exporters_) {
    const IpfixExporterCounts one = exporter->counts();
    sum.records += one.records;
    sum.lost_queue_full += one.lost_queue_full;
    sum.lost_refused += one.lost_refused;
  }
  if (!exporters_.empty()) {
    all.insert(all.end(), {{"exported_records_total", sum.records},
                           {"export_lost_queue_full_records_total", sum.lost_queue_full},
                           {"export_lost_refused_records_total", sum.lost_refused}});
  }
  return all;
}

std::vector<std::string> Outlets::problems() const {
  std::vector<std::string> all;
  for (const auto& exporter : exporters_) {
    const IpfixExporterCounts counts = exporter->counts();
    if (!counts.connected && !counts.problem.empty()) all.push_back("collector: " + counts.problem);
  }
  if (uploader_ && !uploader_->problem().empty()) all.push_back("upload: " + uploader_->problem());
  return all;
}

}  // namespace anemone

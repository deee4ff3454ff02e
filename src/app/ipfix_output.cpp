#include "app/ipfix_output.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include "base/text.h"

namespace anemone {
namespace {

constexpr std::size_t kBatch = 1024;

// "tcp://host:4739" or "tcp://[::1]:4739" into the config; the port may be left out.
Result<IpfixExporterConfig> parse_collector(std::string_view text) {
  const Error bad{"not a collector: '" + std::string(text) + "' (want udp://HOST:PORT, tcp:// or tls://)"};
  IpfixExporterConfig config;
  const std::size_t scheme_end = text.find("://");
  const std::string_view scheme = text.substr(0, scheme_end);
  if (scheme == "tcp") config.transport = IpfixTransport::kTcp;
  if (scheme == "tls") config.transport = IpfixTransport::kTls;
  if (scheme == "tls") config.port = 4740;
  std::string_view rest = text.substr(scheme_end + 3);
  if (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  std::size_t host_end = rest.rfind(':');
  if (!rest.empty() && rest[0] == '[') {
    const std::size_t bracket = rest.find(']');
    if (bracket == std::string_view::npos) return bad;
    host_end = bracket + 1 < rest.size() ? bracket + 1 : std::string_view::npos;
    config.host = rest.substr(1, bracket - 1);
  } else {
    config.host = rest.substr(0, host_end);
  }
  if (host_end != std::string_view::npos) {
    const auto port = parse_u64(rest.substr(host_end + 1));
    if (rest[host_end] != ':' || !port || *port == 0 || *port > 65'535) return bad;
    config.port = static_cast<std::uint16_t>(*port);
  }
  if (config.host.empty()) return bad;
  return config;
}

bool is_collector(std::string_view to) {
  return to.starts_with("udp://") || to.starts_with("tcp://") || to.starts_with("tls://");
}

}  // namespace

Result<std::unique_ptr<IpfixOutput>> IpfixOutput::open(const std::string& to, const TlsFiles& tls) {
  std::unique_ptr<IpfixOutput> output(new IpfixOutput);
  output->name_ = to;
  if (is_collector(to)) {
    auto config = parse_collector(to);
    if (!config) return config.error();
    config->tls = tls;
    config->last_wait = 10s;
    config->queue_bytes_max = 256 * 1024 * 1024;  // a file is read faster than a network takes it
    auto exporter = IpfixExporter::start(std::move(*config));
    if (!exporter) return exporter.error();
    output->exporter_ = std::move(*exporter);
    return output;
  }
  output->file_ = to == "-" ? stdout : std::fopen(to.c_str(), "wb");
  if (output->file_ == nullptr) return Error{to + ": " + std::strerror(errno)};
  return output;
}

IpfixOutput::~IpfixOutput() {
  if (file_ != nullptr && file_ != stdout) (void)std::fclose(file_);
}

void IpfixOutput::add(const FlowRecord& record, const RecordNames& names) {
  batch_.push_back(record);
  ++given_;
  if (batch_.size() >= kBatch) write(names);
}

void IpfixOutput::write(const RecordNames& names) {
  Time sent = Time::min();  // as if each message had left when its last flow ended
  for (const FlowRecord& record : batch_) sent = std::max(sent, record.end);
  if (exporter_) {
    exporter_->send(batch_, names, sent);
    // UDP has no way to say "slower": at most some 100,000 records a second.
    if (name_.starts_with("udp")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  } else {
    writer_.write(batch_, names, sent, [this](Bytes message) {
      failed_ = failed_ || std::fwrite(message.data(), 1, message.size(), file_) != message.size();
    });
  }
  batch_.clear();
}

Result<void> IpfixOutput::finish(const RecordNames& names) {
  if (!batch_.empty()) write(names);
  if (exporter_) return finish_export();
  if (std::fflush(file_) != 0 || failed_) return Error{name_ + ": takes no more"};
  return {};
}

Result<void> IpfixOutput::finish_export() {
  exporter_->stop();
  const IpfixExporterCounts counts = exporter_->counts();
  if (counts.records == given_) return {};
  return Error{name_ + ": " + std::to_string(given_ - counts.records) + " of " + std::to_string(given_) +
               " records could not be sent" + (counts.problem.empty() ? "" : ": " + counts.problem)};
}

}  // namespace anemone

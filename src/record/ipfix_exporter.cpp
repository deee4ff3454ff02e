#include "record/ipfix_exporter.h"

#include <algorithm>
#include <array>
#include <utility>

#include "io/clock.h"
#include "io/udp_sender.h"

namespace anemone {
namespace {

constexpr std::size_t kStreamMessage = 16 * 1024;

IpfixWriterConfig writer_config(const IpfixExporterConfig& config) {
  const bool udp = config.transport == IpfixTransport::kUdp;
  return {.domain = config.domain,
          .enterprise = config.enterprise,
          .message_bytes_max = udp ? config.datagram_bytes_max : kStreamMessage};
}

std::uint32_t u32_at(Bytes bytes, std::size_t at) { return ByteReader(bytes.subspan(at)).u32(); }

void put_u32(std::span<std::uint8_t> bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

}  // namespace

// The way to the collector, as the sending thread has it: open or to be opened.
class IpfixExporter::Line {
 public:
  Line(const IpfixExporterConfig& config, const TlsContext* tls, const Interrupt& interrupt)
      : config_(config),
        tls_(tls),
        interrupt_(interrupt),
        pause_(config.pause_min),
        templates_(writer_config(config)) {}

  bool is_open() const { return udp_ != nullptr || connection_ != nullptr; }

  Result<void> open() {
    sequence_ = 0;
    said_ = false;
    if (config_.transport == IpfixTransport::kUdp) {
      auto sender = UdpSender::open(config_.host, config_.port);
      if (!sender) return sender.error();
      udp_ = std::move(*sender);
    } else {
      auto connection = ClientConnection::open(config_.host, config_.port, tls_,
                                               clock_.now() + config_.patience, interrupt_);
      if (!connection) return connection.error();
      connection_ = std::move(*connection);
    }
    return {};
  }

  void close() {
    if (connection_) (void)connection_->ended();
    udp_.reset();
    connection_.reset();
  }

  // How long to wait before the next attempt.
  Duration next_pause() { return std::exchange(pause_, std::min(pause_ * 2, config_.pause_max)); }

  // The message, after templates where they are due. `records` are all data records in it.
  Result<void> send(std::span<std::uint8_t> message, std::uint32_t records) {
    if (connection_ && connection_->ended()) return Error{"the collector ended the connection"};
    if (templates_due()) {
      auto said = say_templates(time_from_micros(std::int64_t{u32_at(message, 4)} * 1'000'000));
      if (!said) return said;
    }
    ++since_templates_;
    return put(message, records);
  }

 private:
  Result<void> put(std::span<std::uint8_t> message, std::uint32_t records) {
    put_u32(message, 8, sequence_);
    auto sent = udp_ ? udp_->send(message) : connection_->write(message, clock_.now() + config_.patience);
    if (!sent) return sent;
    sequence_ += records;
    pause_ = config_.pause_min;
    return {};
  }

  bool templates_due() const {
    if (!said_) return true;
    return udp_ && (since_templates_ >= config_.templates_every_messages ||
                    clock_.now() - said_at_ >= config_.templates_every);
  }

  Result<void> say_templates(Time export_time) {
    Result<void> all;
    templates_.write_templates(export_time, [&](Bytes message) {
      if (!all) return;
      std::vector<std::uint8_t> copy(message.begin(), message.end());
      // The descriptions of elements are records; the writer numbers its messages by them.
      const auto records = static_cast<std::uint32_t>(templates_.data_records() - numbered_);
      numbered_ = templates_.data_records();
      all = put(copy, records);
    });
    said_ = all.has_value();
    said_at_ = clock_.now();
    since_templates_ = 0;
    return all;
  }

  const IpfixExporterConfig& config_;
  const TlsContext* tls_;
  const Interrupt& interrupt_;
  SteadyClock clock_;
  std::unique_ptr<UdpSender> udp_;
  std::unique_ptr<ClientConnection> connection_;
  Duration pause_;
  IpfixWriter templates_;
  std::uint64_t numbered_ = 0;
  std::uint32_t sequence_ = 0;
  bool said_ = false;
  Time said_at_{};
  std::uint64_t since_templates_ = 0;
};

Result<std::unique_ptr<IpfixExporter>> IpfixExporter::start(IpfixExporterConfig config) {
  std::shared_ptr<const TlsContext> tls;
  if (config.transport == IpfixTransport::kTls) {
    auto context = TlsContext::for_client(config.tls);
    if (!context) return context.error();
    tls = *context;
  }
  return std::unique_ptr<IpfixExporter>(new IpfixExporter(std::move(config), std::move(tls)));
}

IpfixExporter::IpfixExporter(IpfixExporterConfig config, std::shared_ptr<const TlsContext> tls)
    : config_(std::move(config)),
      tls_(std::move(tls)),
      writer_(writer_config(config_)),
      thread_([this] { run(); }) {}

IpfixExporter::~IpfixExporter() { stop(); }

void IpfixExporter::send(std::span<const FlowRecord> records, const RecordNames& names, Time now) {
  writer_.write(records, names, now, [this](Bytes message) { push(message); });
}

void IpfixExporter::push(Bytes bytes) {
  Message message;
  message.bytes.assign(bytes.begin(), bytes.end());
  message.records = writer_.records() - std::exchange(written_, writer_.records());
  message.data_records = static_cast<std::uint32_t>(writer_.data_records() -
                                                    std::exchange(data_written_, writer_.data_records()));
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      counts_.lost_at_stop += message.records;
      return;
    }
    counts_.queued_bytes += message.bytes.size();
    queue_.push_back(std::move(message));
    while (counts_.queued_bytes > config_.queue_bytes_max && !queue_.empty()) {
      counts_.lost_queue_full += queue_.front().records;
      counts_.queued_bytes -= queue_.front().bytes.size();
      queue_.pop_front();
    }
  }
  changed_.notify_all();
}

void IpfixExporter::stop() {
  if (!thread_.joinable()) return;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, config_.last_wait, [this] { return stopped_; });
  }
  interrupt_.raise();
  thread_.join();
  const std::lock_guard lock(mutex_);
  for (const Message& message : queue_) counts_.lost_at_stop += message.records;
  queue_.clear();
  counts_.queued_bytes = 0;
  counts_.connected = false;
}

IpfixExporterCounts IpfixExporter::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void IpfixExporter::run() {
  Line line(config_, tls_.get(), interrupt_);
  Message message;
  while (take(message)) send(message, line);
  line.close();
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

// The next message; false when there is none and none will come.
bool IpfixExporter::take(Message& message) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !queue_.empty() || stopping_; });
  if (queue_.empty() || interrupt_.raised()) return false;
  message = std::move(queue_.front());
  queue_.pop_front();
  counts_.queued_bytes -= message.bytes.size();
  return true;
}

// Until it is sent, cannot be, or the exporter stops. A message that a connection broke under goes again on
// the next one: the collector cannot have had the whole of it.
void IpfixExporter::send(Message& message, Line& line) {
  for (;;) {
    while (!line.is_open()) {
      if (open(line)) break;
      if (interrupt_.sleep(line.next_pause())) continue;
      const std::lock_guard lock(mutex_);
      counts_.lost_at_stop += message.records;
      return;
    }
    const auto sent = line.send(message.bytes, message.data_records);
    if (sent) return count_sent(message);
    if (config_.transport == IpfixTransport::kUdp) {
      return failed(&IpfixExporterCounts::lost_refused, message.records, sent.error());
    }
    failed(&IpfixExporterCounts::breaks, 1, sent.error());
    line.close();
    (void)interrupt_.sleep(line.next_pause());
  }
}

bool IpfixExporter::open(Line& line) {
  const auto opened = line.open();
  if (!opened) {
    failed(&IpfixExporterCounts::attempts_failed, 1, opened.error());
    return false;
  }
  const std::lock_guard lock(mutex_);
  ++counts_.connections;
  counts_.connected = true;
  return true;
}

void IpfixExporter::count_sent(const Message& message) {
  const std::lock_guard lock(mutex_);
  counts_.records += message.records;
  counts_.bytes += message.bytes.size();
  ++counts_.messages;
}

void IpfixExporter::failed(std::uint64_t IpfixExporterCounts::*counter, std::uint64_t count,
                           const Error& error) {
  const std::lock_guard lock(mutex_);
  counts_.*counter += count;
  counts_.problem = error.message;
  if (counter != &IpfixExporterCounts::lost_refused) counts_.connected = false;
}

}  // namespace anemone

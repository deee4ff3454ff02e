// An IpfixExporter sends flow records to any collector of IPFIX: over UDP, TCP or TLS (RFC 7011 section 10).
//
// send() makes the messages and queues them; a thread of its own sends them, so that the caller never waits.
// Over UDP messages keep within a datagram and templates are said again every `templates_every`; over TCP and
// TLS the connection is begun again when it breaks, with a pause that grows, and the queue waits meanwhile.
// Sequence numbers count what was sent on this connection.
//
// Bounded: `queue_bytes_max` of messages. When they are more, the oldest go. Every record that is lost here
// is counted by its reason. What a broken connection had in the kernel's buffers nobody can tell: who needs
// every record exactly once uses the spool and `anemone serve` (record/spool.h).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "io/connection.h"
#include "io/tls.h"
#include "record/ipfix_writer.h"

namespace anemone {

enum class IpfixTransport : std::uint8_t { kUdp, kTcp, kTls };

struct IpfixExporterConfig {
  std::string host;
  std::uint16_t port = 4739;  // 4740 for TLS
  IpfixTransport transport = IpfixTransport::kUdp;
  TlsFiles tls{};
  std::uint32_t domain = 0;
  std::uint32_t enterprise = kOurEnterprise;
  std::size_t datagram_bytes_max = 1'400;
  Duration templates_every = 60s;                // UDP
  std::uint64_t templates_every_messages = 500;  // or after so many
  std::size_t queue_bytes_max = 16 * 1024 * 1024;
  Duration patience = 10s;  // for a connection, and for each write
  Duration pause_min = 1s;  // between attempts; doubles up to
  Duration pause_max = 60s;
  Duration last_wait = 2s;  // for what is queued when it stops
};

struct IpfixExporterCounts {
  std::uint64_t records = 0;  // handed to the kernel
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t queued_bytes = 0;     // now
  std::uint64_t lost_queue_full = 0;  // records, from here on
  std::uint64_t lost_refused = 0;     // UDP: the kernel did not take the datagram
  std::uint64_t lost_at_stop = 0;
  std::uint64_t connections = 0;
  std::uint64_t attempts_failed = 0;
  std::uint64_t breaks = 0;  // connections that ended; what the kernel held of them is not known
  bool connected = false;
  std::string problem;  // the last
};

class IpfixExporter {
 public:
  // Starts the thread. An error: the TLS files are no good. A collector that is not there is tried again.
  static Result<std::unique_ptr<IpfixExporter>> start(IpfixExporterConfig config);
  // Sends what is queued, for at most `last_wait`; the rest is counted.
  ~IpfixExporter();
  IpfixExporter(const IpfixExporter&) = delete;
  IpfixExporter& operator=(const IpfixExporter&) = delete;

  // Never waits for the network. One thread.
  void send(std::span<const FlowRecord> records, const RecordNames& names, Time now);
  void stop();

  IpfixExporterCounts counts() const;  // any thread

 private:
  struct Message {
    std::vector<std::uint8_t> bytes;
    std::uint64_t records = 0;       // of flows
    std::uint32_t data_records = 0;  // all that sequence numbers count
  };
  class Line;

  IpfixExporter(IpfixExporterConfig config, std::shared_ptr<const TlsContext> tls);
  void push(Bytes bytes);
  void run();
  bool take(Message& message);
  void send(Message& message, Line& line);
  bool open(Line& line);
  void count_sent(const Message& message);
  void failed(std::uint64_t IpfixExporterCounts::*counter, std::uint64_t count, const Error& error);

  IpfixExporterConfig config_;
  std::shared_ptr<const TlsContext> tls_;
  IpfixWriter writer_;
  std::uint64_t written_ = 0;  // of writer_'s records, in messages
  std::uint64_t data_written_ = 0;
  Interrupt interrupt_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Message> queue_;
  IpfixExporterCounts counts_;
  bool stopping_ = false;
  bool stopped_ = false;  // the thread has nothing more to do
  std::thread thread_;
};

}  // namespace anemone

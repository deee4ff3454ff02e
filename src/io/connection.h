// A ClientConnection is a TCP connection that this program began, plain or in TLS; every wait has an end.
//
// Calls block, but never past the time they are given (on SteadyClock), and end at once when their Interrupt
// is raised: the way to stop a thread that waits for a peer. One that failed is of no more use. One thread
// at a time. Names are resolved by the system, whose patience is its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "io/tls.h"

namespace anemone {

// Ends waits: once raised, every call that was given it ends, until it is lowered. Any thread.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  void raise() const;
  void lower() const;
  bool raised() const;
  // Waits; false when it was raised before the time was over.
  bool sleep(Duration time) const;
  int fd() const { return fd_; }

 private:
  int fd_;
};

class ClientConnection {
 public:
  // Tries every address of `host` in turn. In TLS when `tls` is given: the peer must prove to be `host`.
  // `tls` and `interrupt` must outlive the connection.
  static Result<std::unique_ptr<ClientConnection>> open(const std::string& host, std::uint16_t port,
                                                        const TlsContext* tls, Time until,
                                                        const Interrupt& interrupt);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  // What has come, at least a byte; 0 when the other side has ended.
  Result<std::size_t> read(std::span<std::uint8_t> into, Time until);
  // Reads and forgets what has come, without waiting; true when the other side has ended, or it failed. For
  // peers that say nothing: else closing would find what TLS said unread, and destroy what is on its way.
  bool ended();
  // All of it.
  Result<void> write(Bytes bytes, Time until);

 private:
  struct Parts;
  explicit ClientConnection(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace anemone

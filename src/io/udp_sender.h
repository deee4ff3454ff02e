// A UdpSender sends datagrams to one host and port, and never waits for either: what the kernel has no room
// for is refused. The host's name is resolved when it is opened. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace anemone {

class UdpSender {
 public:
  static Result<std::unique_ptr<UdpSender>> open(const std::string& host, std::uint16_t port);
  ~UdpSender();
  UdpSender(const UdpSender&) = delete;
  UdpSender& operator=(const UdpSender&) = delete;

  // An error may be an earlier datagram's: that nobody listens there is told late, if at all.
  Result<void> send(Bytes datagram);

 private:
  explicit UdpSender(int socket) : socket_(socket) {}
  int socket_;
};

}  // namespace anemone

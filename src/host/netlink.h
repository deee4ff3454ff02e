// A Netlink asks the kernel something and reads its answers: sockets (sock_diag), interfaces (rtnetlink).
//
// One question at a time, answered before ask() returns. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "net/address.h"

namespace anemone {

enum class NetlinkAsk : std::uint8_t {
  kOne,  // one answer
  kAll,  // a dump
};

class Netlink {
 public:
  using Answer = std::function<void(std::uint16_t type, Bytes body)>;

  // `protocol`: NETLINK_SOCK_DIAG, NETLINK_ROUTE.
  static Result<Netlink> open(int protocol);
  Netlink(Netlink&& other) noexcept;
  Netlink& operator=(Netlink&&) = delete;
  ~Netlink();

  // `body` is what stands after the netlink header. Calls `answer` for each message. The error's number is
  // in last_errno().
  Result<void> ask(std::uint16_t type, NetlinkAsk how, Bytes body, const Answer& answer);
  int last_errno() const { return last_errno_; }

 private:
  explicit Netlink(int fd);
  Result<void> failed(int number, const char* what);
  // True when the answer is complete.
  Result<bool> read_answers(Bytes messages, NetlinkAsk how, const Answer& answer);

  int fd_;
  int last_errno_ = 0;
  std::uint32_t sequence_ = 0;
  std::vector<std::uint8_t> room_;
};

// Calls `each` for the attributes in `bytes`, without the flags in their types; stops where they are broken.
void for_each_attribute(Bytes bytes, const std::function<void(std::uint16_t type, Bytes value)>& each);

// The kernel's structs and numbers, in its own byte order; zeros where there is too little.
template <class T>
T from_kernel(Bytes bytes) {
  T value{};
  if (bytes.size() >= sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// An address of 4 or 16 bytes, in network order; none where it is another length, or 0.0.0.0.
IpAddress address_from_kernel(Bytes value);

template <class T>
Bytes bytes_of(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

}  // namespace anemone

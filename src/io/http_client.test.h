// For tests: a raw socket to this machine that sends what it is told, and reads an HTTP answer.
//
// Blocking, with a time limit; no retries, no redirects.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace anemone {

class LocalSocket {
 public:
  explicit LocalSocket(std::uint16_t port, int patience_s = 10) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval limit{patience_s, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~LocalSocket() { ::close(socket_); }
  LocalSocket(const LocalSocket&) = delete;
  LocalSocket& operator=(const LocalSocket&) = delete;

  bool connected() const { return connected_; }

  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // Reads until `end` has been seen, or the other side has closed, or patience is over. What came behind
  // `end` is kept for the next call.
  std::string read_until(std::string_view end) {
    while (kept_.find(end) == std::string::npos) {
      if (!receive()) return std::exchange(kept_, {});
    }
    const std::size_t size = kept_.find(end) + end.size();
    std::string out = kept_.substr(0, size);
    kept_.erase(0, size);
    return out;
  }

  std::string read_count(std::size_t count) {
    while (kept_.size() < count && receive()) {
    }
    std::string out = kept_.substr(0, count);
    kept_.erase(0, out.size());
    return out;
  }

  std::string read_all() {
    while (receive()) {
    }
    return std::exchange(kept_, {});
  }

  // One answer: head and body, by its Content-Length.
  std::string read_answer() {
    std::string head = read_until("\r\n\r\n");
    const std::size_t at = head.find("Content-Length: ");
    if (at == std::string::npos) return head;
    return head + read_count(static_cast<std::size_t>(std::atoll(head.c_str() + at + 16)));
  }

 private:
  bool receive() {
    char part[4096];
    const ssize_t count = ::recv(socket_, part, sizeof part, 0);
    if (count <= 0) return false;
    kept_.append(part, static_cast<std::size_t>(count));
    return true;
  }

  int socket_;
  bool connected_ = false;
  std::string kept_;
};

// "GET /path" answered, on a connection of its own. `method` may be any that has no body.
inline std::string http_ask(std::uint16_t port, const std::string& target, const std::string& headers = "",
                            const std::string& method = "GET") {
  LocalSocket socket(port);
  socket.send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers +
              "\r\n");
  return socket.read_all();
}

inline std::string http_body(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

inline int http_status(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::atoi(answer.c_str() + 9) : 0;
}

}  // namespace anemone

#include "io/http_client.h"

#include <utility>  // before Asio 1.74, which forgets it

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <cctype>
#include <limits>

#include "io/clock.h"
#include "io/connection.h"

namespace anemone {

namespace http = boost::beast::http;

namespace {

// Beast 1.74's own limits of an answer's body do not hold, and none is taken for zero: we look ourselves.
constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

struct Url {
  bool tls = false;
  std::string host;
  std::uint16_t port = 0;
  std::string authority;  // for the Host header
};

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint32_t port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || port > 65535) return Error{"its port is no number"};
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (text.empty() || port == 0 || port > 65535) return Error{"its port is not from 1 to 65535"};
  return static_cast<std::uint16_t>(port);
}

Result<Url> parse_url(std::string_view text) {
  Url url;
  if (text.starts_with("https://")) {
    url.tls = true;
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    text.remove_prefix(7);
  } else {
    return Error{"want https://HOST:PORT, or http:// to this machine"};
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.find_first_of("/?#@ \t\r\n") != std::string_view::npos) {
    return Error{"want only the server, without path, user or blanks"};
  }
  url.authority = text;
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.port = url.tls ? 443 : 80;
  if (colon != std::string_view::npos) {
    auto port = parse_port(text.substr(colon + 1));
    if (!port) return port.error();
    url.port = *port;
  }
  url.host = bracket == std::string_view::npos ? text.substr(0, colon) : text.substr(1, bracket - 1);
  if (url.host.empty()) return Error{"it names no host"};
  return url;
}

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool has_controls(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::string encode_url_part(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

// Our server's errors are {"error":{"code":"...","message":"..."}}; others say what they say.
std::string HttpAnswer::problem() const {
  std::string said = body.substr(0, 300);
  for (char& c : said) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  while (said.ends_with(' ')) said.pop_back();
  return std::to_string(status) + (said.empty() ? "" : ": " + said);
}

struct HttpClient::Parts {
  HttpClientConfig config;
  Url url;
  std::shared_ptr<const TlsContext> tls;
  Interrupt interrupt;
  std::unique_ptr<ClientConnection> connection;
  std::string unread;  // came behind what was wanted

  using Parser = http::response_parser<http::string_body>;

  Result<void> connect();
  std::string print_head(const HttpCall& call) const;
  Result<void> receive(Time until, bool& ended);
  Result<void> read_answer(Parser& parser, Time until, bool& nothing_came);
  Result<HttpAnswer> ask(const HttpCall& call, bool& nothing_came);
};

HttpClient::HttpClient(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::make(HttpClientConfig config) {
  auto parts = std::make_unique<Parts>();
  auto url = parse_url(config.url);
  if (!url) return url.error().in(config.url);
  if (has_controls(config.token)) return Error{"the token has a line break or the like in it"};
  if (url->tls) {
    auto tls = TlsContext::for_client(config.tls);
    if (!tls) return tls.error();
    parts->tls = std::move(*tls);
  } else if (!is_this_machine(url->host)) {
    return Error{config.url +
                 ": to another machine only https://, for records and tokens are not for everybody"};
  }
  parts->url = std::move(*url);
  parts->config = std::move(config);
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(parts)));
}

void HttpClient::interrupt() { parts_->interrupt.raise(); }
void HttpClient::resume() { parts_->interrupt.lower(); }
bool HttpClient::sleep(Duration time) { return parts_->interrupt.sleep(time); }

Result<void> HttpClient::Parts::connect() {
  unread.clear();
  auto opened = ClientConnection::open(url.host, url.port, tls.get(),
                                       SteadyClock().now() + config.connect_time_max, interrupt);
  if (!opened) return opened.error().in(config.url);
  connection = std::move(*opened);
  return {};
}

std::string HttpClient::Parts::print_head(const HttpCall& call) const {
  std::string head = call.method + " " + call.target + " HTTP/1.1\r\nHost: " + url.authority;
  head += "\r\nUser-Agent: anemone\r\n";
  if (!config.token.empty()) head += "Authorization: Bearer " + config.token + "\r\n";
  if (!call.body.empty()) head += "Content-Type: " + call.content_type + "\r\n";
  if (!call.body.empty() || call.method != "GET") {
    head += "Content-Length: " + std::to_string(call.body.size()) + "\r\n";
  }
  return head + "\r\n";
}

Result<void> HttpClient::Parts::receive(Time until, bool& ended) {
  std::array<std::uint8_t, 16 * 1024> piece;
  auto count = connection->read(piece, until);
  if (!count) return count.error();
  ended = *count == 0;
  unread.append(reinterpret_cast<const char*>(piece.data()), *count);
  return {};
}

// Reads until the parser has all it wants: the head, or the whole when it is eager.
Result<void> HttpClient::Parts::read_answer(Parser& parser, Time until, bool& nothing_came) {
  const auto done = [&] { return parser.eager() ? parser.is_done() : parser.is_header_done(); };
  bool ended = false;
  while (!done()) {
    boost::system::error_code failed;
    if (!unread.empty()) {
      nothing_came = false;
      unread.erase(0, parser.put(boost::asio::buffer(unread), failed));
      if (failed && failed != http::error::need_more) return Error{"its answer: " + failed.message()};
      if (parser.get().body().size() > config.body_bytes_max) return Error{"its answer is too large"};
      if (done()) break;
    }
    if (auto received = receive(until, ended); !received) return received;
    if (!ended) continue;
    if (!nothing_came) parser.put_eof(failed);
    if (nothing_came || failed || !done()) return Error{"the server ended the connection"};
  }
  return {};
}

Result<HttpAnswer> HttpClient::Parts::ask(const HttpCall& call, bool& nothing_came) {
  const Time until = SteadyClock().now() + config.request_time_max;
  auto sent = connection->write(bytes_of(print_head(call)), until);
  if (sent) sent = connection->write(call.body, until);
  // A server that refuses may answer before it has read all, and close: what it said is worth more.
  Parser parser;
  parser.eager(true);
  parser.header_limit(static_cast<std::uint32_t>(config.header_bytes_max));
  parser.body_limit(kNoLimit);
  if (call.method == "HEAD") parser.skip(true);
  auto read = read_answer(parser, until, nothing_came);
  if (!read) return sent ? read.error() : sent.error();
  HttpAnswer answer;
  answer.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    answer.headers.insert_or_assign(lower({field.name_string().data(), field.name_string().size()}),
                                    std::string(field.value()));
  }
  answer.body = std::move(parser.get().body());
  if (!parser.keep_alive() || !sent) connection.reset();
  return answer;
}

Result<HttpAnswer> HttpClient::request(const HttpCall& call) {
  Parts& parts = *parts_;
  for (;;) {
    if (parts.interrupt.raised()) return Error{"interrupted"};
    const bool was_open = parts.connection != nullptr;
    if (!was_open) {
      if (auto connected = parts.connect(); !connected) return connected.error();
    }
    bool nothing_came = true;
    auto answer = parts.ask(call, nothing_came);
    if (answer) return answer;
    parts.connection.reset();
    const bool again = was_open && nothing_came && call.method != "POST" && !parts.interrupt.raised();
    if (!again) return answer.error().in(parts.config.url);
  }
}

Result<void> HttpClient::listen(const std::string& target,
                                const std::function<void(const ServerEvent&)>& take) {
  Parts& parts = *parts_;
  if (auto connected = parts.connect(); !connected) return connected;
  const std::unique_ptr<ClientConnection>& connection = parts.connection;
  const auto patience = [&] { return SteadyClock().now() + parts.config.silence_max; };
  const auto run = [&]() -> Result<void> {
    HttpCall call;
    call.target = target;
    if (auto sent = connection->write(bytes_of(parts.print_head(call)), patience()); !sent) return sent;
    Parts::Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(parts.config.header_bytes_max));
    parser.body_limit(kNoLimit);
    bool nothing_came = true;
    auto read = parts.read_answer(parser, SteadyClock().now() + parts.config.request_time_max, nothing_came);
    if (!read) return read;
    if (parser.get().result_int() != 200) {
      return Error{target + ": status " + std::to_string(parser.get().result_int())};
    }
    parser.eager(true);
    ServerEvents events(parts.config.event_bytes_max);
    while (!parser.is_done()) {
      boost::system::error_code failed;
      if (!parts.unread.empty()) {
        parts.unread.erase(0, parser.put(boost::asio::buffer(parts.unread), failed));
        if (failed && failed != http::error::need_more) return Error{target + ": " + failed.message()};
        const std::string body = std::exchange(parser.get().body(), {});
        if (auto taken = events.add(body, take); !taken) return taken;
        if (parser.is_done()) break;
      }
      bool ended = false;
      if (auto received = parts.receive(patience(), ended); !received) return received;
      if (ended) break;
    }
    return {};
  };
  auto ended = run();
  parts.connection.reset();
  if (!ended) return ended.error().in(parts.config.url);
  return {};
}

}  // namespace anemone

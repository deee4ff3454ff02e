#include "io/http_server.h"

#include <utility>  // before Asio 1.74, which forgets it

#include <openssl/ssl.h>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <atomic>
#include <exception>
#include <limits>
#include <map>
#include <optional>
#include <thread>
#include <unordered_set>

#include "io/http_head.h"
#include "io/static_files.h"

namespace anemone {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using net::ip::tcp;

namespace {

struct AtomicCounters {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> connections_refused{0};
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> responses_4xx{0};
  std::atomic<std::uint64_t> responses_5xx{0};
  std::atomic<std::uint64_t> timed_out{0};
  std::atomic<std::uint64_t> unauthorized{0};
  std::atomic<std::uint64_t> tls_failed{0};
  std::atomic<std::uint64_t> large_refused{0};
  std::atomic<std::uint64_t> bytes_sent{0};
};

}  // namespace

struct HttpServer::Parts {
  Parts(HttpServerConfig given, Handler answer)
      : config(std::move(given)), handler(std::move(answer)), files(config.files, config.file_bytes_max) {}

  HttpServerConfig config;
  Handler handler;
  StaticFiles files;
  struct Stream {
    EventStream* events = nullptr;
    Right right = Right::kView;
  };
  std::map<std::string, Stream, std::less<>> streams;
  AtomicCounters counters;
  std::uint16_t port = 0;

  // Between start() and stop(). Everything but `workers` is touched by the io thread alone.
  struct Running {
    explicit Running(std::size_t workers_count) : workers(workers_count) {}
    // Shared with every event stream that may still be about to wake one of our sessions.
    std::shared_ptr<net::io_context> io = std::make_shared<net::io_context>(1);
    net::executor_work_guard<net::io_context::executor_type> work = net::make_work_guard(*io);
    tcp::acceptor acceptor{*io};
    net::steady_timer accept_again{*io};
    net::thread_pool workers;
    std::unordered_set<HttpSession*> sessions;
    std::optional<net::ssl::context> tls;
    std::size_t large_bodies = 0;  // being read or answered
    std::thread thread;
    bool stopping = false;
  };
  std::unique_ptr<Running> running;

  bool is_loopback() const;
  HttpResponse respond(const HttpRequest& request);
  void accept();
  void accepted(tcp::socket socket);
};

// One connection: reads a request, has it answered, writes the answer, and again; or becomes an event
// stream until either side closes. Lives as long as one of its operations is under way.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(HttpServer::Parts& server, tcp::socket socket);

  void begin();
  void close();

 private:
  using Parser = http::request_parser<http::string_body>;

  // Calls `use` with the stream that requests come from: TLS's, or the socket's own.
  template <class Use>
  void on_wire(Use use) {
    tls_ ? use(*tls_) : use(stream_);
  }
  void wait_for_request();
  void read_request();
  void on_header(error_code failed);
  void on_request(error_code failed);
  void refuse_request(error_code failed);
  std::optional<HttpResponse> objection(const Parser::value_type& message) const;
  std::optional<HttpResponse> identify(const Parser::value_type& message, std::string_view path);
  std::optional<HttpResponse> admit_body(std::string_view path);
  void release_body();
  void take_request(HttpRequest request);
  void write(HttpResponse response, bool keep_alive);
  void linger();
  void failed_with(error_code failed);

  void begin_events(EventStream& events);
  void pump_events();
  void write_events();
  void wait_for_silence();
  void watch_for_end();

  HttpServer::Parts& server_;
  beast::tcp_stream stream_;
  std::optional<net::ssl::stream<beast::tcp_stream&>> tls_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  HttpTarget target_;
  TokenOwner caller_;
  bool large_ = false;
  std::string remote_;
  bool head_only_ = false;
  bool closed_ = false;
  std::string head_;
  std::string body_;

  std::shared_ptr<EventStream::Subscriber> subscriber_;
  net::steady_timer silence_;
  bool writing_events_ = false;
  std::size_t discarded_ = 0;
};

HttpSession::HttpSession(HttpServer::Parts& server, tcp::socket socket)
    : server_(server),
      stream_(std::move(socket)),
      buffer_(server.config.header_bytes_max + server.config.body_bytes_max),
      silence_(stream_.get_executor()) {
  error_code ignored;
  stream_.socket().set_option(tcp::no_delay(true), ignored);
  const auto end = stream_.socket().remote_endpoint(ignored);
  if (!ignored) remote_ = end.address().to_string() + ":" + std::to_string(end.port());
  if (server.running->tls) tls_.emplace(stream_, *server.running->tls);
}

void HttpSession::begin() {
  if (!tls_) return wait_for_request();
  stream_.expires_after(server_.config.request_time_max);
  tls_->async_handshake(net::ssl::stream_base::server, [self = shared_from_this()](error_code failed) {
    if (!failed) return self->wait_for_request();
    ++self->server_.counters.tls_failed;
    self->close();
  });
}

void HttpSession::close() {
  if (closed_) return;
  closed_ = true;
  release_body();
  subscriber_.reset();
  silence_.cancel();
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
  stream_.close();
  server_.running->sessions.erase(this);
  --server_.counters.connections_open;
}

void HttpSession::failed_with(error_code failed) {
  if (failed == beast::error::timeout) ++server_.counters.timed_out;
  close();
}

void HttpSession::wait_for_request() {
  if (closed_) return;
  if (buffer_.size() > 0) return read_request();  // the client did not wait for our answer
  stream_.expires_after(server_.config.idle_max);
  on_wire([this](auto& wire) {
    wire.async_read_some(buffer_.prepare(4096),
                         [self = shared_from_this()](error_code failed, std::size_t bytes) {
                           if (failed) return self->close();  // silence and goodbye are no failures
                           self->buffer_.commit(bytes);
                           self->read_request();
                         });
  });
}

void HttpSession::read_request() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(server_.config.header_bytes_max));
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());  // admit_body() says
  stream_.expires_after(server_.config.request_time_max);
  on_wire([this](auto& wire) {
    http::async_read_header(
        wire, buffer_, *parser_,
        [self = shared_from_this()](error_code failed, std::size_t) { self->on_header(failed); });
  });
}

// Who asks, for what, and with how much behind it: settled before any of that is taken in.
void HttpSession::on_header(error_code failed) {
  if (closed_) return;
  if (failed) return refuse_request(failed);
  const auto& message = parser_->get();
  head_only_ = message.method() == http::verb::head;
  auto refused = objection(message);
  if (!refused) {
    auto target = parse_http_target({message.target().data(), message.target().size()});
    if (target) {
      target_ = std::move(*target);
    } else {
      refused = http_error(400, "bad_target", target.error().message);
    }
  }
  if (!refused) refused = identify(message, target_.path);
  if (!refused) refused = admit_body(target_.path);
  if (refused) {
    ++server_.counters.requests;
    return write(std::move(*refused), false);
  }
  on_wire([this](auto& wire) {
    http::async_read(wire, buffer_, *parser_,
                     [self = shared_from_this()](error_code cut, std::size_t) { self->on_request(cut); });
  });
}

std::optional<HttpResponse> HttpSession::identify(const Parser::value_type& message, std::string_view path) {
  caller_ = {Role::kAdmin, ""};
  if (!server_.config.tokens) return std::nullopt;
  for (const std::string& open : server_.config.open_paths) {
    caller_ = {Role::kViewer, ""};
    if (path == open) return std::nullopt;
  }
  const auto field = message[http::field::authorization];
  const TokenOwner* owner = server_.config.tokens->find(token_of({field.data(), field.size()}));
  if (owner != nullptr) {
    caller_ = *owner;
    return std::nullopt;
  }
  ++server_.counters.unauthorized;
  auto refused = http_error(401, "no_token",
                            field.empty() ? "this server wants a token: Authorization: Bearer TOKEN"
                                          : "this token is not known here");
  refused.headers.emplace_back("WWW-Authenticate", "Basic realm=\"anemone: the token is the password\"");
  return refused;
}

std::optional<HttpResponse> HttpSession::admit_body(std::string_view path) {
  const HttpServerConfig& config = server_.config;
  const bool may_be_large = !config.large_under.empty() && path.starts_with(config.large_under);
  const std::size_t most = may_be_large ? config.large_bytes_max : config.body_bytes_max;
  const auto size = parser_->content_length();
  if (size && *size > most) {
    return http_error(413, "body_too_large", "the request's body is over " + std::to_string(most) + " bytes");
  }
  parser_->body_limit(most);
  // One whose size is not said beforehand may become large.
  if (!may_be_large || (size ? *size <= config.body_bytes_max : !parser_->chunked())) return std::nullopt;
  if (server_.running->large_bodies >= config.large_at_once) {
    ++server_.counters.large_refused;
    return http_error(503, "not_now", "too many large bodies at once: ask again later");
  }
  ++server_.running->large_bodies;
  large_ = true;
  return std::nullopt;
}

void HttpSession::release_body() {
  if (std::exchange(large_, false)) --server_.running->large_bodies;
}

void HttpSession::refuse_request(error_code failed) {
  const bool is_http = failed.category() == http::make_error_code(http::error::end_of_stream).category();
  if (!is_http || failed == http::error::end_of_stream || failed == http::error::partial_message) {
    return failed_with(failed);
  }
  ++server_.counters.requests;
  head_only_ = false;
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
    return write(http_error(431, "header_too_large", "the request's header is too large"), false);
  }
  if (failed == http::error::body_limit) {
    return write(http_error(413, "body_too_large", "the request's body is too large"), false);
  }
  write(http_error(400, "bad_request", "not an HTTP request: " + failed.message()), false);
}

// Why this request is not answered, if so.
std::optional<HttpResponse> HttpSession::objection(const Parser::value_type& message) const {
  Claims claims;
  claims.hosts = message.count(http::field::host);
  const auto host = message[http::field::host];
  claims.host = {host.data(), host.size()};
  claims.old_http = message.version() < 11;
  claims.changes = message.method() != http::verb::get && message.method() != http::verb::head;
  if (const auto origin = message.find(http::field::origin); origin != message.end()) {
    claims.origin = std::string_view(origin->value().data(), origin->value().size());
  }
  return objection_to(claims, server_.is_loopback() ? Reach::kThisMachine : Reach::kNetwork);
}

void HttpSession::on_request(error_code failed) {
  if (closed_) return;
  if (failed) return refuse_request(failed);
  ++server_.counters.requests;
  const auto& message = parser_->get();

  HttpRequest request;
  request.method = head_only_ ? "GET" : std::string(message.method_string());
  request.path = std::move(target_.path);
  request.query = std::move(target_.query);
  request.role = caller_.role;
  request.caller = caller_.name;
  for (const auto& field : message) {
    if (field.name() == http::field::authorization) continue;  // nobody beyond here needs the secret
    request.headers.insert_or_assign(to_lower({field.name_string().data(), field.name_string().size()}),
                                     std::string(field.value()));
  }
  request.body = std::move(parser_->get().body());
  request.remote = remote_;
  take_request(std::move(request));
}

void HttpSession::take_request(HttpRequest request) {
  const auto events = server_.streams.find(request.path);
  if (events != server_.streams.end() && request.method == "GET" && !head_only_) {
    if (!may(request.role, events->second.right)) return write(wrong_role(request), parser_->keep_alive());
    return begin_events(*events->second.events);
  }
  stream_.expires_never();
  net::post(server_.running->workers, [self = shared_from_this(), request = std::move(request)]() mutable {
    HttpResponse response = self->server_.respond(request);
    net::io_context& io = *self->server_.running->io;
    net::post(io, [self = std::move(self), response = std::move(response)]() mutable {
      if (self->closed_) return;
      const bool keep_alive = self->parser_->keep_alive();
      self->write(std::move(response), keep_alive);
    });
  });
}

void HttpSession::write(HttpResponse response, bool keep_alive) {
  if (response.status >= 500) {
    ++server_.counters.responses_5xx;
  } else if (response.status >= 400) {
    ++server_.counters.responses_4xx;
  }
  release_body();
  head_ = print_head(response, keep_alive);
  body_ = std::move(response.body);
  if (head_only_ || response.status == 304 || response.status == 204) body_.clear();
  stream_.expires_after(server_.config.request_time_max);
  const std::array<net::const_buffer, 2> buffers{net::buffer(head_), net::buffer(body_)};
  on_wire([&](auto& wire) {
    net::async_write(wire, buffers,
                     [self = shared_from_this(), keep_alive](error_code failed, std::size_t bytes) {
                       self->server_.counters.bytes_sent += bytes;
                       if (failed) return self->failed_with(failed);
                       keep_alive ? self->wait_for_request() : self->linger();
                     });
  });
}

// Closing while the client still sends would make its system throw our answer away: read on a little.
void HttpSession::linger() {
  if (closed_) return;
  if (discarded_ == 0) {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(std::chrono::seconds(2));
  }
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096),  // in TLS too: what it says does not matter any more
                          [self = shared_from_this()](error_code failed, std::size_t bytes) {
                            self->discarded_ += bytes;
                            const HttpServerConfig& config = self->server_.config;
                            if (failed || self->discarded_ > 2 * config.large_bytes_max) return self->close();
                            self->linger();
                          });
}

void HttpSession::begin_events(EventStream& events) {
  subscriber_ = events.subscribe([io = server_.running->io, weak = weak_from_this()] {
    net::post(*io, [weak] {
      if (const auto self = weak.lock()) self->pump_events();
    });
  });
  body_ = "HTTP/1.1 200 OK\r\nServer: anemone\r\nCache-Control: no-store\r\n";
  body_ += security_headers();
  body_ += "Content-Type: text/event-stream\r\nConnection: close\r\n\r\n: anemone\n\n";
  watch_for_end();
  write_events();
}

// Writes what has arrived, unless a write is under way: its end comes back here.
void HttpSession::pump_events() {
  if (closed_ || writing_events_ || !subscriber_) return;
  body_.clear();
  for (const auto& message : subscriber_->take()) body_ += *message;
  if (!body_.empty()) write_events();
}

void HttpSession::write_events() {
  writing_events_ = true;
  stream_.expires_after(server_.config.request_time_max);  // of the write; the read under way keeps its own
  on_wire([this](auto& wire) {
    net::async_write(wire, net::buffer(body_),
                     [self = shared_from_this()](error_code failed, std::size_t bytes) {
                       self->server_.counters.bytes_sent += bytes;
                       if (failed) return self->failed_with(failed);
                       self->writing_events_ = false;
                       if (self->closed_) return;
                       self->wait_for_silence();
                       self->pump_events();
                     });
  });
}

void HttpSession::wait_for_silence() {
  silence_.expires_after(server_.config.keepalive);
  silence_.async_wait([self = shared_from_this()](error_code cancelled) {
    if (cancelled || self->closed_ || self->writing_events_) return;
    self->body_ = ": still here\n\n";
    self->write_events();
  });
}

// A listener has nothing more to say; reading shows when it is gone.
void HttpSession::watch_for_end() {
  if (closed_) return;
  buffer_.clear();
  stream_.expires_never();
  on_wire([this](auto& wire) {
    wire.async_read_some(buffer_.prepare(512), [self = shared_from_this()](error_code failed, std::size_t) {
      if (failed) return self->close();
      self->watch_for_end();
    });
  });
}

bool HttpServer::Parts::is_loopback() const {
  error_code failed;
  return config.address == "localhost" || net::ip::make_address(config.address, failed).is_loopback();
}

HttpResponse HttpServer::Parts::respond(const HttpRequest& request) {
  bool to_handler = config.files.empty();
  for (const std::string& start : config.handled) to_handler = to_handler || request.path.starts_with(start);
  if (!to_handler && !may(request.role, Right::kView)) return wrong_role(request);
  try {
    return to_handler ? handler(request) : files.answer(request);
  } catch (const std::exception& failed) {
    return http_error(500, "internal", std::string("the server failed: ") + failed.what());
  }
}

void HttpServer::Parts::accept() {
  running->acceptor.async_accept([this](error_code failed, tcp::socket socket) {
    if (running->stopping) return;
    if (failed) {  // out of file handles, mostly: some come back
      running->accept_again.expires_after(std::chrono::milliseconds(100));
      running->accept_again.async_wait([this](error_code cancelled) {
        if (!cancelled && !running->stopping) accept();
      });
      return;
    }
    accepted(std::move(socket));
    accept();
  });
}

void HttpServer::Parts::accepted(tcp::socket socket) {
  if (running->sessions.size() >= config.connections_max) {
    ++counters.connections_refused;
    const HttpResponse busy = http_error(503, "busy", "too many connections: close some, or try again");
    const std::string text = print_head(busy, false) + busy.body;
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(net::buffer(text), ignored);
    return;
  }
  ++counters.connections;
  ++counters.connections_open;
  const auto session = std::make_shared<HttpSession>(*this, std::move(socket));
  running->sessions.insert(session.get());
  session->begin();
}

HttpServer::HttpServer(HttpServerConfig config, Handler handler)
    : parts_(std::make_unique<Parts>(std::move(config), std::move(handler))) {}

HttpServer::~HttpServer() { stop(); }

void HttpServer::add_stream(const std::string& path, EventStream& events, Right right) {
  parts_->streams[path] = {&events, right};
}

Result<void> HttpServer::check() const {
  const HttpServerConfig& config = parts_->config;
  const std::string where = config.address + " port " + std::to_string(config.port);
  error_code failed;
  if (config.address != "localhost") net::ip::make_address(config.address, failed);
  if (failed) return Error{where + ": not an IP address"};
  if (!parts_->is_loopback() && (config.tls.certificate.empty() || !config.tokens)) {
    const char* missing = config.tls.certificate.empty()
                              ? "TLS: give a certificate and its key"
                              : "tokens: give a file of them (anemone token makes them)";
    return Error{where + ": others could reach this address, so it needs " + missing};
  }
  if (config.tls.certificate.empty()) return {};
  auto tls = TlsContext::for_server(config.tls);
  if (!tls) return tls.error();
  return {};
}

Result<void> HttpServer::start() {
  Parts& parts = *parts_;
  const std::string where = parts.config.address + " port " + std::to_string(parts.config.port);
  if (auto good = check(); !good) return good;
  error_code failed;
  const auto address =
      net::ip::make_address(parts.config.address == "localhost" ? "127.0.0.1" : parts.config.address, failed);

  auto running = std::make_unique<Parts::Running>(parts.config.workers);
  const tcp::endpoint end(address, parts.config.port);
  running->acceptor.open(end.protocol(), failed);
  if (!failed) running->acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) running->acceptor.bind(end, failed);
  if (!failed) running->acceptor.listen(net::socket_base::max_listen_connections, failed);
  if (failed) return Error{where + ": " + failed.message()};
  if (!parts.config.tls.certificate.empty()) {
    auto tls = TlsContext::for_server(parts.config.tls);
    if (!tls) return tls.error();
    SSL_CTX_up_ref((*tls)->handle());
    running->tls.emplace((*tls)->handle());  // gives back one reference at its end
  }
  parts.port = running->acceptor.local_endpoint().port();
  parts.running = std::move(running);
  parts.accept();
  parts.running->thread = std::thread([io = parts.running->io] { io->run(); });
  return {};
}

void HttpServer::stop() {
  Parts& parts = *parts_;
  if (!parts.running) return;
  net::post(*parts.running->io, [&parts] {
    parts.running->stopping = true;
    error_code ignored;
    parts.running->acceptor.close(ignored);
    parts.running->accept_again.cancel();
    const auto sessions = parts.running->sessions;  // close() takes itself out
    for (HttpSession* session : sessions) session->close();
  });
  parts.running->workers.join();  // their answers go to the io thread, which still runs
  parts.running->work.reset();
  parts.running->thread.join();
  parts.running.reset();
}

std::uint16_t HttpServer::port() const { return parts_->port; }

std::string HttpServer::url() const {
  const std::string& address = parts_->config.address;
  const bool is_v6 = address.find(':') != std::string::npos;
  return (parts_->config.tls.certificate.empty() ? "http://" : "https://") +
         (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(parts_->port) + "/";
}

HttpServerCounters HttpServer::counters() const {
  const AtomicCounters& now = parts_->counters;
  return {now.connections,   now.connections_refused, now.connections_open, now.requests,
          now.responses_4xx, now.responses_5xx,       now.timed_out,        now.unauthorized,
          now.tls_failed,    now.large_refused,       now.bytes_sent};
}

}  // namespace anemone

#include "io/http_message.h"

#include <array>
#include <optional>

#include "base/text.h"

namespace anemone {

namespace {

constexpr std::size_t kParametersMax = 100;

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

enum class Plus : std::uint8_t { kIsBlank, kIsItself };

Result<std::string> decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::kIsBlank) {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
      if (!low) return Error{"'%' without two hexadecimal digits behind it"};
      out.push_back(static_cast<char>(*high << 4 | *low));
      i += 2;
    }
  }
  return out;
}

// How many bytes the UTF-8 character at the front of `text` takes; 0 when it is none (RFC 3629).
std::size_t utf8_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(0);
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xc2 ? 0
                           : first < 0xe0 ? 2
                           : first < 0xf0 ? 3
                           : first < 0xf5 ? 4
                                          : 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool too_high = first == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || too_high ? 0 : size;
}

// What a user wrote may be quoted here and need not be UTF-8: what is not becomes a question mark.
void append_json_text(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  while (!text.empty()) {
    const std::size_t size = utf8_size(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (text[0] == '"' || text[0] == '\\') {
      out.append({'\\', text[0]});
    } else if (byte < 0x20 || byte == 0x7f) {
      out.append("\\u00").append({kHex[byte >> 4], kHex[byte & 15]});
    } else {
      out.append(size == 0 ? "?" : text.substr(0, size));
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out.push_back('"');
}

}  // namespace

Result<HttpQuery> HttpQuery::parse(std::string_view text) {
  HttpQuery query;
  for (const std::string_view part : split(text, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    auto name = decode(part.substr(0, equals), Plus::kIsBlank);
    if (!name) return name.error().in("query");
    auto value = decode(equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1),
                        Plus::kIsBlank);
    if (!value) return value.error().in("query");
    query.values_.insert_or_assign(std::move(*name), std::move(*value));
    if (query.values_.size() > kParametersMax) return Error{"query: more than 100 parameters"};
  }
  return query;
}

const std::string* HttpQuery::given(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? nullptr : &found->second;
}

std::string HttpQuery::text(std::string_view name, std::string_view otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string(otherwise) : found->second;
}

Result<double> HttpQuery::number(std::string_view name, double otherwise) const {
  const std::string* text = given(name);
  if (text == nullptr) return otherwise;
  auto value = parse_double(*text);
  if (!value) return value.error().in(std::string(name));
  return *value;
}

Result<std::uint64_t> HttpQuery::count(std::string_view name, std::uint64_t otherwise) const {
  const std::string* text = given(name);
  if (text == nullptr) return otherwise;
  auto value = parse_u64(*text);
  if (!value) return value.error().in(std::string(name));
  return *value;
}

Result<Time> HttpQuery::time(std::string_view name, Time otherwise) const {
  const std::string* text = given(name);
  if (text == nullptr) return otherwise;
  auto value = parse_time(*text);
  if (!value) return value.error().in(std::string(name));
  return *value;
}

HttpResponse http_error(int status, std::string_view code, std::string_view message) {
  HttpResponse response;
  response.status = status;
  response.body = R"({"error":{"code":)";
  append_json_text(response.body, code);
  response.body += R"(,"message":)";
  append_json_text(response.body, message);
  response.body += "}}\n";
  return response;
}

Result<HttpTarget> parse_http_target(std::string_view target) {
  if (target.empty() || target[0] != '/') return Error{"the path does not begin with '/'"};
  target = target.substr(0, target.find('#'));
  const std::size_t mark = target.find('?');
  auto path = decode(target.substr(0, mark), Plus::kIsItself);
  if (!path) return path.error().in("path");
  if (path->find('\0') != std::string::npos) return Error{"path: holds a zero byte"};
  if (path->find('\\') != std::string::npos) return Error{"path: holds a backslash"};
  for (const std::string_view segment : split(*path, '/')) {
    if (segment == "..") return Error{"path: '..' leads out of the folder"};
  }
  auto query =
      HttpQuery::parse(mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1));
  if (!query) return query.error();
  return HttpTarget{std::move(*path), std::move(*query)};
}

}  // namespace anemone

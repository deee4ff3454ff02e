#include "io/tokens.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <optional>

#include "base/digest.h"
#include "base/text.h"
#include "io/text_file.h"

namespace anemone {
namespace {

constexpr std::array<std::string_view, 4> kRoles = {"agent", "viewer", "operator", "admin"};
constexpr std::string_view kAnyName = "*";
constexpr std::size_t kTokensMax = 10'000;
constexpr std::size_t kFileMax = 4 * 1024 * 1024;

Digest digest_of(std::string_view token) {
  return digest(Hash::kSha256, {Bytes(reinterpret_cast<const std::uint8_t*>(token.data()), token.size())});
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool read_hex(std::string_view text, std::array<std::uint8_t, 32>& out) {
  if (text.size() != 2 * out.size()) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

// RFC 4648; nothing when it is not that.
std::optional<std::string> read_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::size_t value = kDigits.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xff);
  }
  return out;
}

bool begins_with_word(std::string_view text, std::string_view word) {
  return text.size() > word.size() && text[word.size()] == ' ' &&
         std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) {
           return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
         });
}

}  // namespace

bool may(Role role, Right right) {
  switch (right) {
    case Right::kNone:
      return true;
    case Right::kView:
      return role != Role::kAgent;
    case Right::kOperate:
      return role == Role::kOperator || role == Role::kAdmin;
    case Right::kReport:
      return role == Role::kAgent || role == Role::kAdmin;
  }
  return false;
}

bool may_speak_for(const TokenOwner& owner, std::string_view name) {
  if (!may(owner.role, Right::kReport)) return false;
  return owner.role != Role::kAgent || owner.name.empty() || owner.name == name;
}

std::string_view print_role(Role role) { return kRoles[static_cast<std::size_t>(role)]; }

Result<Role> parse_role(std::string_view text) {
  const auto found = std::find(kRoles.begin(), kRoles.end(), text);
  if (found == kRoles.end()) {
    return Error{"'" + std::string(text) + "' is no role: want agent, viewer, operator or admin"};
  }
  return static_cast<Role>(found - kRoles.begin());
}

Result<TokenTable> TokenTable::parse(std::string_view text) {
  TokenTable table;
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    const auto parts = words(line);
    if (parts.empty() || parts[0].starts_with('#')) continue;
    const std::string where = "line " + std::to_string(number);
    Entry entry;
    if (parts.size() < 2 || parts.size() > 3)
      return Error{where + ": want the token's SHA-256, a role and a name"};
    if (!read_hex(parts[0], entry.digest)) {
      return Error{where +
                   ": want 64 hexadecimal digits, the SHA-256 of the token (anemone token makes them)"};
    }
    auto role = parse_role(parts[1]);
    if (!role) return role.error().in(where);
    const bool any_agent = *role == Role::kAgent && (parts.size() == 2 || parts[2] == kAnyName);
    if (parts.size() == 2 && !any_agent) return Error{where + ": want a name behind the role"};
    entry.owner = {*role, any_agent ? "" : std::string(parts[2])};
    if (table.entries_.size() >= kTokensMax) return Error{where + ": too many tokens"};
    table.entries_.push_back(std::move(entry));
  }
  return table;
}

Result<TokenTable> TokenTable::read(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return Error{path + ": " + std::strerror(errno)};
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Error{path + ": others than its owner may write it: chmod go-w " + path};
  }
  auto text = read_text_file(path, kFileMax);
  if (!text) return text.error();
  auto table = parse(*text);
  if (!table) return table.error().in(path);
  if (table->size() == 0) return Error{path + ": no token in it: anemone token adds one"};
  return table;
}

const TokenOwner* TokenTable::find(std::string_view token) const {
  const Digest given = digest_of(token);
  const TokenOwner* owner = nullptr;
  for (const Entry& entry : entries_) {  // all of them, whichever it is
    if (given.equals(entry.digest) && owner == nullptr) owner = &entry.owner;
  }
  return token.empty() ? nullptr : owner;
}

std::string print_token_line(std::string_view token, const TokenOwner& owner) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string line;
  const Digest made = digest_of(token);
  for (const std::uint8_t byte : made.bytes()) line += {kDigits[byte >> 4], kDigits[byte & 15]};
  line += " " + std::string(print_role(owner.role)) + " ";
  return line + (owner.name.empty() ? std::string(kAnyName) : owner.name) + "\n";
}

std::string token_of(std::string_view authorization) {
  if (begins_with_word(authorization, "bearer")) return std::string(trim(authorization.substr(7)));
  if (!begins_with_word(authorization, "basic")) return "";
  const auto pair = read_base64(trim(authorization.substr(6)));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  return colon == std::string::npos ? "" : pair->substr(colon + 1);
}

}  // namespace anemone

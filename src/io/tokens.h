// A TokenTable knows who may do what: which secret token belongs to whom, and in which role.
//
// The server keeps no token, only its SHA-256: whoever reads the file cannot log in with it. Tokens are long
// and drawn at random (anemone token), so that a plain digest is enough. A file has one line for each:
//
//   # SHA-256 of the token                                           role      name
//   9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 agent     web1
//
// Names of people are for people and need not be unique. An agent's is the only one that its token may speak
// for; "*", or none, is an agent's token for any name. Immutable; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace anemone {

enum class Role : std::uint8_t { kAgent, kViewer, kOperator, kAdmin };

// What a path asks of its caller.
enum class Right : std::uint8_t {
  kNone,     // anybody
  kView,     // ask: viewer, operator, admin
  kOperate,  // change: operator, admin
  kReport,   // what agents do: agent, admin
};

bool may(Role role, Right right);
std::string_view print_role(Role role);
Result<Role> parse_role(std::string_view text);

struct TokenOwner {
  Role role{};
  std::string name;  // empty: an agent's token for any name
};

// True when who has this token may send what agent `name` says: its own, every agent's, or an admin's.
bool may_speak_for(const TokenOwner& owner, std::string_view name);

class TokenTable {
 public:
  // An error names the line.
  static Result<TokenTable> parse(std::string_view text);
  // Refuses a file that others than its owner may write.
  static Result<TokenTable> read(const std::string& path);

  // Whose token it is; nullptr: nobody's. Takes the same time for every wrong token.
  const TokenOwner* find(std::string_view token) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::array<std::uint8_t, 32> digest{};
    TokenOwner owner;
  };
  std::vector<Entry> entries_;
};

// The line for a token in such a file.
std::string print_token_line(std::string_view token, const TokenOwner& owner);

// The token in an Authorization header: "Bearer TOKEN", or "Basic ..." with the token as the password, which
// is what browsers can send. Empty when there is none.
std::string token_of(std::string_view authorization);

}  // namespace anemone

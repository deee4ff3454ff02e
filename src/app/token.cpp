#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "app/arguments.h"
#include "app/commands.h"
#include "io/tokens.h"
#include "record/uploader.h"

namespace anemone {
namespace {

Result<std::string> draw_token() {
  std::array<std::uint8_t, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return Error{std::string("getrandom: ") + std::strerror(errno)};
  }
  std::string token;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : bytes) token += {kDigits[byte >> 4], kDigits[byte & 15]};
  return token;
}

Result<void> append_line(const std::string& path, const std::string& line) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool written = file >= 0 &&
                       ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                       ::fsync(file) == 0;
  const int problem = errno;
  if (file >= 0) ::close(file);
  if (!written) return Error{path + ": " + std::strerror(problem)};
  return {};
}

int fail(const Error& error, int code) {
  std::fprintf(stderr, "anemone token: %s\n", error.message.c_str());
  return code;
}

}  // namespace

int token(int argc, char** argv) {
  std::string role;
  std::string name;
  std::string file = "anemone-tokens";
  Arguments arguments(
      "token",
      "Draw a token, print it, and add its digest to the file that anemone serve --tokens reads.\n"
      "Only the digest is kept: what is printed here is printed once. A running server reads the file at\n"
      "its next start.");
  arguments.choice("--role", role, {"agent", "viewer", "operator", "admin"},
                   "agent: send records; viewer: ask; operator: also change; admin: all");
  arguments.option("--name", name,
                   "whose it is: the name of the agent, the only one that it may then speak for, or of a "
                   "person; * with --role agent: any agent's");
  arguments.option("--tokens", file, "file of digests; made when it is not there");
  if (auto code = arguments.parse(argc, argv)) return *code;
  if (role.empty()) return fail({"--role: want agent, viewer, operator or admin"}, kWrongUsage);
  if (name.empty() || name.find_first_of(" \t\r\n#") != std::string::npos) {
    return fail({"--name: want one word"}, kWrongUsage);
  }
  const auto kind = parse_role(role);
  if (!kind) return fail(kind.error(), kWrongUsage);
  if (*kind == Role::kAgent && name != "*" && !is_agent_name(name)) {
    return fail({"--name: an agent's name is 1 to 64 of A-Z a-z 0-9 . _ -, or * for any agent"}, kWrongUsage);
  }
  auto drawn = draw_token();
  if (!drawn) return fail(drawn.error(), kFailed);
  if (auto added = append_line(file, print_token_line(*drawn, {*kind, name})); !added) {
    return fail(added.error(), kFailed);
  }
  std::printf("%s\n", drawn->c_str());
  return kDone;
}

}  // namespace anemone

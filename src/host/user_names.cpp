#include "host/user_names.h"

#include <pwd.h>

#include <utility>
#include <vector>

#include "base/text.h"
#include "host/process_files.h"

namespace anemone {
namespace {

constexpr std::size_t kPasswdMax = 16U << 20;

std::string name_in_file(const std::string& passwd, std::uint32_t uid) {
  const std::string text = small_file(passwd, kPasswdMax);
  for (const std::string_view line : split(text, '\n')) {
    const auto fields = split(line, ':');
    if (fields.size() < 3) continue;
    const auto number = parse_u64(fields[2]);
    if (number && *number == uid) return std::string(fields[0]);
  }
  return {};
}

std::string name_in_system(std::uint32_t uid) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> room(16'384);
  if (getpwuid_r(uid, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) return {};
  return found->pw_name;
}

}  // namespace

UserNames::UserNames(std::string passwd, std::size_t users_max)
    : passwd_(std::move(passwd)), users_max_(users_max) {}

std::string UserNames::name_of(std::uint32_t uid) {
  const auto known = names_.find(uid);
  if (known != names_.end()) return known->second;
  if (names_.size() >= users_max_) return std::to_string(uid);
  std::string name = passwd_.empty() ? name_in_system(uid) : name_in_file(passwd_, uid);
  if (name.empty()) name = std::to_string(uid);
  return names_.emplace(uid, std::move(name)).first->second;
}

}  // namespace anemone

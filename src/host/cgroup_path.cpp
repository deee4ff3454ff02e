#include "host/cgroup_path.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace anemone {
namespace {

constexpr std::size_t kUnitMax = 255;  // systemd's limit for names of units
constexpr std::size_t kShortId = 12;   // what docker and podman show

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
  });
}

bool strip_front(std::string_view& text, std::string_view front) {
  if (!text.starts_with(front) || text.size() == front.size()) return false;
  text.remove_prefix(front.size());
  return true;
}

bool strip_back(std::string_view& text, std::string_view back) {
  if (!text.ends_with(back) || text.size() == back.size()) return false;
  text.remove_suffix(back.size());
  return true;
}

bool is_unit(std::string_view name) {
  constexpr std::array<std::string_view, 5> kKinds = {".service", ".scope", ".socket", ".mount", ".swap"};
  return name.size() <= kUnitMax && std::any_of(kKinds.begin(), kKinds.end(), [&](std::string_view kind) {
           return name.size() > kind.size() && name.ends_with(kind);
         });
}

int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return -1;
}

// systemd writes what a unit's name may not have as \x2d.
std::string unescape(std::string_view name) {
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && i + 3 < name.size() && name[i + 1] == 'x' && hex_digit(name[i + 2]) >= 0 &&
        hex_digit(name[i + 3]) >= 0) {
      plain += static_cast<char>(hex_digit(name[i + 2]) * 16 + hex_digit(name[i + 3]));
      i += 3;
    } else {
      plain += name[i];
    }
  }
  return plain;
}

// "docker-ID.scope", "libpod-ID", "kubepods-pod1.slice:cri-containerd:ID", "ID"; Amazon's ECS has
// "ID32-NUMBER".
std::optional<std::string> container_by_id(std::string_view name) {
  constexpr std::size_t kLongId = 64;
  constexpr std::size_t kTaskId = 32;
  strip_back(name, ".scope");
  const std::size_t cut = name.find_last_of("-:");
  const std::string_view id = cut == std::string_view::npos ? name : name.substr(cut + 1);
  if (id.size() == kLongId && is_hex(id)) {
    // The monitor of a container stands beside it, and is not in it.
    if (name.substr(0, name.size() - id.size()).ends_with("-conmon-")) return std::nullopt;
    return std::string(id.substr(0, kShortId));
  }
  if (cut == kTaskId && is_hex(name.substr(0, kTaskId)) &&
      std::all_of(id.begin(), id.end(), [](char letter) { return letter >= '0' && letter <= '9'; })) {
    return std::string(name.substr(0, kShortId));
  }
  return std::nullopt;
}

// Containers that have names: machines of systemd (nspawn, and others that register) and LXC.
std::optional<std::string> container_by_name(std::string_view name, std::string_view parent,
                                             std::string_view child) {
  if (parent == "lxc" || parent == "lxc.payload") return std::string(name);
  if (strip_front(name, "lxc.payload.")) return std::string(name);
  if (parent == "machine.slice" && strip_front(name, "machine-") && strip_back(name, ".scope")) {
    // A virtual machine is its process here: nothing of what runs in it is seen.
    if (name.starts_with("qemu\\x2d")) return std::nullopt;
    return unescape(name);
  }
  // The service is nspawn's own; the machine runs below it.
  if (child == "payload" && strip_front(name, "systemd-nspawn@") && strip_back(name, ".service")) {
    return unescape(name);
  }
  return std::nullopt;
}

// systemd puts "_" before names that the kernel or it itself would misread.
std::string_view without_escape(std::string_view name) {
  return name.starts_with('_') ? name.substr(1) : name;
}

}  // namespace

CgroupNames read_cgroup_path(std::string_view path) {
  strip_back(path, " (deleted)");
  CgroupNames names;
  const auto parts = split(path, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string_view parent = i > 0 ? parts[i - 1] : std::string_view{};
    const std::string_view child = i + 1 < parts.size() ? parts[i + 1] : std::string_view{};
    const std::string_view name = without_escape(parts[i]);
    if (name.empty()) continue;
    auto container = container_by_id(name);
    if (!container) container = container_by_name(name, parent, child);
    if (container) {
      names.container = *container;
      names.unit.clear();  // what is around a container is not what runs in it
    } else if (is_unit(name)) {
      names.unit = name;
    }
  }
  return names;
}

CgroupNames read_process_cgroups(std::string_view text) {
  CgroupNames named;
  int best = 3;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t first = line.find(':');
    if (first == std::string_view::npos) continue;
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const int rank = controllers.empty() ? 0 : controllers == "name=systemd" ? 1 : 2;
    if (rank >= best) continue;
    CgroupNames names = read_cgroup_path(line.substr(second + 1));
    if (!names.known()) continue;
    named = std::move(names);
    best = rank;
  }
  return named;
}

}  // namespace anemone

#include "host/cgroup_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "host/cgroup_deaths.h"
#include "host/process_files.h"
#include "io/clock.h"

namespace anemone {
namespace {

constexpr int kKernfsHandle = 0xfe;    // FILEID_KERNFS: eight bytes, the id
constexpr int kRestPerWalk = 20;       // a walk may take a twentieth of the time
constexpr std::size_t kDepthMax = 64;  // of folders; systemd's own trees stay below ten

std::string target_of(int fd) {
  std::array<char, 4096> target;
  const ssize_t got =
      ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target.data(), target.size());
  return got > 0 ? std::string(target.data(), static_cast<std::size_t>(got)) : std::string{};
}

int open_folder(const std::string& path) {
  return path.empty() ? -1 : ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

}  // namespace

std::string cgroup2_mount(const HostPaths& paths) {
  if (!paths.cgroup.empty()) return paths.cgroup;
  constexpr std::size_t kMountinfoMax = 4U << 20;
  const std::string text = small_file(paths.proc + "/self/mountinfo", kMountinfoMax);
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos || !line.substr(dash + 3).starts_with("cgroup2 ")) continue;
    const auto fields = words(line.substr(0, dash));
    if (fields.size() >= 5) return std::string(fields[4]);
  }
  return {};
}

struct CgroupTree::Impl {
  Impl(const HostPaths& where, std::size_t most)
      : root(cgroup2_mount(where)), root_fd(open_folder(root)), cgroups_max(most), deaths(root) {
    if (root_fd >= 0) walk();
  }
  ~Impl() {
    if (root_fd >= 0) ::close(root_fd);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // The path of a parent and a name in it.
  struct Gone {
    std::uint64_t parent = 0;
    std::string name;
  };

  bool find(std::uint64_t id, std::size_t depth);
  bool by_handle(std::uint64_t id);
  bool by_removal(std::uint64_t id, std::size_t depth);
  void hear_of_removals();
  void walk();
  void walk_into(const std::string& path, std::size_t depth);
  void remember(std::uint64_t id, std::string path);

  std::string root;
  int root_fd;
  std::size_t cgroups_max;
  SteadyClock clock;
  Time walk_from{};
  bool too_early = false;
  std::unordered_map<std::uint64_t, std::string> paths;
  CgroupDeaths deaths;
  std::unordered_map<std::uint64_t, Gone> gone;
  Counts counts;
};

void CgroupTree::Impl::hear_of_removals() {
  deaths.read([&](std::uint64_t id, std::uint64_t parent, std::string_view name) {
    if (paths.contains(id)) return;
    if (gone.size() >= cgroups_max) {
      counts.forgotten += gone.size();
      gone.clear();
    }
    gone.insert_or_assign(id, Gone{parent, std::string(name)});
  });
}

bool CgroupTree::Impl::find(std::uint64_t id, std::size_t depth) {
  return paths.contains(id) || by_handle(id) || by_removal(id, depth);
}

bool CgroupTree::Impl::by_removal(std::uint64_t id, std::size_t depth) {
  const auto removed = gone.find(id);
  if (removed == gone.end() || depth == kDepthMax || !find(removed->second.parent, depth + 1)) return false;
  const std::string& parent = paths.find(removed->second.parent)->second;
  std::string path = (parent == "/" ? "" : parent) + "/" + removed->second.name;
  gone.erase(removed);
  remember(id, std::move(path));
  return true;
}

void CgroupTree::Impl::remember(std::uint64_t id, std::string path) {
  if (paths.size() >= cgroups_max && !paths.contains(id)) {
    counts.forgotten += paths.size();
    paths.clear();
  }
  paths.insert_or_assign(id, std::move(path));
}

bool CgroupTree::Impl::by_handle(std::uint64_t id) {
  alignas(file_handle) std::array<char, sizeof(file_handle) + sizeof id> room{};
  auto* handle = reinterpret_cast<file_handle*>(room.data());
  handle->handle_bytes = sizeof id;
  handle->handle_type = kKernfsHandle;
  std::memcpy(handle->f_handle, &id, sizeof id);
  const int fd = ::open_by_handle_at(root_fd, handle, O_PATH | O_CLOEXEC);
  if (fd < 0) return false;
  const std::string path = target_of(fd);
  ::close(fd);
  if (!path.starts_with(root)) return false;
  remember(id, path.size() == root.size() ? "/" : path.substr(root.size()));
  return true;
}

void CgroupTree::Impl::walk_into(const std::string& path, std::size_t depth) {
  DIR* folder = ::opendir((root + path).c_str());
  if (folder == nullptr) return;
  struct stat self {};
  if (::fstat(::dirfd(folder), &self) == 0) remember(self.st_ino, path.empty() ? "/" : path);
  deaths.watch(root + path);
  std::vector<std::string> inner;
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') inner.emplace_back(entry->d_name);
  }
  ::closedir(folder);
  if (depth == kDepthMax) return;
  for (const std::string& name : inner) walk_into(path + "/" + name, depth + 1);
}

void CgroupTree::Impl::walk() {
  const Time start = clock.now();
  ++counts.walks;
  walk_into("", 0);
  const Time end = clock.now();
  walk_from = end + (end - start) * kRestPerWalk;
}

CgroupTree::CgroupTree(const HostPaths& paths, std::size_t cgroups_max)
    : impl_(std::make_unique<Impl>(paths, cgroups_max)) {}
CgroupTree::CgroupTree(CgroupTree&&) noexcept = default;
CgroupTree& CgroupTree::operator=(CgroupTree&&) noexcept = default;
CgroupTree::~CgroupTree() = default;

const std::string* CgroupTree::path_of(std::uint64_t id) {
  impl_->too_early = false;
  impl_->hear_of_removals();
  if (impl_->root_fd >= 0 && !impl_->find(id, 0)) {
    impl_->too_early = impl_->clock.now() < impl_->walk_from;
    if (!impl_->too_early) impl_->walk();
  }
  const auto known = impl_->paths.find(id);
  if (known != impl_->paths.end()) return &known->second;
  ++impl_->counts.unknown;
  return nullptr;
}

bool CgroupTree::too_early() const { return impl_->too_early; }
const CgroupTree::Counts& CgroupTree::counts() const { return impl_->counts; }

}  // namespace anemone

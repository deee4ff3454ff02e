#include "host/socket_holders.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "host/process_files.h"

namespace anemone {
namespace {

constexpr int kRestPerScan = 10;
constexpr std::size_t kCgroupProcessesMax = 64;  // of a larger one a scan of all is hardly dearer

// The number in "socket:[4711]".
std::optional<std::uint64_t> socket_inode(std::string_view target) {
  constexpr std::string_view kBefore = "socket:[";
  if (!target.starts_with(kBefore) || !target.ends_with(']')) return std::nullopt;
  target = target.substr(kBefore.size(), target.size() - kBefore.size() - 1);
  std::uint64_t inode = 0;
  const auto [end, problem] = std::from_chars(target.data(), target.data() + target.size(), inode);
  if (problem != std::errc{} || end != target.data() + target.size()) return std::nullopt;
  return inode;
}

bool is_number(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

SocketHolders::SocketHolders(HostPaths paths, std::size_t sockets_max)
    : paths_(std::move(paths)),
      sockets_max_(sockets_max),
      cgroup_root_(cgroup2_mount(paths_)),
      cgroups_(paths_) {}

void SocketHolders::note(std::uint64_t inode, std::uint32_t pid) {
  if (pids_.size() >= sockets_max_ && !pids_.contains(inode)) return;
  Pids& pids = pids_[inode];
  if (pids.oldest <= 1 || (pid != 1 && pid < pids.oldest)) pids.oldest = pid;
  pids.youngest = std::max(pids.youngest, pid);
}

void SocketHolders::scan_process(const std::string& pid) {
  DIR* folder = ::opendir((paths_.proc + "/" + pid + "/fd").c_str());
  if (folder == nullptr) return;  // gone, or not ours to see
  const auto number = static_cast<std::uint32_t>(std::strtoul(pid.c_str(), nullptr, 10));
  std::array<char, 64> target;
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    const ssize_t got = ::readlinkat(::dirfd(folder), entry->d_name, target.data(), target.size());
    if (got <= 0) continue;
    if (const auto inode = socket_inode({target.data(), static_cast<std::size_t>(got)})) note(*inode, number);
  }
  ::closedir(folder);
}

void SocketHolders::scan_cgroup(std::uint64_t cgroup) {
  const std::string* path = cgroup == 0 ? nullptr : cgroups_.path_of(cgroup);
  if (path == nullptr || *path == "/") return;
  const std::string text = small_file(cgroup_root_ + *path + "/cgroup.procs");
  const auto pids = words(text);
  if (pids.size() > kCgroupProcessesMax) return;
  for (const std::string_view pid : pids) scan_process(std::string(pid));
}

void SocketHolders::scan() {
  const Time start = clock_.now();
  ++scans_;
  pids_.clear();
  if (DIR* folder = ::opendir(paths_.proc.c_str()); folder != nullptr) {
    while (const dirent* entry = ::readdir(folder)) {
      if (is_number(entry->d_name)) scan_process(entry->d_name);
    }
    ::closedir(folder);
  }
  const Time end = clock_.now();
  scan_from_ = end + (end - start) * kRestPerScan;
}

const SocketHolders::Pids* SocketHolders::find(std::uint64_t inode, std::uint64_t cgroup) {
  auto found = pids_.find(inode);
  if (found == pids_.end()) {
    scan_cgroup(cgroup);
    found = pids_.find(inode);
  }
  if (found == pids_.end() && may_scan()) {
    scan();
    found = pids_.find(inode);
  }
  return found == pids_.end() ? nullptr : &found->second;
}

std::optional<ProcessSeen> SocketHolders::holder_of(std::uint64_t inode, std::uint64_t cgroup,
                                                    SocketUse use) {
  if (inode == 0) return std::nullopt;
  while (const Pids* pids = find(inode, cgroup)) {
    ProcessSeen process;
    process.pid = use == SocketUse::kListening ? pids->oldest : pids->youngest;
    if (const auto stat = process_stat(paths_.proc, process.pid)) {
      process.started_ns = stat->started_ns;
      std::copy_n(stat->comm.begin(), std::min(stat->comm.size(), process.comm.size() - 1),
                  process.comm.begin());
      return process;
    }
    pids_.erase(inode);  // it ended; another one may have the socket
    if (!may_scan()) break;
  }
  return std::nullopt;
}

}  // namespace anemone

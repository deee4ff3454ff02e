// CgroupDeaths hears of each cgroup that is removed: its id, its name and its parent's id (fanotify).
//
// A short-lived unit may be gone before anybody asks for its path, and then nothing tells what its id meant;
// the removal itself does. Of a whole tree where we may (CAP_SYS_ADMIN), else of the folders that are named,
// one by one. Linux 5.17. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace anemone {

class CgroupDeaths {
 public:
  // `root`: where the unified tree is mounted. Without fanotify it hears nothing.
  explicit CgroupDeaths(const std::string& root);
  CgroupDeaths(CgroupDeaths&& other) noexcept;
  CgroupDeaths& operator=(CgroupDeaths&&) = delete;
  ~CgroupDeaths();

  // Hears of the cgroups in this folder, too, if it does not hear of all.
  void watch(const std::string& folder);
  bool hears_all() const { return all_; }

  // Calls `each` for those that were removed since the last call.
  void read(const std::function<void(std::uint64_t id, std::uint64_t parent, std::string_view name)>& each);
  // How often the kernel had no room for what we did not read.
  std::uint64_t overflows() const { return overflows_; }

 private:
  int fd_ = -1;
  bool all_ = false;
  std::size_t folders_ = 0;
  std::uint64_t overflows_ = 0;
  std::vector<char> room_;
};

}  // namespace anemone

#include "host/owner_names.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "host/cgroup_path.h"
#include "host/cgroup_tree.h"
#include "host/process_files.h"
#include "host/user_names.h"

namespace anemone {
namespace {

struct HashOf {
  std::size_t operator()(const ProcessSeen& seen) const noexcept {
    constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;
    std::uint64_t h = (std::uint64_t{seen.pid} << 32 | seen.uid) * kMix;
    h = (h ^ (h >> 29) ^ seen.started_ns) * 0xbf58476d1ce4e5b9;
    h = (h ^ (h >> 30) ^ seen.cgroup) * 0x94d049bb133111eb;
    for (const char letter : seen.comm) h = h * 131 + static_cast<unsigned char>(letter);
    return h ^ (h >> 31);
  }
};

std::string comm_of(const ProcessSeen& seen) {
  return {seen.comm.begin(), std::find(seen.comm.begin(), seen.comm.end(), '\0')};
}

}  // namespace

struct OwnerNames::Impl {
  Impl(OwnerTable& table, HostPaths where, std::size_t most)
      : owners(table), paths(std::move(where)), processes_max(most), users(paths.passwd), cgroups(paths) {}

  OwnerId look_up(const ProcessSeen& seen);
  bool is_there(const ProcessSeen& seen, Owner& owner);
  CgroupNames place_of(const ProcessSeen& seen, bool there);
  void keep(const ProcessSeen& seen, OwnerId owner);

  OwnerTable& owners;
  HostPaths paths;
  std::size_t processes_max;
  UserNames users;
  CgroupTree cgroups;
  bool for_now = false;  // the last answer may be better soon
  Counts counts;
  // Two generations: when the young one is full it becomes the old one, and what is asked for again moves
  // over.
  std::unordered_map<ProcessSeen, OwnerId, HashOf> young;
  std::unordered_map<ProcessSeen, OwnerId, HashOf> old;
};

void OwnerNames::Impl::keep(const ProcessSeen& seen, OwnerId owner) {
  if (young.size() >= processes_max) {
    old = std::move(young);
    young.clear();
  }
  young.emplace(seen, owner);
}

// True if the process is still what it was when it was seen.
bool OwnerNames::Impl::is_there(const ProcessSeen& seen, Owner& owner) {
  if (seen.pid == 0) return false;
  const auto stat = process_stat(paths.proc, seen.pid);
  if (!stat) {
    ++counts.gone;
    return false;
  }
  // Without a time, the command is all that tells a pid's next process from the one that was seen.
  const bool same = seen.started_ns != 0 ? same_start(seen.started_ns, stat->started_ns)
                                         : owner.process.empty() || owner.process == stat->comm;
  if (!same) {
    ++counts.pid_reused;
    return false;
  }
  if (owner.process.empty()) owner.process = stat->comm;
  return true;
}

CgroupNames OwnerNames::Impl::place_of(const ProcessSeen& seen, bool there) {
  CgroupNames names;
  const std::string* path = seen.cgroup != 0 ? cgroups.path_of(seen.cgroup) : nullptr;
  if (path != nullptr) names = read_cgroup_path(*path);
  // Where systemd or the runtime does not use the unified tree, the others say more.
  if (!names.known() && there) {
    names = read_process_cgroups(small_file(paths.proc + "/" + std::to_string(seen.pid) + "/cgroup"));
  }
  if (seen.cgroup != 0 && path == nullptr && !names.known()) {
    ++counts.no_cgroup;
    for_now = cgroups.too_early();
  }
  return names;
}

OwnerId OwnerNames::Impl::look_up(const ProcessSeen& seen) {
  for_now = false;
  if (seen.pid == 0 && seen.cgroup == 0 && seen.comm[0] == '\0') return kUnknownOwner;
  ++counts.looked_up;
  Owner owner;
  owner.process = comm_of(seen);
  const bool there = is_there(seen, owner);
  if (there) {
    owner.executable = process_executable(paths.proc, seen.pid);
    if (owner.executable.empty()) ++counts.no_executable;
  }
  if (owner.process.empty()) owner.process = owners[kUnknownOwner].process;
  owner.user = users.name_of(seen.uid);
  CgroupNames place = place_of(seen, there);
  owner.unit = std::move(place.unit);
  owner.container = std::move(place.container);
  return owners.intern(owner);
}

OwnerNames::OwnerNames(OwnerTable& owners, HostPaths paths, std::size_t processes_max)
    : impl_(std::make_unique<Impl>(owners, std::move(paths), processes_max)) {}
OwnerNames::OwnerNames(OwnerNames&&) noexcept = default;
OwnerNames& OwnerNames::operator=(OwnerNames&&) noexcept = default;
OwnerNames::~OwnerNames() = default;

OwnerId OwnerNames::owner_of(const ProcessSeen& seen) {
  const auto young = impl_->young.find(seen);
  if (young != impl_->young.end()) return young->second;
  const auto old = impl_->old.find(seen);
  const bool known = old != impl_->old.end();
  const OwnerId owner = known ? old->second : impl_->look_up(seen);
  if (known || !impl_->for_now) impl_->keep(seen, owner);
  return owner;
}

const OwnerNames::Counts& OwnerNames::counts() const { return impl_->counts; }

}  // namespace anemone

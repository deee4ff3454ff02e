#include "host/owner_names.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

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
      : owners(table), paths(std::move(where)), processes_max(most), users(paths.passwd) {}

  OwnerId look_up(const ProcessSeen& seen);
  void ask_proc(const ProcessSeen& seen, Owner& owner);
  void keep(const ProcessSeen& seen, OwnerId owner);

  OwnerTable& owners;
  HostPaths paths;
  std::size_t processes_max;
  UserNames users;
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

void OwnerNames::Impl::ask_proc(const ProcessSeen& seen, Owner& owner) {
  const auto stat = process_stat(paths.proc, seen.pid);
  if (!stat) {
    ++counts.gone;
    return;
  }
  // Without a time, the command is all that tells a pid's next process from the one that was seen.
  const bool same = seen.started_ns != 0 ? same_start(seen.started_ns, stat->started_ns)
                                         : owner.process.empty() || owner.process == stat->comm;
  if (!same) {
    ++counts.pid_reused;
    return;
  }
  if (owner.process.empty()) owner.process = stat->comm;
  owner.executable = process_executable(paths.proc, seen.pid);
  if (owner.executable.empty()) ++counts.no_executable;
}

OwnerId OwnerNames::Impl::look_up(const ProcessSeen& seen) {
  if (seen.pid == 0 && seen.cgroup == 0 && seen.comm[0] == '\0') return kUnknownOwner;
  ++counts.looked_up;
  Owner owner;
  owner.process = comm_of(seen);
  if (seen.pid != 0) ask_proc(seen, owner);
  if (owner.process.empty()) owner.process = owners[kUnknownOwner].process;
  owner.user = users.name_of(seen.uid);
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
  const OwnerId owner = old != impl_->old.end() ? old->second : impl_->look_up(seen);
  impl_->keep(seen, owner);
  return owner;
}

const OwnerNames::Counts& OwnerNames::counts() const { return impl_->counts; }

}  // namespace anemone

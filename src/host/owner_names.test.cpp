#include "host/owner_names.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "host/cgroup_tree.h"
#include "host/process_files.h"

using namespace anemone;

namespace {

// A /proc and a passwd of our own, in a folder that goes away.
struct FakeHost {
  FakeHost() {
    std::string name = (std::filesystem::temp_directory_path() / "anemone_host_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
    std::filesystem::create_directories(folder / "proc");
    std::ofstream(folder / "passwd")
        << "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\n";
  }
  ~FakeHost() { std::filesystem::remove_all(folder); }

  void process(std::uint32_t pid, const std::string& comm, std::uint64_t ticks,
               const std::string& exe) const {
    const auto place = folder / "proc" / std::to_string(pid);
    std::filesystem::create_directories(place);
    std::ofstream(place / "stat") << pid << " (" << comm << ") S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "
                                  << ticks << " 1000 2000 18446744073709551615 0 0\n";
    std::filesystem::create_symlink(exe, place / "exe");
  }
  HostPaths paths() const {
    return {.proc = folder / "proc", .cgroup = folder / "cgroup", .passwd = folder / "passwd"};
  }

  std::filesystem::path folder;
};

ProcessSeen seen(std::uint32_t pid, std::uint64_t started_ns, std::uint32_t uid, std::string_view comm) {
  ProcessSeen process{.pid = pid, .started_ns = started_ns, .uid = uid, .cgroup = 0, .comm = {}};
  std::copy_n(comm.begin(), std::min<std::size_t>(comm.size(), 15), process.comm.begin());
  return process;
}

}  // namespace

TEST_CASE("a process that lives has executable, command and user") {
  const FakeHost host;
  host.process(100, "nginx", 5000, "/usr/sbin/nginx (deleted)");
  OwnerTable owners;
  OwnerNames names(owners, host.paths());
  const OwnerId id = names.owner_of(seen(100, 50'003'000'000, 33, "nginx"));
  CHECK(owners[id] == Owner{"nginx", "/usr/sbin/nginx", "www-data", "", ""});
  CHECK(names.owner_of(seen(100, 50'003'000'000, 33, "nginx")) == id);
  CHECK(names.counts().looked_up == 1);
}

TEST_CASE("a pid that is another's by now does not lend its executable") {
  const FakeHost host;
  host.process(100, "nginx", 5000, "/usr/sbin/nginx");
  OwnerTable owners;
  OwnerNames names(owners, host.paths());
  CHECK(owners[names.owner_of(seen(100, 40'000'000'000, 33, "curl"))] ==
        Owner{"curl", "", "www-data", "", ""});
  CHECK(names.counts().pid_reused == 1);
  CHECK(owners[names.owner_of(seen(100, 0, 33, "curl"))].executable.empty());
  CHECK(owners[names.owner_of(seen(100, 0, 33, "nginx"))].executable == "/usr/sbin/nginx");
}

TEST_CASE("a process that is gone keeps what the kernel said of it") {
  const FakeHost host;
  OwnerTable owners;
  OwnerNames names(owners, host.paths());
  CHECK(owners[names.owner_of(seen(7, 1, 4242, "dig"))] == Owner{"dig", "", "4242", "", ""});
  CHECK(names.counts().gone == 1);
  CHECK(names.owner_of(ProcessSeen{}) == kUnknownOwner);
}

TEST_CASE("a command may hold what looks like the end of it") {
  const auto stat = read_process_stat("7 (a) S (b) c) R 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 77 1000");
  REQUIRE(stat);
  CHECK(stat->comm == "a) S (b) c");
  CHECK(stat->started_ns == 770'000'000);
  CHECK(!read_process_stat("7 (a) S 1"));
  CHECK(!read_process_stat(")("));
  CHECK(!read_process_stat(""));
}

TEST_CASE("this very process is named") {
  OwnerTable owners;
  OwnerNames names(owners);
  const auto pid = static_cast<std::uint32_t>(getpid());
  const auto stat = process_stat("/proc", pid);
  REQUIRE(stat);
  const Owner& owner = owners[names.owner_of(seen(pid, stat->started_ns, getuid(), stat->comm))];
  CHECK(owner.process == "test_host");
  CHECK(owner.executable == std::filesystem::read_symlink("/proc/self/exe"));
}

TEST_CASE("the names of many processes stay within the limit, and those asked for again are kept") {
  const FakeHost host;
  OwnerTable owners;
  OwnerNames names(owners, host.paths(), 10);
  const ProcessSeen busy = seen(1, 1, 0, "busy");
  for (std::uint32_t pid = 2; pid < 200; ++pid) {
    names.owner_of(busy);
    names.owner_of(seen(pid, 1, 0, "short"));
  }
  CHECK(names.counts().looked_up == 199);  // each once
}

TEST_CASE("unit and container come from the cgroup, also when the process is gone") {
  const FakeHost host;
  const auto place = host.folder / "cgroup/system.slice/nginx.service";
  std::filesystem::create_directories(place);
  struct stat facts {};
  REQUIRE(stat(place.c_str(), &facts) == 0);
  OwnerTable owners;
  OwnerNames names(owners, host.paths());
  ProcessSeen gone = seen(7, 1, 33, "nginx");
  gone.cgroup = facts.st_ino;
  CHECK(owners[names.owner_of(gone)] == Owner{"nginx", "", "www-data", "nginx.service", ""});
}

TEST_CASE("where the unified tree says nothing the process is asked, but not another one with its pid") {
  const FakeHost host;
  host.process(8, "nginx", 5000, "/usr/sbin/nginx");
  std::ofstream(host.folder / "proc/8/cgroup") << "1:name=systemd:/system.slice/nginx.service\n0::/\n";
  OwnerTable owners;
  OwnerNames names(owners, host.paths());
  CHECK(owners[names.owner_of(seen(8, 50'000'000'000, 33, "nginx"))].unit == "nginx.service");
  CHECK(owners[names.owner_of(seen(8, 60'000'000'000, 33, "nginx"))].unit.empty());
}

TEST_CASE("a program in a unit of this machine is named while it lives, and by its unit when both are gone") {
  const std::string root = cgroup2_mount({});
  std::string group = root + "/names_test_XXXXXX";
  if (root.empty() || geteuid() != 0 || mkdtemp(group.data()) == nullptr) return;
  const std::string unit = group + "/anemone\\x2dtest@1.service";
  std::filesystem::create_directory(unit);
  OwnerTable owners;
  OwnerNames names(owners);
  const pid_t child = fork();
  if (child == 0) {
    std::ofstream(unit + "/cgroup.procs") << getpid() << std::flush;
    execlp("sleep", "sleep", "60", nullptr);
    _exit(1);
  }
  const auto pid = static_cast<std::uint32_t>(child);
  auto stat_of_child = process_stat("/proc", pid);
  for (int i = 0; i < 500 && stat_of_child && stat_of_child->comm != "sleep"; ++i) {
    usleep(10'000);
    stat_of_child = process_stat("/proc", pid);
  }
  struct stat facts {};
  REQUIRE(stat(unit.c_str(), &facts) == 0);
  REQUIRE(stat_of_child);
  ProcessSeen process = seen(pid, stat_of_child->started_ns, getuid(), "sleep");
  process.cgroup = facts.st_ino;
  const Owner alive = owners[names.owner_of(process)];
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  for (int i = 0; i < 100 && rmdir(unit.c_str()) != 0; ++i) usleep(10'000);
  rmdir(group.c_str());

  CHECK(alive.process == "sleep");
  CHECK(alive.unit == "anemone\\x2dtest@1.service");
  CHECK(std::filesystem::path(alive.executable).is_absolute());
  OwnerNames later(owners);  // knows neither of them
  process.comm[0] = 'S';     // not asked for before
  CHECK(owners[names.owner_of(process)].unit == alive.unit);
  CHECK(owners[names.owner_of(process)].executable.empty());
  CHECK(owners[later.owner_of(process)].unit.empty());
  CHECK(later.counts().no_cgroup == 1);
}

#include "app/doctor_machine.h"

#include <sched.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "capture/host_source.h"
#include "host/cgroup_tree.h"
#include "io/interface_facts.h"
#include "io/text_file.h"
#include "listen/egress_guard.h"
#include "net/prefix.h"

namespace anemone {
namespace {

constexpr std::size_t kSmallFile = std::size_t{1} << 20;

struct Capability {
  int bit;  // linux/capability.h
  const char* name;
  const char* needed_for;
};
constexpr std::array kCapabilities = {
    Capability{13, "CAP_NET_RAW", "to hear packets on an interface"},
    Capability{12, "CAP_NET_ADMIN", "to put the egress guard on an interface"},
    Capability{39, "CAP_BPF", "to load programs into the kernel (before Linux 5.8: CAP_SYS_ADMIN)"},
    Capability{38, "CAP_PERFMON", "for the agent's programs, which look into the kernel's own data"},
};

std::uint64_t effective_capabilities() {
  const auto status = read_text_file("/proc/self/status", kSmallFile);
  if (!status) return 0;
  for (std::string_view line : split(*status, '\n')) {
    if (!line.starts_with("CapEff:")) continue;
    std::uint64_t set = 0;
    std::istringstream(std::string(trim(line.substr(7)))) >> std::hex >> set;
    return set;
  }
  return 0;
}

void check_capabilities(std::vector<MachineCheck>& checks) {
  const std::uint64_t set = effective_capabilities();
  for (const Capability& capability : kCapabilities) {
    const bool has = (set >> capability.bit & 1) != 0;
    checks.push_back(
        {capability.name, has ? CheckResult::kGood : CheckResult::kBad,
         std::string(has ? "there, " : "missing: it is needed ") + capability.needed_for,
         has ? ""
             : "run as root, or: setcap cap_net_raw,cap_net_admin,cap_bpf,cap_perfmon+ep /path/to/anemone"});
  }
}

void check_kernel(std::vector<MachineCheck>& checks) {
  utsname name{};
  uname(&name);
  checks.push_back({"kernel", CheckResult::kGood, std::string(name.sysname) + " " + name.release, ""});
  const bool btf = std::filesystem::exists("/sys/kernel/btf/vmlinux");
  checks.push_back({"kernel types (BTF)", btf ? CheckResult::kGood : CheckResult::kNote,
                    btf ? "there"
                        : "not there: programs that look into the kernel's own data cannot be loaded; "
                          "listening does not need them",
                    btf ? "" : "a kernel with CONFIG_DEBUG_INFO_BTF=y, as most distributions build it"});
}

// What became of attaching the guard in a network namespace made for it; none where that cannot be made. The
// child ends without running what the parent has to clean up.
std::optional<std::string> try_guard() {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return std::nullopt;
  const pid_t child = fork();
  if (child < 0) return std::nullopt;
  if (child == 0) {
    close(ends[0]);
    if (unshare(CLONE_NEWNET) != 0) _exit(2);
    const auto facts = interface_facts("lo");
    const auto guard = facts ? EgressGuard::attach(*facts, GuardScope::kAll, GuardMode::kSilent)
                             : Result<EgressGuard>(facts.error());
    const std::string said = guard ? "" : guard.error().message;
    const bool told = write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
    _exit(told && guard ? 0 : 1);
  }
  close(ends[1]);
  std::string said;
  std::array<char, 512> part{};
  for (ssize_t got = 0; (got = read(ends[0], part.data(), part.size())) > 0;) {
    said.append(part.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 2) return std::nullopt;
  return said;
}

void check_guard(std::vector<MachineCheck>& checks) {
  const auto said = try_guard();
  if (!said) {
    checks.push_back({"egress guard", CheckResult::kBad,
                      "could not be tried: no network namespace can be made for it", "run as root"});
  } else if (said->empty()) {
    checks.push_back({"egress guard", CheckResult::kGood,
                      "loads and attaches (tried in a network namespace of its own)", ""});
  } else {
    checks.push_back(
        {"egress guard", CheckResult::kBad, *said,
         "a kernel with CONFIG_BPF_SYSCALL, CONFIG_NET_CLS_BPF and CONFIG_NET_SCH_INGRESS; 'anemone "
         "snoop --guard off' listens without"});
  }
}

MachineCheck interface_check(const std::string& name) {
  const auto facts = interface_facts(name);
  if (!facts) return {"interface " + name, CheckResult::kNote, facts.error().message, ""};
  std::string text = facts->up ? "up" : "down";
  text += ", MTU " + std::to_string(facts->mtu);
  if (facts->address) {
    text += ", " + print_address(*facts->address);
    if (const auto length = mask_length(facts->mask)) text += "/" + std::to_string(*length);
  } else {
    text += ", no IPv4 address: capture mode only";
  }
  if (has_default_route(name)) {
    text +=
        "; the default route leads here: with --guard all this machine would be cut off, so use --guard "
        "routing";
  }
  return {"interface " + name, facts->up ? CheckResult::kGood : CheckResult::kNote, text,
          facts->up ? "" : "ip link set " + name + " up"};
}

// The agent's capture is tried on a cgroup made for it, in which nobody is, and which goes again.
void check_host_capture(std::vector<MachineCheck>& checks) {
  const std::string tree = cgroup2_mount({});
  if (tree.empty()) {
    checks.push_back({"host capture", CheckResult::kNote,
                      "no cgroup v2 is mounted: 'anemone agent' captures packets instead, with less accuracy",
                      "mount -t cgroup2 none /sys/fs/cgroup/unified"});
    return;
  }
  const std::string cgroup = tree + "/anemone-doctor-" + std::to_string(getpid());
  std::error_code failed;
  if (!std::filesystem::create_directory(cgroup, failed)) {
    checks.push_back({"host capture", CheckResult::kNote,
                      "could not be tried: no cgroup can be made in " + tree, "run as root"});
    return;
  }
  {
    HostSourceConfig config;
    config.cgroup = cgroup;
    config.micro_flows_max = 64;
    const auto source = HostSource::open(config, [](const ProcessSeen&) { return kUnknownOwner; });
    if (!source) {
      checks.push_back({"host capture", CheckResult::kBad, source.error().message,
                        "Linux 5.8 or later with BTF; 'anemone agent --source packets' does without"});
    } else {
      checks.push_back(
          {"host capture", CheckResult::kGood, "loads and attaches (tried on a cgroup of its own)", ""});
      for (const std::string& limit : (*source)->limits())
        checks.push_back({"host capture", CheckResult::kNote, limit, ""});
    }
  }
  std::filesystem::remove(cgroup, failed);
}

void check_interfaces(std::vector<MachineCheck>& checks) {
  std::error_code failed;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/class/net", failed)) {
    const std::string name = entry.path().filename();
    if (name != "lo" && entry.is_directory()) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) checks.push_back(interface_check(name));
  if (names.empty()) {
    checks.push_back(
        {"interfaces", CheckResult::kNote, "none but loopback", "attach one to the network's area"});
  }
}

}  // namespace

const char* print_check_result(CheckResult result) {
  if (result == CheckResult::kGood) return "good";
  return result == CheckResult::kNote ? "note" : "bad";
}

std::vector<MachineCheck> check_machine() {
  std::vector<MachineCheck> checks;
  check_kernel(checks);
  check_capabilities(checks);
  check_guard(checks);
  check_host_capture(checks);
  check_interfaces(checks);
  return checks;
}

}  // namespace anemone

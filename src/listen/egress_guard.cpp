#include "listen/egress_guard.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/pkt_cls.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "bpf/egress_guard.h"
#include "bpf/programs.h"

namespace anemone {
namespace {

static_assert(kGuardedKinds == kGuardKinds);
constexpr std::string_view kProgram = "egress_guard";
constexpr std::uint32_t kHandle = 1;  // where among tc's filters ours stands: the first
constexpr std::uint32_t kPriority = 1;

Error refused(const std::string& interface, const std::string& what, int error) {
  std::string message = interface + ": the egress guard cannot be set up (" + what + ": " +
                        std::strerror(error < 0 ? -error : error) + ")";
  if (error == EPERM || error == -EPERM || error == EACCES || error == -EACCES) {
    message += "; it needs root, or CAP_BPF with CAP_NET_ADMIN";
  }
  return Error{message + "; --guard off listens without it"};
}

bpf_tc_hook hook_of(int interface) {
  bpf_tc_hook hook{};
  hook.sz = sizeof hook;
  hook.ifindex = interface;
  hook.attach_point = BPF_TC_EGRESS;
  return hook;
}

bpf_tc_opts our_place() {
  bpf_tc_opts place{};
  place.sz = sizeof place;
  place.handle = kHandle;
  place.priority = kPriority;
  return place;
}

// The name of a loaded program; empty when it cannot be told.
std::string program_name(std::uint32_t id) {
  const int fd = bpf_prog_get_fd_by_id(id);
  if (fd < 0) return {};
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  const bool told = bpf_obj_get_info_by_fd(fd, &info, &size) == 0;
  close(fd);
  return told ? std::string(info.name) : std::string();
}

// A name that one process in this network namespace can hold, and that goes with it.
int take_name(const std::string& name) {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), std::min(name.size(), sizeof address.sun_path - 2));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0) return fd;
  close(fd);
  return -1;
}

}  // namespace

const char* print_guarded_kind(std::size_t kind) {
  switch (kind) {
    case kGuardHello:
      return "hello";
    case kGuardDescription:
      return "dd";
    case kGuardRequest:
      return "lsr";
    case kGuardUpdate:
      return "lsu";
    case kGuardAck:
      return "ack";
    case kGuardOtherOspf:
      return "other_ospf";
    case kGuardIgmp:
      return "igmp";
    case kGuardArp:
      return "arp";
    case kGuardIpv6:
      return "ipv6";
    case kGuardIsis:
      return "isis";
    default:
      return "other";
  }
}

std::uint64_t GuardTally::total_stopped() const {
  return std::accumulate(stopped.begin(), stopped.end(), std::uint64_t{0});
}

struct EgressGuard::Impl {
  explicit Impl(InterfaceFacts the_interface) : interface(std::move(the_interface)) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> load(GuardScope scope, GuardMode mode);
  Result<void> attach();
  int map(const char* of) const { return bpf_object__find_map_fd_by_name(object, of); }

  InterfaceFacts interface;
  int name = -1;
  bpf_object* object = nullptr;
  int program = -1;
  std::uint32_t program_id = 0;
  bool is_attached = false;
};

EgressGuard::Impl::~Impl() {
  if (is_attached) {
    const bpf_tc_hook hook = hook_of(interface.index);
    const bpf_tc_opts place = our_place();
    bpf_tc_detach(&hook, &place);
  }
  bpf_object__close(object);
  if (name >= 0) close(name);
}

Result<void> EgressGuard::Impl::load(GuardScope scope, GuardMode mode) {
  const auto bytes = egress_guard_object();
  object = bpf_object__open_mem(bytes.data(), bytes.size(), nullptr);
  if (object == nullptr) return refused(interface.name, "reading the program", errno);
  if (const int error = bpf_object__load(object); error != 0) {
    return refused(interface.name, "loading the program", error);
  }
  program = bpf_program__fd(bpf_object__find_program_by_name(object, kProgram.data()));
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(program, &info, &size) == 0) program_id = info.id;
  const std::uint32_t only = 0;
  const GuardRules rules{static_cast<std::uint32_t>(interface.link_header), scope == GuardScope::kRouting,
                         mode == GuardMode::kAdjacency};
  if (bpf_map_update_elem(map("rules"), &only, &rules, BPF_ANY) != 0) {
    return refused(interface.name, "telling it the rules", errno);
  }
  return {};
}

// Takes the first place among the filters, or that of a guard that was left behind.
Result<void> EgressGuard::Impl::attach() {
  bpf_tc_hook hook = hook_of(interface.index);
  const int made = bpf_tc_hook_create(&hook);
  if (made != 0 && made != -EEXIST) return refused(interface.name, "tc's clsact", made);
  bpf_tc_opts there = our_place();
  if (bpf_tc_query(&hook, &there) == 0 && program_name(there.prog_id) != kProgram) {
    return Error{interface.name +
                 ": another tc filter has the first place at egress (priority 1, handle 1), "
                 "where the egress guard must stand; remove it, or listen with --guard off"};
  }
  bpf_tc_opts place = our_place();
  place.prog_fd = program;
  place.flags = BPF_TC_F_REPLACE;
  if (const int error = bpf_tc_attach(&hook, &place); error != 0) {
    return refused(interface.name, "attaching it", error);
  }
  is_attached = true;
  return {};
}

Result<EgressGuard> EgressGuard::attach(const InterfaceFacts& interface, GuardScope scope, GuardMode mode) {
  libbpf_set_print(nullptr);
  auto impl = std::make_unique<Impl>(interface);
  impl->name = take_name("anemone-egress-guard-" + std::to_string(interface.index));
  if (impl->name < 0) return Error{interface.name + ": another listener guards this interface already"};
  if (auto loaded = impl->load(scope, mode); !loaded) return loaded.error();
  if (auto attached = impl->attach(); !attached) return attached.error();
  return EgressGuard(std::move(impl));
}

EgressGuard::EgressGuard(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EgressGuard::EgressGuard(EgressGuard&&) noexcept = default;
EgressGuard& EgressGuard::operator=(EgressGuard&&) noexcept = default;
EgressGuard::~EgressGuard() = default;

Result<void> EgressGuard::allow(Ipv4 neighbor) {
  const std::uint32_t key = htonl(neighbor.value);
  const std::uint8_t yes = 1;
  if (bpf_map_update_elem(impl_->map("neighbors"), &key, &yes, BPF_ANY) == 0) return {};
  return Error{"the egress guard has no room for neighbour " + print_address(neighbor)};
}

GuardTally EgressGuard::tally() const {
  GuardTally tally;
  const int cpus = libbpf_num_possible_cpus();
  if (cpus <= 0) return tally;
  std::vector<GuardCounts> each(static_cast<std::size_t>(cpus));
  const std::uint32_t only = 0;
  if (bpf_map_lookup_elem(impl_->map("counts"), &only, each.data()) != 0) return tally;
  for (const GuardCounts& counts : each) {
    for (std::size_t kind = 0; kind < kGuardedKinds; ++kind) {
      tally.passed[kind] += counts.passed[kind];
      tally.stopped[kind] += counts.stopped[kind];
    }
  }
  return tally;
}

bool EgressGuard::attached() const {
  const bpf_tc_hook hook = hook_of(impl_->interface.index);
  bpf_tc_opts there = our_place();
  return bpf_tc_query(&hook, &there) == 0 && there.prog_id == impl_->program_id;
}

Result<bool> EgressGuard::would_pass(Bytes frame) const {
  bpf_test_run_opts run{};
  run.sz = sizeof run;
  run.data_in = frame.data();
  run.data_size_in = static_cast<std::uint32_t>(frame.size());
  if (bpf_prog_test_run_opts(impl_->program, &run) != 0) {
    return Error{std::string("the kernel does not run the program: ") + std::strerror(errno)};
  }
  return static_cast<std::int32_t>(run.retval) == TC_ACT_UNSPEC;
}

}  // namespace anemone

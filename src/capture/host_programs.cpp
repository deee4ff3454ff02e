#include "capture/host_programs.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <sstream>
#include <utility>

#include "bpf/programs.h"

namespace anemone {
namespace {

constexpr std::size_t kPage = 4096;  // or more, where a page is more
// When all slots are taken; half of what a bucket holds, so that hardly one is full.
constexpr std::uint32_t kFlowsPerBucket = kHostWays / 2;

class ProcessMap : public HostProcessMap {
 public:
  explicit ProcessMap(int fd) : fd_(fd) {}
  std::optional<HostProcess> find(std::uint32_t number) const override {
    HostProcess process{};
    if (bpf_map_lookup_elem(fd_, &number, &process) != 0) return std::nullopt;
    return process;
  }
  std::optional<std::uint32_t> first() const override { return next(nullptr); }
  std::optional<std::uint32_t> after(std::uint32_t number) const override { return next(&number); }
  void erase(std::uint32_t number) override { bpf_map_delete_elem(fd_, &number); }

 private:
  std::optional<std::uint32_t> next(const std::uint32_t* number) const {
    std::uint32_t found = 0;
    if (bpf_map_get_next_key(fd_, number, &found) != 0) return std::nullopt;
    return found;
  }
  int fd_;
};

struct Wanted {
  bool socket_made = true;  // cgroup/sock_create with socket storage
  bool senders = true;      // tracepoints at sending and receiving
  bool open_files = true;   // iter/task_file with bpf_sock_from_file
};

Error refused(const std::string& what, int error) {
  const int number = error < 0 ? -error : error;
  std::string message =
      "packets cannot be counted in the kernel (" + what + ": " + std::strerror(number) + ")";
  if (number == EPERM || number == EACCES)
    message += "; it needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN";
  return Error{message};
}

// libbpf's words while it loads; the last ones tell why it failed.
std::string& spoken() {
  static thread_local std::string words;
  return words;
}

int keep_words(libbpf_print_level level, const char* format, va_list values) {
  if (level != LIBBPF_WARN) return 0;
  std::array<char, 1024> line{};
  std::vsnprintf(line.data(), line.size(), format, values);
  spoken() += line.data();
  if (spoken().size() > 4096) spoken().erase(0, spoken().size() - 4096);
  return 0;
}

bool kernel_has(const btf* kernel, const char* name, std::uint32_t kind) {
  return btf__find_by_name_kind(kernel, name, kind) > 0;
}

}  // namespace

std::string cgroup2_mount(const std::string& mounts) {
  std::istringstream lines(mounts);
  std::string device;
  std::string place;
  std::string kind;
  std::string rest;
  while (lines >> device >> place >> kind && std::getline(lines, rest)) {
    if (kind == "cgroup2") return place;
  }
  return {};
}

struct HostPrograms::Impl {
  Impl() = default;
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> open(const HostProgramsConfig& config);
  void find_abilities(bool as_old_kernel);
  Result<void> set_up(const HostProgramsConfig& config);
  Result<void> map_memory();
  Result<void> attach(const HostProgramsConfig& config);
  Result<void> attach_to_cgroup(const char* name, int cgroup, const std::string& path);
  bool attach_tracepoint(const char* name);
  std::string who_excludes(const std::string& path, bpf_attach_type type) const;
  void look_at_open_files(bool changed);
  int map(const char* name) const { return bpf_object__find_map_fd_by_name(object, name); }
  bpf_program* program(const char* name) const { return bpf_object__find_program_by_name(object, name); }

  bpf_object* object = nullptr;
  std::vector<bpf_link*> links;
  HostAbilities can{};
  Wanted wanted;
  std::span<HostSlot> slots;
  std::span<HostRest> rests;
  std::span<HostBucket> buckets;
  HostRules* rules = nullptr;
  int free_slots = -1;
  int quiet = -1;
  int quiet_inner = -1;
  ring_buffer* ring = nullptr;
  std::optional<HostWire> wire;
  std::optional<ProcessMap> process_map;
  std::optional<HostProcesses> processes;
  const std::function<void(const HostEvent&)>* each = nullptr;
  std::vector<std::string> limits;
};

HostPrograms::Impl::~Impl() {
  wire.reset();
  for (bpf_link* link : links) bpf_link__destroy(link);
  if (ring != nullptr) ring_buffer__free(ring);
  if (!slots.empty()) munmap(slots.data(), slots.size_bytes());
  if (!rests.empty()) munmap(rests.data(), rests.size_bytes());
  if (!buckets.empty()) munmap(buckets.data(), buckets.size_bytes());
  if (rules != nullptr) munmap(rules, kPage);
  bpf_object__close(object);
  if (quiet >= 0) close(quiet);
  if (quiet_inner >= 0) close(quiet_inner);
}

// What the kernel can do is in its own description of itself, or tried with a small program.
void HostPrograms::Impl::find_abilities(bool as_old_kernel) {
  btf* kernel = btf__load_vmlinux_btf();
  can.coarse_clock = kernel_has(kernel, "bpf_ktime_get_coarse_ns", BTF_KIND_FUNC);
  can.netns_cookie =
      libbpf_probe_bpf_helper(BPF_PROG_TYPE_CGROUP_SKB, BPF_FUNC_get_netns_cookie, nullptr) == 1 &&
      libbpf_probe_bpf_helper(BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_get_netns_cookie, nullptr) == 1;
  can.task = libbpf_probe_bpf_helper(BPF_PROG_TYPE_CGROUP_SOCK, BPF_FUNC_get_current_task, nullptr) == 1;
  wanted.socket_made =
      libbpf_probe_bpf_helper(BPF_PROG_TYPE_CGROUP_SOCK, BPF_FUNC_sk_storage_get, nullptr) == 1;
  wanted.senders = kernel_has(kernel, "btf_trace_sock_send_length", BTF_KIND_TYPEDEF) &&
                   kernel_has(kernel, "bpf_get_current_task_btf", BTF_KIND_FUNC);
  wanted.open_files = kernel_has(kernel, "bpf_iter__task_file", BTF_KIND_STRUCT) &&
                      kernel_has(kernel, "bpf_sock_from_file", BTF_KIND_FUNC);
  if (as_old_kernel) {
    can.coarse_clock = can.netns_cookie = 0;
    wanted.senders = false;
  }
  can.all_noted = wanted.socket_made && wanted.open_files;
  btf__free(kernel);
  getrandom(&can.hash_seed, sizeof can.hash_seed, 0);
  if (!can.netns_cookie) limits.emplace_back("network namespaces are not told apart (before Linux 5.12)");
  if (!can.task)
    limits.emplace_back("programs are known by the thread that made the socket, without start time");
  if (!wanted.socket_made) {
    limits.emplace_back("owners of accepted connections are learnt from open files only (before Linux 5.9)");
  }
  if (!wanted.senders) {
    limits.emplace_back(
        "a socket handed to another process is noticed at the next look at open files (before Linux 6.3)");
  }
  if (!wanted.open_files) {
    limits.emplace_back(
        "sockets opened before this start have no owner until they are used (before Linux 5.11)");
  }
}

Result<void> HostPrograms::Impl::set_up(const HostProgramsConfig& config) {
  const auto set_off = [&](const char* name) { bpf_program__set_autoload(program(name), false); };
  if (!wanted.socket_made) set_off("host_made");
  if (!wanted.open_files) set_off("host_held");
  if (wanted.senders) {
    for (const char* name : {"host_connect4", "host_connect6", "host_sendmsg4", "host_sendmsg6"})
      set_off(name);
  } else {
    set_off("host_sent");
    set_off("host_received");
  }
  const auto slots_count = static_cast<std::uint32_t>(config.slots);
  for (const char* name : {"slots", "rests", "free_slots"}) {
    bpf_map__set_max_entries(bpf_object__find_map_by_name(object, name), slots_count);
  }
  const std::uint32_t buckets_count =
      std::bit_ceil(std::max<std::uint32_t>(slots_count / kFlowsPerBucket, 2));
  can.last_bucket = buckets_count - 1;
  bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "buckets"), buckets_count);
  bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "events"),
                           static_cast<std::uint32_t>(config.ring_bytes));
  std::size_t size = 0;
  bpf_map* read_only = bpf_object__find_map_by_name(object, ".rodata");
  bpf_map__initial_value(read_only, &size);
  if (size != sizeof can || bpf_map__set_initial_value(read_only, &can, sizeof can) != 0) {
    return Error{"the capture program and its loader do not fit together"};
  }
  return {};
}

Result<void> HostPrograms::Impl::map_memory() {
  const auto array = [&]<class Row>(const char* name, std::span<Row>& rows) {
    const std::size_t count = bpf_map__max_entries(bpf_object__find_map_by_name(object, name));
    void* memory = mmap(nullptr, count * sizeof(Row), PROT_READ | PROT_WRITE, MAP_SHARED, map(name), 0);
    if (memory != MAP_FAILED) rows = {static_cast<Row*>(memory), count};
    return memory != MAP_FAILED;
  };
  if (!array("slots", slots) || !array("rests", rests) || !array("buckets", buckets))
    return refused("mapping the counters", errno);
  void* memory = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, map(".data.rules"), 0);
  if (memory == MAP_FAILED) return refused("mapping the rules", errno);
  rules = static_cast<HostRules*>(memory);
  free_slots = map("free_slots");
  processes.emplace(process_map.emplace(map("processes")));
  for (auto number = static_cast<std::uint32_t>(slots.size()); number > 0; --number) {
    if (bpf_map_update_elem(free_slots, nullptr, &number, BPF_ANY) != 0) return refused("free slots", errno);
  }
  return {};
}

// The program that was attached, above `path` or there, in the way that admits no other; empty when none was.
std::string HostPrograms::Impl::who_excludes(const std::string& path, bpf_attach_type type) const {
  for (std::filesystem::path at = path; at.has_relative_path(); at = at.parent_path()) {
    const int cgroup = ::open(at.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::array<std::uint32_t, 64> ids{};
    std::uint32_t count = ids.size();
    std::uint32_t flags = 0;
    const bool told = cgroup >= 0 && bpf_prog_query(cgroup, type, 0, &flags, ids.data(), &count) == 0;
    if (cgroup >= 0) close(cgroup);
    if (!told || count == 0 || (flags & BPF_F_ALLOW_MULTI) != 0) continue;
    const int fd = bpf_prog_get_fd_by_id(ids[0]);
    bpf_prog_info info{};
    std::uint32_t size = sizeof info;
    const bool named = fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0;
    if (fd >= 0) close(fd);
    return "program " + std::to_string(ids[0]) + " (" + (named ? info.name : "?") + ") at " + at.string();
  }
  return {};
}

Result<void> HostPrograms::Impl::attach_to_cgroup(const char* name, int cgroup, const std::string& path) {
  bpf_program* what = program(name);
  bpf_link* link = bpf_program__attach_cgroup(what, cgroup);
  if (link != nullptr) {
    links.push_back(link);
    return {};
  }
  const int error = errno;
  const std::string who = who_excludes(path, bpf_program__expected_attach_type(what));
  if (!who.empty()) {
    return Error{
        "packets cannot be counted at " + path + ": " + who +
        " was attached so that no other may be (without BPF_F_ALLOW_MULTI); detach it, or choose a cgroup "
        "beside it"};
  }
  return refused(std::string("attaching ") + name + " to " + path, error);
}

bool HostPrograms::Impl::attach_tracepoint(const char* name) {
  bpf_link* link = bpf_program__attach(program(name));
  if (link == nullptr) return false;
  links.push_back(link);
  return true;
}

void HostPrograms::Impl::look_at_open_files(bool changed) {
  if (!wanted.open_files) return;
  bpf_link* link = bpf_program__attach_iter(program("host_held"), nullptr);
  if (link == nullptr) return;
  HostRules& now = *rules;
  ++now.look;
  for (std::uint32_t taking = 0; taking <= (changed ? 1U : 0U); ++taking) {
    now.taking = taking;
    const int walk = bpf_iter_create(bpf_link__fd(link));
    std::array<char, 256> nothing{};
    while (walk >= 0 && read(walk, nothing.data(), nothing.size()) > 0) {
    }
    if (walk >= 0) close(walk);
  }
  now.taking = 0;
  bpf_link__destroy(link);
}

// Owners first, so that no packet is counted of a socket whose owner could have been known.
Result<void> HostPrograms::Impl::attach(const HostProgramsConfig& config) {
  const int cgroup = ::open(config.cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (cgroup < 0) return Error{"no cgroup at " + config.cgroup + ": " + std::strerror(errno)};
  std::vector<const char*> names;
  if (wanted.socket_made) names.push_back("host_made");
  if (!wanted.senders) {
    names.insert(names.end(), {"host_connect4", "host_connect6", "host_sendmsg4", "host_sendmsg6"});
  }
  if (wanted.senders && (!attach_tracepoint("host_sent") || !attach_tracepoint("host_received"))) {
    limits.emplace_back(
        "the kernel refused its tracepoints: a socket handed to another process is noticed late");
    wanted.senders = false;
  }
  const auto attach_all = [&]() -> Result<void> {
    for (const char* name : names) {
      if (auto attached = attach_to_cgroup(name, cgroup, config.cgroup); !attached) return attached;
    }
    look_at_open_files(false);
    for (const char* name : {"host_in", "host_out"}) {
      if (auto attached = attach_to_cgroup(name, cgroup, config.cgroup); !attached) return attached;
    }
    return {};
  };
  auto attached = attach_all();
  close(cgroup);
  return attached;
}

Result<void> HostPrograms::Impl::open(const HostProgramsConfig& config) {
  libbpf_set_print(keep_words);
  spoken().clear();
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);  // before Linux 5.11 maps count against it
  const auto bytes = host_capture_object();
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    return Error{"this kernel does not describe itself (no /sys/kernel/btf/vmlinux, CONFIG_DEBUG_INFO_BTF)"};
  }
  object = bpf_object__open_mem(bytes.data(), bytes.size(), nullptr);
  if (object == nullptr) return refused("reading the programs", errno);
  find_abilities(config.as_old_kernel);
  if (auto set = set_up(config); !set) return set;
  if (const int error = bpf_object__load(object); error != 0) {
    Error why = refused("loading the programs", error);
    if (!spoken().empty()) why.message += "; libbpf says: " + spoken();
    return why;
  }
  if (auto mapped = map_memory(); !mapped) return mapped;
  quiet_inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "anemone_inner", 4, 4, 1, nullptr);
  bpf_map_create_opts outer{};
  outer.sz = sizeof outer;
  outer.inner_map_fd = static_cast<std::uint32_t>(quiet_inner);
  quiet = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "anemone_quiet", 4, 4, 1, &outer);
  if (quiet < 0) return refused("a map to wait with", errno);
  const auto on_event = [](void* self, void* data, std::size_t size) {
    if (size >= sizeof(HostEvent)) (*static_cast<Impl*>(self)->each)(*static_cast<const HostEvent*>(data));
    return 0;
  };
  ring = ring_buffer__new(map("events"), on_event, this, nullptr);
  if (ring == nullptr) return refused("the ring of events", errno);
  const auto fd = [&](const char* name) { return bpf_program__fd(program(name)); };
  wire.emplace(
      HostWire::Kernel{fd("host_wire_in"), fd("host_wire_out"), map("interface_rows"), map("interfaces")},
      config.as_old_kernel ? WireAttachment::kFilter : WireAttachment::kBest);
  return attach(config);
}

Result<HostPrograms> HostPrograms::load(const HostProgramsConfig& config) {
  auto impl = std::make_unique<Impl>();
  if (auto opened = impl->open(config); !opened) return opened.error();
  return HostPrograms(std::move(impl));
}

HostPrograms::HostPrograms(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HostPrograms::HostPrograms(HostPrograms&&) noexcept = default;
HostPrograms& HostPrograms::operator=(HostPrograms&&) noexcept = default;
HostPrograms::~HostPrograms() = default;

std::span<HostSlot> HostPrograms::slots() { return impl_->slots; }
std::span<const HostRest> HostPrograms::rests() { return impl_->rests; }
HostProcesses& HostPrograms::processes() { return *impl_->processes; }
HostWire& HostPrograms::wire() { return *impl_->wire; }
HostRules& HostPrograms::rules() { return *impl_->rules; }
const std::vector<std::string>& HostPrograms::limits() const { return impl_->limits; }
bool HostPrograms::sees_senders() const { return impl_->wanted.senders; }

// Changing a map of maps waits for all programs that may still use the old one: the only such wait that user
// space can ask for.
void HostPrograms::wait_until_quiet() {
  const std::uint32_t only = 0;
  bpf_map_update_elem(impl_->quiet, &only, &impl_->quiet_inner, BPF_ANY);
}

void HostPrograms::free_slot(std::uint32_t index) {
  const std::uint32_t number = index + 1;
  bpf_map_update_elem(impl_->free_slots, nullptr, &number, BPF_ANY);
}

void HostPrograms::forget(const HostKey& key, std::uint32_t index) {
  const auto mix = [](std::uint64_t hash, std::uint64_t more) {
    hash = (hash ^ more) * 0x9e3779b97f4a7c15;
    return hash ^ hash >> 32;
  };
  std::array<std::uint32_t, sizeof(HostKey) / 4> k{};
  std::memcpy(k.data(), &key, sizeof key);
  const auto pair = [&](std::size_t a, std::size_t b) { return std::uint64_t{k[a]} << 32 | k[b]; };
  std::uint64_t hash = mix(mix(mix(impl_->can.hash_seed, pair(0, 1)), pair(2, 3)), k[4]);
  if (key.version != 4) hash = mix(mix(mix(hash, pair(5, 6)), pair(7, 8)), pair(9, 10));
  const auto place = static_cast<std::uint32_t>(hash) & impl_->can.last_bucket;
  constexpr std::uint32_t kNumber = (1U << kHostNumberBits) - 1;
  for (const std::uint32_t at : {place, place ^ 1}) {
    for (std::uint32_t& entry : impl_->buckets[at].entries) {
      std::atomic_ref<std::uint32_t> here(entry);
      std::uint32_t seen = here.load(std::memory_order_relaxed);
      if ((seen & kNumber) == index + 1 && here.compare_exchange_strong(seen, 0)) return;
    }
  }
}

void HostPrograms::read_events(const std::function<void(const HostEvent&)>& each) {
  impl_->each = &each;
  ring_buffer__consume(impl_->ring);
  impl_->each = nullptr;
}

HostTally HostPrograms::tally() const {
  HostTally sum{};
  const int cpus = libbpf_num_possible_cpus();
  if (cpus <= 0) return sum;
  std::vector<HostTally> each(static_cast<std::size_t>(cpus));
  const std::uint32_t only = 0;
  if (bpf_map_lookup_elem(impl_->map("tally"), &only, each.data()) != 0) return sum;
  for (const HostTally& tally : each) {
    sum.overflowed += tally.overflowed;
    sum.lost_packets += tally.lost_packets;
    sum.lost_bytes += tally.lost_bytes;
    sum.malformed_packets += tally.malformed_packets;
    sum.malformed_bytes += tally.malformed_bytes;
    sum.owner_changes += tally.owner_changes;
  }
  return sum;
}

void HostPrograms::look_at_open_files(bool changed) { impl_->look_at_open_files(changed); }

}  // namespace anemone

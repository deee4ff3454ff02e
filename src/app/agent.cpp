// `anemone agent`: watches this host, and exports its flows with the programs behind them.
#include <fmt/format.h>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <csignal>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "agent/agent.h"
#include "app/arguments.h"
#include "app/commands.h"
#include "base/text.h"
#include "io/clock.h"
#include "io/http_server.h"
#include "io/poller.h"

namespace anemone {
namespace {

constexpr const char* kStory =
    "Watch this host: every packet of its sockets is counted in the kernel under its flow and the program "
    "that\n"
    "owns it, and becomes flow records with process, user, unit and container.\n"
    "\n"
    "Records go into the spool; from there to an Anemone server (--server), exactly once, however long it "
    "was\n"
    "away; and to IPFIX collectors (--collector). With --archive the host also keeps what it counted, so "
    "that\n"
    "questions about the past can be asked with another definition of a flow (anemone query).\n"
    "\n"
    "SIGHUP takes over changes of --config's file. docs/agent.md says more; 'anemone doctor' says what this\n"
    "machine can do.";

struct AgentOptions {
  AgentConfig config;
  std::string source = "auto";
  std::string spool_quota = "1G";
  std::string archive_quota = "512M";
  std::string memory = "256M";
  double cpu_percent = 5;
  std::uint64_t micro_flows = AgentConfig{}.micro_flows_max;
  std::uint64_t flows = AgentConfig{}.flows_max;
  std::uint64_t metrics_port = 0;
  bool check_only = false;
};

void say(const std::string& what) { fmt::print(stderr, "anemone agent: {}\n", what); }

std::string own_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

void declare(AgentOptions& options, Arguments& arguments) {
  AgentConfig& config = options.config;
  config.name = own_name();
  arguments.option("--name", config.name, "of this host, as the server is to know it");
  arguments.choice("--source", options.source, {"auto", "ebpf", "packets"},
                   "eBPF; captured packets, with less accuracy; auto: what the kernel lets us");
  arguments.option("--cgroup", config.cgroup, "count only the sockets of this cgroup (its folder)");
  arguments.option(
      "--interface", config.interfaces,
      "where what has no socket is counted as well; several; not given: all of this namespace; or none");
  arguments.option("--define", config.define, "what a flow is (docs/flow-definitions.md)");
  arguments.option("--rules", config.rules, "file with rules for applications (docs/application-rules.md)");
  arguments.option("--spool", config.spool, "folder where records wait; made when it is not there");
  arguments.option("--spool-quota", options.spool_quota,
                   "of the spool; when it is full the oldest records go");
  arguments.option("--archive", config.archive, "folder that keeps micro-flows for questions about the past");
  arguments.option("--archive-quota", options.archive_quota, "of the archive; the oldest go");
  arguments.option("--server", config.server, "Anemone server to upload to, as https://anemone:8443");
  arguments.option("--token", config.token, "file with the token that the server gave to agents");
  arguments.option("--authority", config.authority, "file with the certificate authority of the server");
  arguments.option("--collector", config.collectors,
                   "IPFIX collector: udp://HOST:4739, tcp://HOST:4739 or tls://HOST:4740; several");
  arguments.option("--cpu", options.cpu_percent, "budget in percent of one core; beyond it, detail is shed");
  arguments.option("--memory", options.memory, "budget; beyond it, detail is shed");
  arguments.option("--micro-flows", options.micro_flows, "how many the kernel keeps at most");
  arguments.option("--flows", options.flows, "how many flows are kept at most");
  arguments.option("--metrics-port", options.metrics_port, "Prometheus' /metrics on loopback; 0: none");
  arguments.option("--slice-log", config.slice_log,
                   "file that gets a line of JSON for each batch of records");
  arguments.flag("--check", options.check_only, "build everything, start nothing, and say whether it could");
}

Result<std::uint64_t> amount(const char* option, const std::string& text) {
  const auto value = parse_si(text);
  if (!value) return value.error().in(option);
  return static_cast<std::uint64_t>(*value);
}

Result<void> finish_options(AgentOptions& options) {
  AgentConfig& config = options.config;
  config.source = options.source == "ebpf"      ? SourceChoice::kEbpf
                  : options.source == "packets" ? SourceChoice::kPackets
                                                : SourceChoice::kAuto;
  const auto spool = amount("--spool-quota", options.spool_quota);
  if (!spool) return spool.error();
  const auto archive = amount("--archive-quota", options.archive_quota);
  if (!archive) return archive.error();
  const auto memory = amount("--memory", options.memory);
  if (!memory) return memory.error();
  config.spool_bytes = *spool;
  config.archive_bytes = *archive;
  config.budget = {options.cpu_percent / 100, *memory};
  config.micro_flows_max = options.micro_flows;
  config.flows_max = options.flows;
  if (options.metrics_port > 65535) return Error{"--metrics-port: want a port"};
  config.metrics_port = static_cast<std::uint16_t>(options.metrics_port);
  return check(config);
}

// The options as they are now: the command line, the environment, the file. The exit code when that is all.
std::optional<int> read_options(int argc, char** argv, AgentOptions& options) {
  Arguments arguments("agent", kStory);
  declare(options, arguments);
  if (const auto code = arguments.parse(argc, argv)) return code;
  if (auto good = finish_options(options); !good) {
    say(good.error().message);
    return kWrongUsage;
  }
  return std::nullopt;
}

void reload(int argc, char** argv, Agent& agent) {
  AgentOptions options;
  if (read_options(argc, argv, options)) return say("nothing was changed");
  const auto later = agent.reload(options.config);
  if (!later) return say("nothing was changed: " + later.error().message);
  say("the configuration was read again");
  for (const std::string& option : *later) say(option + " takes effect with the next start");
}

Result<std::unique_ptr<HttpServer>> serve_metrics(const AgentConfig& config, const Agent& agent) {
  if (config.metrics_port == 0) return std::unique_ptr<HttpServer>();
  HttpServerConfig http;
  http.port = config.metrics_port;
  auto server = std::make_unique<HttpServer>(http, [&agent](const HttpRequest& request) {
    if (request.path == "/metrics")
      return HttpResponse{200, "text/plain; version=0.0.4", agent.metrics(), {}};
    if (request.path == "/healthz" || request.path == "/readyz")
      return HttpResponse{200, "text/plain", "ok\n", {}};
    return http_error(404, "not_found", "an agent has /metrics and /healthz");
  });
  if (auto started = server->start(); !started) return started.error();
  return server;
}

// Lets go of the pages of code and constants that are mapped: those that running needs come back when they
// are touched, from memory that the machine has of the file anyhow. Never what may be written, or was
// relocated.
int let_go_of_code(dl_phdr_info* object, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (const ElfW(Phdr) & part : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
    if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0) continue;
    const std::uintptr_t from = (object->dlpi_addr + part.p_vaddr) / page * page;
    const std::uintptr_t to = object->dlpi_addr + part.p_vaddr + part.p_memsz;
    ::madvise(std::bit_cast<void*>(from), to - from, MADV_DONTNEED);
  }
  return 0;
}

// What loading programs into the kernel took goes back to it, and what a slice that ended took will.
void keep_memory_small() {
  constexpr int kLarge = 128 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
  ::mallopt(M_TRIM_THRESHOLD, kLarge);
  ::malloc_trim(0);
  ::dl_iterate_phdr(let_go_of_code, nullptr);
}

int run_agent(int argc, char** argv, const AgentOptions& options) {
  const SystemClock clock;
  auto stop = StopSignals::open(true);
  if (!stop) return say(stop.error().message), kFailed;
  auto agent = Agent::open(options.config, clock);
  if (!agent) return say(agent.error().message), kFailed;
  keep_memory_small();
  for (const std::string& limit : (*agent)->limits()) say(limit);
  if (options.check_only) return say("everything is in order"), kDone;
  auto metrics = serve_metrics(options.config, **agent);
  if (!metrics) return say(metrics.error().message), kFailed;
  (*agent)->say = say;
  if (auto started = (*agent)->start(); !started) return say(started.error().message), kFailed;
  say(fmt::format("watching ({}); records go to {}", (*agent)->source_kind(), options.config.spool));
  Poller poller;
  poller.watch(stop->fd());
  for (Duration wait{0};;) {
    if (poller.wait(wait).empty()) {
      wait = (*agent)->tick();
      continue;
    }
    if (stop->take() != SIGHUP) break;
    reload(argc, argv, **agent);
  }
  (*agent)->finish();
  if (*metrics) (*metrics)->stop();
  return kDone;
}

}  // namespace

int agent(int argc, char** argv) {
  AgentOptions options;
  if (const auto code = read_options(argc, argv, options)) return *code;
  return run_agent(argc, argv, options);
}

}  // namespace anemone

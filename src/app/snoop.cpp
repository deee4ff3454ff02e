// `anemone snoop`: listens to the routing protocol, live.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/listen_options.h"
#include "app/snoop_status.h"
#include "lsdb/lsa_log_file.h"

namespace anemone {
namespace {

struct SnoopOptions {
  ListenOptions listen;
  std::string log;
  std::string status;
  std::string listen_for = "0s";
};

constexpr const char* kStory =
    "Listen to the routing protocol on one or several interfaces, and keep every LSA in a log.\n"
    "\n"
    "  --interface eth1                  capture: nothing is ever sent. Hears what is flooded on the link; "
    "what was\n"
    "                                    flooded before comes when its router refreshes it: within an hour "
    "the\n"
    "                                    database is whole. For mirror ports add promiscuous=yes.\n"
    "  --interface eth1,mode=adjacency   a neighbour that stays in Exchange: hears every LSA of the area "
    "within\n"
    "                                    seconds and all that follow, and appears in no LSA and no route. "
    "Area and\n"
    "                                    timers are those of the first hello heard, or "
    "area=0.0.0.1,hello=10,dead=40.\n"
    "                                    More: router-id=, "
    "network=broadcast|point-to-point|point-to-multipoint|nbma,\n"
    "                                    address=, neighbor=ADDRESS (only these), mtu-ignore=yes, rests=no.\n"
    "\n"
    "Other areas tell only their summaries: give each area an interface. An egress guard in the kernel lets "
    "nothing\n"
    "leave the interface but what the mode needs; docs/listening.md says more.";

void say(const std::string& what) { fmt::print(stderr, "anemone snoop: {}\n", what); }

// A status file is replaced as a whole: whoever reads it never sees half of one.
void write_status(const std::string& path, const std::string& text) {
  const std::string beside = path + ".new";
  std::ofstream(beside) << text;
  std::error_code failed;
  std::filesystem::rename(beside, path, failed);
  if (failed) say(path + ": " + failed.message());
}

// Appends what was heard to the file; its numbers of vantage points need not be the log's.
Result<void> append(const LsaLog& log, LsaLogWriter& file) {
  std::vector<std::uint16_t> numbers;
  for (const std::string& name : log.vantages) {
    auto number = file.vantage(name);
    if (!number) return number.error();
    numbers.push_back(*number);
  }
  for (HeardLsa heard : log.entries) {
    heard.vantage = numbers[heard.vantage];
    file.append(heard);
  }
  for (VantageMark mark : log.marks) {
    mark.vantage = numbers[mark.vantage];
    file.append(mark);
  }
  return file.flush(LsaLogWriter::Until::kKernel);
}

// What was heard goes into the log and into the database that the progress is told from.
class Session {
 public:
  Session(const SnoopOptions& options, Snooper& snooper, std::optional<LsaLogWriter> file)
      : options_(options), snooper_(snooper), file_(std::move(file)) {}

  int run(Duration listen_for, const StopSignals& stop) {
    const Time end = listen_for > Duration{0} ? clock_.now() + listen_for : Time::max();
    bool going_on = true;
    Result<void> kept;
    while (going_on && kept && clock_.now() < end) {
      going_on = snooper_.run(std::min<Duration>(1s, end - clock_.now()), stop.fd());
      kept = take();
      if (clock_.now() < tell_at_) continue;
      const Time before = clock_.now();
      tell();
      // Of a large database, telling costs more: never more than a twentieth of the time.
      tell_at_ = clock_.now() + std::max<Duration>(1s, 20 * (clock_.now() - before));
    }
    snooper_.stop();
    if (kept) kept = take();
    if (kept && file_) kept = file_->flush(LsaLogWriter::Until::kDisk);
    if (terminal_) fmt::print(stderr, "\n");
    say(progress_line(snooper_, lsdb_));
    if (!kept) say("the log cannot be written: " + kept.error().message);
    return kept ? kDone : kFailed;
  }

 private:
  Result<void> take() {
    Result<void> kept;
    if (file_) kept = append(snooper_.log(), *file_);
    for (HeardLsa& heard : snooper_.log().entries) {
      heard.time = std::max(heard.time, lsdb_.time());  // the clock may have been set back
      lsdb_.install(heard);
    }
    snooper_.log().entries.clear();
    snooper_.log().marks.clear();
    lsdb_.advance(std::max(lsdb_.time(), wall_.now()));
    return kept;
  }

  void tell() {
    const auto lines = neighbor_lines(snooper_);
    if (terminal_ && lines != told_) fmt::print(stderr, "\r\033[K");
    for (const std::string& line : lines) {
      if (std::find(told_.begin(), told_.end(), line) == told_.end()) say(line);
    }
    told_ = lines;
    if (terminal_) fmt::print(stderr, "\r\033[K{}", progress_line(snooper_, lsdb_));
    if (!options_.status.empty()) {
      write_status(options_.status, status_json(snooper_, lsdb_, started_, wall_.now()));
    }
  }

  const SnoopOptions& options_;
  Snooper& snooper_;
  std::optional<LsaLogWriter> file_;
  SteadyClock clock_;
  SystemClock wall_;
  Time started_ = wall_.now();
  Time tell_at_{};
  Lsdb lsdb_;
  bool terminal_ = isatty(STDERR_FILENO) != 0;
  std::vector<std::string> told_;
};

// What the log's earlier runs knew when they ended; nothing for a new log, or one too large to look through.
Result<std::optional<Lsdb>> read_before(const std::string& path) {
  constexpr std::uintmax_t kLogMax = std::uintmax_t{512} << 20;
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  if (path.empty() || none || size == 0) return std::optional<Lsdb>();
  if (size > kLogMax) {
    say(path + ": too large to look through; what was flushed since its end is noticed when it dies of age");
    return std::optional<Lsdb>();
  }
  auto reader = LsaLogReader::open(path);
  if (!reader) return reader.error();
  LsaLog log;
  if (auto read = reader->read(log); !read) return read.error();
  log.sort();
  Lsdb before;
  for (const HeardLsa& heard : log.entries) before.install(heard);
  before.advance(std::max(before.time(), SystemClock().now()));
  return std::optional<Lsdb>(std::move(before));
}

Result<std::optional<LsaLogWriter>> open_log(const std::string& path) {
  if (path.empty()) {
    say("nothing is kept: no --log is given");
    return std::optional<LsaLogWriter>();
  }
  auto file = LsaLogWriter::open(path);
  if (!file) return file.error();
  if (file->cut_bytes() > 0)
    say(fmt::format("{}: {} bytes of a torn record cut off", path, file->cut_bytes()));
  return std::optional<LsaLogWriter>(std::move(*file));
}

int fail(const Error& error) {
  say(error.message);
  return kFailed;
}

}  // namespace

int snoop(int argc, char** argv) {
  SnoopOptions options;
  Arguments arguments("snoop", kStory);
  options.listen.declare(arguments);
  arguments.option("--log", options.log, "the LSA log; one that is there is appended to");
  arguments.option("--status", options.status,
                   "a file that is rewritten with the state each second, as JSON");
  arguments.option("--for", options.listen_for, "end after this time, as 90s or 2h; 0s: never");
  if (const auto code = arguments.parse(argc, argv)) return *code;
  const auto listen_for = parse_duration(options.listen_for);
  auto config =
      listen_for ? options.listen.configure() : Result<SnooperConfig>(listen_for.error().in("--for"));
  if (!config) {
    say(config.error().message);
    return kWrongUsage;
  }
  const GuardChoice guard = config->guard;
  auto stop = StopSignals::open();
  if (!stop) return fail(stop.error());
  const auto before = read_before(options.log);
  if (!before) return fail(before.error());
  auto file = open_log(options.log);
  if (!file) return fail(file.error());
  auto snooper = Snooper::open(std::move(*config));
  if (!snooper) return fail(snooper.error());
  if (*before) (*snooper)->remember(**before);
  for (const Snooper::Place& place : (*snooper)->places()) say(limits_of(place, guard, SystemClock().now()));
  return Session(options, **snooper, std::move(*file)).run(*listen_for, *stop);
}

}  // namespace anemone

#include "app/counter_feed.h"

#include <cstdio>

#include "view/metrics.h"

namespace anemone {
namespace {

constexpr std::uint64_t kSaidMax = 10;  // lines of a file that are named
constexpr int kAtOnce = 16;             // pieces of a file, so that nobody waits long

}  // namespace

void say_counter_problems(const std::string& path, const std::vector<CounterProblem>& problems,
                          std::uint64_t said_before) {
  for (const CounterProblem& problem : problems) {
    if (said_before >= kSaidMax) return;
    std::fprintf(stderr, "anemone: %s:%llu:%zu: %s%s\n", path.c_str(),
                 static_cast<unsigned long long>(problem.line), problem.column, problem.what.c_str(),
                 ++said_before == kSaidMax ? " (further ones are only counted)" : "");
  }
}

CounterFeed::CounterFeed(const std::vector<std::string>& paths, LinkCounters& counters)
    : counters_(counters) {
  for (const std::string& path : paths) files_.push_back({CounterFile(path), "", 0});
}

void CounterFeed::follow() {
  for (Followed& followed : files_) follow(followed);
}

void CounterFeed::follow(Followed& followed) {
  std::vector<CounterSample> samples;
  std::vector<CounterProblem> problems;
  for (int i = 0; i < kAtOnce; ++i) {
    const auto more = followed.file.read(samples, problems);
    for (const CounterSample& sample : samples) counters_.add(sample);
    say_counter_problems(followed.file.path(), problems, followed.problems);
    followed.problems += problems.size();
    problems_ += problems.size();
    samples.clear();
    problems.clear();
    const std::string problem = more ? "" : more.error().message;
    if (!problem.empty() && problem != followed.problem) {
      std::fprintf(stderr, "anemone: %s: waiting for it\n", problem.c_str());
    }
    followed.problem = problem;
    if (!more || !*more) return;
  }
}

std::string CounterFeed::metrics_text() const {
  std::string text;
  append_counter(text, "anemone_counter_bad_lines_total", "lines of counters that were not understood",
                 problems_);
  return text;
}

Result<void> read_counter_files(const std::vector<std::string>& paths, LinkCounters& counters) {
  for (const std::string& path : paths) {
    std::vector<CounterProblem> problems;
    if (auto read = read_counter_file(path, counters, problems); !read) return read;
    say_counter_problems(path, problems, 0);
  }
  return {};
}

}  // namespace anemone

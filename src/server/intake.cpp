#include "server/intake.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "ipfix/message.h"
#include "record/ipfix_reader.h"

namespace anemone {
namespace {

constexpr Duration kFactsAgain = 24h;

struct Leaving {
  std::atomic<std::size_t>& waiting;
  ~Leaving() { --waiting; }
};

// Of which definition a file is, and up to when it tells everything.
struct FileHead {
  std::uint32_t domain = 0;
  Time until{};  // the newest export time, whole seconds
  // A second definition sees the same traffic once more.
  bool is_first() const { return domain < 2; }
};

FileHead head_of(Bytes file) {
  FileHead head;
  while (const std::size_t length = ipfix_message_length(file)) {
    ByteReader in(file);
    ipfix::MessageHeader header;
    if (ipfix::read_header(in, header) != ipfix::Refusal::kNone) break;
    head.domain = header.domain;
    head.until = std::max(head.until, header.export_time);
    if (length >= file.size()) break;
    file = file.subspan(length);
  }
  return head;
}

// Its records are kept under an observer of their own, "web1#2", so that nobody adds them to those of the
// first.
std::string observer_name(const std::string& agent, const FileHead& head) {
  return head.is_first() ? agent : agent + "#" + std::to_string(head.domain);
}

}  // namespace

IntakeAnswer Intake::take(const std::string& agent, const std::string& stream, std::uint64_t sequence,
                          Bytes file) {
  const std::string source = "agent:" + agent + ":" + stream;
  const auto last = store_.progress(source);
  if (last && sequence <= last->id) {
    ++counters_.repeated;
    return {IntakeOutcome::kHad, 0, ""};
  }
  if (++waiting_ > config_.waiting_max) {
    --waiting_;
    ++counters_.busy;
    return {IntakeOutcome::kBusy, 0, "too many files at once"};
  }
  const Leaving leaving{waiting_};
  IntakeAnswer answer = keep(agent, source, sequence, file);
  switch (answer.outcome) {
    case IntakeOutcome::kKept:
      ++counters_.files;
      counters_.records += answer.records;
      counters_.bytes += file.size();
      break;
    case IntakeOutcome::kBadFile:
      ++counters_.bad_files;
      break;
    default:
      ++counters_.store_failed;
  }
  return answer;
}

IntakeAnswer Intake::keep(const std::string& agent, const std::string& source, std::uint64_t sequence,
                          Bytes file) {
  if (file.empty()) return {IntakeOutcome::kBadFile, 0, "an empty file"};
  FileHead head = head_of(file);
  auto observer = store_.observer(observer_name(agent, head));
  if (!observer) return {IntakeOutcome::kStoreFailed, 0, observer.error().message};
  IpfixReaderConfig reader_config;
  reader_config.observer = *observer;
  IpfixReader reader(reader_config);
  auto names = std::make_shared<RecordNames>();
  Batch batch;
  if (auto read = reader.read(file, *names, batch.records); !read) {
    return {IntakeOutcome::kBadFile, 0, read.error().message};
  }
  const Time latest = clock_.now() + config_.ahead_max;
  counters_.bad_times += std::erase_if(batch.records, [&](const FlowRecord& record) {
    return record.start < Time{} || record.start > latest;
  });
  batch.source = source;
  batch.id = sequence;
  batch.at = std::max(Time{}, std::min(clock_.now(), latest));
  if (head.until > latest) head.until = Time{};
  const bool counts = live_ != nullptr && head.is_first();
  if (live_ != nullptr) note_progress(agent, counts ? head.until : Time{}, batch);
  batch.names = std::move(names);
  if (counts) note_places(*observer, places_of(*observer, reader.take_host_facts(), batch), batch);
  if (auto kept = store_.append(batch); !kept) return {IntakeOutcome::kStoreFailed, 0, kept.error().message};
  if (counts) {
    live_->take({agent, *observer, head.until, batch.records, batch.names.get(), batch.hosts});
  }
  return {IntakeOutcome::kKept, batch.records.size(), ""};
}

// How far the agent has reported stands with its last batch, whichever that is.
void Intake::note_progress(const std::string& agent, Time until, Batch& batch) const {
  batch.progress = print_reported(std::max(until, live_->reported_until(agent)));
}

// Facts that say nothing new are kept once a period, so that each period's file can be read alone.
void Intake::note_places(ObserverId observer, std::vector<HostFacts> facts, Batch& batch) const {
  for (HostFacts& one : facts) {
    if (one.at < Time{} || one.at > clock_.now() + config_.ahead_max) continue;
    if (live_->hosts().is_news(observer, one, slice_start(one.at, kFactsAgain))) {
      batch.hosts.push_back({observer, std::move(one)});
    }
  }
}

// What the host said of itself, since its records show it; where it said nothing, what they show.
std::vector<HostFacts> Intake::places_of(ObserverId observer, std::vector<HostFacts> said,
                                         const Batch& batch) const {
  const std::optional<HostFacts> known = live_->hosts().newest(observer);
  if (!said.empty()) {
    date_back(said.front(), batch.records, *batch.names, known);
    return said;
  }
  auto inferred = inferred_place(batch.records, *batch.names, known);
  return inferred ? std::vector{std::move(*inferred)} : std::vector<HostFacts>();
}

IntakeCounters Intake::counters() const {
  return {counters_.files,     counters_.records,   counters_.bytes, counters_.repeated,
          counters_.bad_files, counters_.bad_times, counters_.busy,  counters_.store_failed};
}

}  // namespace anemone

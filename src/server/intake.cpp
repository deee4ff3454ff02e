#include "server/intake.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "ipfix/message.h"
#include "record/ipfix_reader.h"

namespace anemone {
namespace {

struct Leaving {
  std::atomic<std::size_t>& waiting;
  ~Leaving() { --waiting; }
};

// A second definition sees the same traffic once more. Its records are kept under an observer of their own,
// "web1#2", so that nobody adds them to those of the first; the file's observation domain tells which it was.
std::string observer_name(const std::string& agent, Bytes file) {
  ByteReader in(file);
  ipfix::MessageHeader header;
  if (ipfix::read_header(in, header) != ipfix::Refusal::kNone || header.domain < 2) return agent;
  return agent + "#" + std::to_string(header.domain);
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
  auto observer = store_.observer(observer_name(agent, file));
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
  batch.names = std::move(names);
  if (auto kept = store_.append(batch); !kept) return {IntakeOutcome::kStoreFailed, 0, kept.error().message};
  return {IntakeOutcome::kKept, batch.records.size(), ""};
}

IntakeCounters Intake::counters() const {
  return {counters_.files,     counters_.records,   counters_.bytes, counters_.repeated,
          counters_.bad_files, counters_.bad_times, counters_.busy,  counters_.store_failed};
}

}  // namespace anemone

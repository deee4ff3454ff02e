#include "agent/resumption.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "flow/left_over.h"
#include "io/text_file.h"

namespace anemone {
namespace {

constexpr std::size_t kNoteMax = 16 << 20;
constexpr const char* kBootPath = "/proc/sys/kernel/random/boot_id";
constexpr Duration kWithoutSlices = 10s;  // open_ is kept by these where the definition has none
constexpr Duration kReadingMax = 60s;  // the reading that came after the last note began before this was over
constexpr std::string_view kNoMark = "-";
constexpr std::string_view kEnd = "end";

std::string pair_of(std::uint64_t packets, std::uint64_t bytes) {
  return std::to_string(packets) + " " + std::to_string(bytes);
}

std::string this_boot() {
  const auto text = read_text_file(kBootPath, 256);
  return text ? std::string(trim(*text)) : "unknown";
}

// In place, each second: a rename over the old one would make some file systems write to the disk at once. A
// process that is killed has written whole pages; what is behind kEnd is of an older note.
Result<void> write_over(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 && ::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  const int problem = errno;
  if (file >= 0) ::close(file);
  if (!written) return Error{path + ": " + std::strerror(problem)};
  return {};
}

// Counters that begin again (an interface that was made anew) are told as they are.
std::uint64_t grown(std::uint64_t before, std::uint64_t now) { return now >= before ? now - before : now; }

}  // namespace

std::string Resumption::print(const Note& note) {
  std::string text = "time " + std::to_string(micros(note.at)) + "\nboot " + note.boot + "\nmark " +
                     (note.mark.empty() ? std::string(kNoMark) : note.mark) + "\nopen " +
                     pair_of(note.open.packets, note.open.bytes) + "\n";
  for (const auto& [name, counts] : note.interfaces)
    text += "interface " + name + " " + pair_of(counts.packets, counts.bytes) + "\n";
  return text + std::string(kEnd) + "\n";
}

std::optional<Resumption::Note> Resumption::parse(const std::string& text) {
  Note note;
  for (const std::string_view line : split(text, '\n')) {
    const auto parts = words(line);
    const auto number = [&](std::size_t i) {
      return i < parts.size() ? parse_u64(parts[i]).value_or(0) : std::uint64_t{0};
    };
    if (line == kEnd) break;
    if (parts.size() < 2) continue;
    if (parts[0] == "time") note.at = time_from_micros(static_cast<std::int64_t>(number(1) & INT64_MAX));
    if (parts[0] == "boot") note.boot = parts[1];
    if (parts[0] == "mark") note.mark = parts[1] == kNoMark ? "" : std::string(parts[1]);
    if (parts[0] == "open") note.open = {number(1), number(2)};
    if (parts[0] == "interface") note.interfaces[std::string(parts[1])] = {number(2), number(3)};
  }
  if (note.at == Time{}) return std::nullopt;
  return note;
}

std::string Resumption::take_up(const std::string& archive, const std::string& mark, Time now,
                                RecordNames& names, const Take& take) {
  boot_ = this_boot();
  const auto text = read_text_file(path_, kNoteMax);
  const auto note = text ? parse(*text) : std::nullopt;
  if (!note) return {};
  if (const auto handed_on = parse_handed_on(mark); handed_on && !archive.empty()) {
    const LeftOver found = left_over(archive, *handed_on, note->at + kReadingMax, names, take);
    counts_.rebuilt_packets = found.packets;
    counts_.rebuilt_bytes = found.bytes;
  }
  if (note->mark == mark) {  // else that slice was handed on after the note
    counts_.lost_packets = note->open.packets - std::min(note->open.packets, counts_.rebuilt_packets);
    counts_.lost_bytes = note->open.bytes - std::min(note->open.bytes, counts_.rebuilt_bytes);
  }
  count_unwatched(*note, now);
  return story(*note);
}

void Resumption::count_unwatched(const Note& note, Time now) {
  counts_.unwatched = std::max(now - note.at, Duration{0});
  const auto interfaces = interface_counts();
  if (!interfaces || note.boot != boot_) return;
  for (const auto& [name, counts] : *interfaces) {
    const auto before = note.interfaces.find(name);
    const InterfaceCounts then = before == note.interfaces.end() ? InterfaceCounts{} : before->second;
    counts_.unwatched_packets += grown(then.packets, counts.packets);
    counts_.unwatched_bytes += grown(then.bytes, counts.bytes);
  }
}

std::string Resumption::story(const Note& note) const {
  const auto amount = [](std::uint64_t packets, std::uint64_t bytes) {
    return std::to_string(packets) + " packets (" + std::to_string(bytes) + " bytes)";
  };
  const std::string passed =
      note.boot == boot_
          ? "while interfaces counted " + amount(counts_.unwatched_packets, counts_.unwatched_bytes)
          : "over a start of the machine: what passed meanwhile cannot be told";
  return "the agent before was killed: nobody counted for " + std::to_string(counts_.unwatched / 1ms) +
         " ms from " + print_time(note.at) + ", " + passed + "; of what it had counted " +
         amount(counts_.rebuilt_packets, counts_.rebuilt_bytes) + " are put into records from the archive, " +
         amount(counts_.lost_packets, counts_.lost_bytes) + " are lost";
}

void Resumption::counted(std::span<const MicroFlow> micro_flows, Duration slice) {
  if (slice <= Duration{0}) slice = kWithoutSlices;
  Time from{};
  Sum* sum = nullptr;
  for (const MicroFlow& micro_flow : micro_flows) {
    const Time time = micro_flow.event.time;
    if (sum == nullptr || time < from || time >= from + slice) {
      from = slice_start(time, slice);
      sum = &open_[from];
    }
    sum->packets += micro_flow.event.packets;
    sum->bytes += micro_flow.event.bytes;
  }
}

void Resumption::handed_on(Time before) { open_.erase(open_.begin(), open_.lower_bound(before)); }

Resumption::Sum Resumption::open() const {
  Sum all;
  for (const auto& [from, sum] : open_) {
    all.packets += sum.packets;
    all.bytes += sum.bytes;
  }
  return all;
}

Result<void> Resumption::note(Time now, const CountsByInterface& interfaces, const std::string& mark) {
  return write_over(path_, print({now, boot_, mark, open(), interfaces}));
}

void Resumption::end_well() { ::unlink(path_.c_str()); }

}  // namespace anemone

#include "flow/left_over.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "flow/event_archive.h"
#include "io/text_file.h"

namespace anemone {
namespace {

constexpr TimeRange kAlways{Time{}, Time::max()};
constexpr std::size_t kFileMax = std::size_t{512} << 20;
constexpr Duration kLate = 60s;  // micro-flows may be told a little after they began

class Sifter {
 public:
  Sifter(const HandedOn& handed_on, Time until, RecordNames& names,
         const std::function<void(std::span<const MicroFlow>)>& take)
      : handed_on_(handed_on), until_(until), names_(names), take_(take) {}

  void look_at(const std::string& path) {
    const auto text = read_text_file(path, kFileMax);
    if (!text) return;
    EventFileReader file({reinterpret_cast<const std::uint8_t*>(text->data()), text->size()}, names_);
    std::vector<ArchivedEvent> events;
    std::vector<MicroFlow> some;
    while (const auto counted = file.next(kAlways, events)) {
      if (counted->from >= until_) continue;
      const bool all = counted->to > handed_on_.archived;
      some.clear();
      for (const ArchivedEvent& event : events) {
        if (!all && event.time < handed_on_.before) continue;
        some.push_back(file.micro_flow(event));
        found_.packets += event.packets;
        found_.bytes += event.bytes;
      }
      found_.micro_flows += some.size();
      if (!some.empty()) take_(some);
    }
    found_.files_torn += file.torn() > 0;
  }

  const LeftOver& found() const { return found_; }

 private:
  const HandedOn handed_on_;
  const Time until_;
  RecordNames& names_;
  const std::function<void(std::span<const MicroFlow>)>& take_;
  LeftOver found_;
};

}  // namespace

std::string print_handed_on(const HandedOn& handed_on) {
  return std::to_string(micros(handed_on.before)) + "." + std::to_string(micros(handed_on.archived));
}

Result<HandedOn> parse_handed_on(std::string_view text) {
  const auto parts = split(text, '.');
  const Error wrong{"'" + std::string(text) + "': want two numbers of microseconds"};
  if (parts.size() != 2) return wrong;
  const auto before = parse_u64(parts[0]);
  const auto archived = parse_u64(parts[1]);
  if (!before || !archived || *before > INT64_MAX || *archived > INT64_MAX) return wrong;
  return HandedOn{time_from_micros(static_cast<std::int64_t>(*before)),
                  time_from_micros(static_cast<std::int64_t>(*archived))};
}

LeftOver left_over(const std::string& folder, const HandedOn& handed_on, Time until, RecordNames& names,
                   const std::function<void(std::span<const MicroFlow>)>& take) {
  Sifter sifter(handed_on, until, names, take);
  const Time since = std::min(handed_on.before, handed_on.archived);
  const auto files = event_files(folder);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool before = i + 1 < files.size() && files[i + 1].from + kLate < since;
    if (!before) sifter.look_at(files[i].path);
  }
  return sifter.found();
}

}  // namespace anemone

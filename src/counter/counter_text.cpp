#include "counter/counter_text.h"

#include <algorithm>

#include "base/text.h"

namespace anemone {
namespace {

constexpr std::size_t kNameMax = 512;  // bytes

// One line's values, and where they stand.
struct Row {
  explicit Row(std::string_view text) : line(text), values(split(text, ',')) {}
  std::size_t column(std::size_t at) const {
    if (at >= values.size()) return line.size() + 1;
    return static_cast<std::size_t>(values[at].data() - line.data()) + 1;
  }
  std::string_view value(std::size_t at) const { return at < values.size() ? trim(values[at]) : ""; }

  std::string_view line;
  std::vector<std::string_view> values;
};

Result<std::string> read_name(std::string_view text) {
  if (text.empty()) return Error{"want a link's id or ROUTER:INTERFACE"};
  if (text.size() > kNameMax) return Error{"a name of more than 512 bytes"};
  return std::string(text);
}

}  // namespace

// Whether it is a line of names, which tells in which order values come.
bool CounterText::read_head(const std::vector<std::string_view>& values) {
  const auto place = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(values, name, trim) - values.begin());
  };
  Columns columns{place("time"), place("link"), std::min(place("bytes"), place("octets")), place("packets")};
  if (std::max({columns.time, columns.link, columns.bytes}) >= values.size()) return false;
  columns_ = columns;
  return true;
}

void CounterText::read_line(std::string_view line, std::vector<CounterSample>& samples,
                            std::vector<CounterProblem>& problems) {
  ++line_;
  const Row row(line);
  if (trim(line).empty() || trim(line).front() == '#' || read_head(row.values)) return;
  const auto refuse = [&](std::size_t at, const std::string& what) {
    problems.push_back({line_, row.column(at), what});
  };
  CounterSample sample;
  const auto time = parse_time(row.value(columns_.time));
  if (!time) return refuse(columns_.time, "time: " + time.error().message);
  const auto name = read_name(row.value(columns_.link));
  if (!name) return refuse(columns_.link, "link: " + name.error().message);
  const auto bytes = parse_u64(row.value(columns_.bytes));
  if (!bytes) return refuse(columns_.bytes, "bytes: " + bytes.error().message);
  if (const std::string_view told = row.value(columns_.packets); !told.empty()) {
    const auto packets = parse_u64(told);
    if (!packets) return refuse(columns_.packets, "packets: " + packets.error().message);
    sample.reading.packets = *packets;
  }
  sample.reading.time = *time;
  sample.reading.bytes = *bytes;
  sample.name = *name;
  samples.push_back(std::move(sample));
}

void CounterText::read(std::string_view text, std::vector<CounterSample>& samples,
                       std::vector<CounterProblem>& problems) {
  while (!text.empty()) {
    const std::size_t length = text.find('\n');
    const std::string_view part = text.substr(0, length);
    if (!too_long_ && begun_.size() + part.size() > kLineMax) {
      too_long_ = true;
      begun_.clear();
      problems.push_back({line_ + 1, kLineMax, "a line of more than " + std::to_string(kLineMax) + " bytes"});
    }
    if (!too_long_) begun_ += part;
    if (length == std::string_view::npos) return;
    text.remove_prefix(length + 1);
    end(samples, problems);
  }
}

void CounterText::end(std::vector<CounterSample>& samples, std::vector<CounterProblem>& problems) {
  if (too_long_) {
    ++line_;
  } else {
    read_line(begun_, samples, problems);
  }
  begun_.clear();
  too_long_ = false;
}

}  // namespace anemone

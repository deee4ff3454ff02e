// Counters as text, comma between values, one sample a line (docs/formats/counters.md):
//
//   time,link,bytes[,packets]
//   2026-11-22T23:01:10Z,core1:to-core2,1234567,8901
//
// A first line of names may put them in another order and have others between, which are not read; the
// third may be called octets. A line that is not understood is left out and told, with line and column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "counter/link_counters.h"

namespace anemone {

struct CounterProblem {
  std::uint64_t line = 0;  // from 1
  std::size_t column = 0;  // from 1, in bytes
  std::string what;
};

class CounterText {
 public:
  static constexpr std::size_t kLineMax = 4096;

  // Appends what whole lines of the text so far have; a last line without its end waits for the next call.
  void read(std::string_view text, std::vector<CounterSample>& samples,
            std::vector<CounterProblem>& problems);
  // There is no more: the last line is whole as it is.
  void end(std::vector<CounterSample>& samples, std::vector<CounterProblem>& problems);

 private:
  struct Columns {
    std::size_t time = 0;
    std::size_t link = 1;
    std::size_t bytes = 2;
    std::size_t packets = 3;
  };
  bool read_head(const std::vector<std::string_view>& values);
  void read_line(std::string_view line, std::vector<CounterSample>& samples,
                 std::vector<CounterProblem>& problems);

  Columns columns_;
  std::string begun_;  // a line whose end has not come
  bool too_long_ = false;
  std::uint64_t line_ = 0;
};

}  // namespace anemone

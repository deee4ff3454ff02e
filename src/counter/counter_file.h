// A CounterFile is a file of counters (counter/counter_text.h) that is followed while somebody writes it.
//
// A file that is not there yet is waited for. When it is replaced (another file under the same name, as
// log rotation does) what is left of the old one is read to its end first; when it is cut off and written
// anew it is read from its beginning. A line is read when its end is there.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "counter/counter_text.h"

namespace anemone {

class CounterFile {
 public:
  static constexpr std::size_t kAtOnce = std::size_t{4} << 20;  // bytes

  explicit CounterFile(std::string path) : path_(std::move(path)) {}

  // Appends what came since the last call, up to kAtOnce; true: there is more. An error ends nothing: it is
  // said, and asked again.
  Result<bool> read(std::vector<CounterSample>& samples, std::vector<CounterProblem>& problems);

  const std::string& path() const { return path_; }

 private:
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t number = 0;
    bool operator==(const Identity&) const = default;
  };
  struct Found {
    Identity identity;
    std::uint64_t size = 0;
  };
  static Result<Found> look(const std::string& path);
  Result<void> begin(const Found& found);

  std::string path_;
  std::ifstream file_;
  Identity open_;
  std::uint64_t offset_ = 0;
  CounterText text_;
};

// All of a file that nobody writes any more, into `counters`; the error is of the file. Appends what was not
// understood to `problems`.
Result<void> read_counter_file(const std::string& path, LinkCounters& counters,
                               std::vector<CounterProblem>& problems);

}  // namespace anemone

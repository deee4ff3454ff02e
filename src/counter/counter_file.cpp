#include "counter/counter_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace anemone {

Result<CounterFile::Found> CounterFile::look(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return Error{path + ": " + std::strerror(errno)};
  if (S_ISDIR(found.st_mode)) return Error{path + ": is a folder, not a file of counters"};
  return Found{{found.st_dev, found.st_ino}, static_cast<std::uint64_t>(found.st_size)};
}

Result<void> CounterFile::begin(const Found& found) {
  file_ = std::ifstream(path_, std::ios::binary);
  if (!file_) return Error{path_ + ": cannot be read: " + std::strerror(errno)};
  open_ = found.identity;
  offset_ = 0;
  text_ = CounterText();
  return {};
}

Result<bool> CounterFile::read(std::vector<CounterSample>& samples, std::vector<CounterProblem>& problems) {
  const auto found = look(path_);
  const bool was_open = file_.is_open();
  if (!found && !was_open) return found.error();
  const bool cut = found && found->identity == open_ && found->size < offset_;
  if (!was_open || cut) {
    if (auto begun = begin(*found); !begun) return begun.error();
  }
  std::string bytes(kAtOnce, '\0');
  file_.clear();
  file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file_.gcount()));
  offset_ += bytes.size();
  text_.read(bytes, samples, problems);
  if (bytes.size() == kAtOnce) return true;
  if (!found || found->identity == open_) return false;
  text_.end(samples, problems);  // the old one has been read
  if (auto begun = begin(*found); !begun) return begun.error();
  return true;
}

Result<void> read_counter_file(const std::string& path, LinkCounters& counters,
                               std::vector<CounterProblem>& problems) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{path + ": " + std::strerror(errno)};
  CounterText text;
  std::string bytes(CounterFile::kAtOnce, '\0');
  std::vector<CounterSample> samples;
  while (file) {
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (file.bad()) return Error{path + ": cannot be read"};
    text.read({bytes.data(), static_cast<std::size_t>(file.gcount())}, samples, problems);
    if (file.eof()) text.end(samples, problems);
    for (const CounterSample& sample : samples) counters.add(sample);
    samples.clear();
  }
  return {};
}

}  // namespace anemone

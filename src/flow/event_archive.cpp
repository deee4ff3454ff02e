#include "flow/event_archive.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/text.h"

namespace anemone {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "events-";
constexpr std::string_view kSuffix = ".anemone";

// "events-01700000000000000.anemone": names in the order of time.
std::string file_name(Time from) {
  std::array<char, 48> name{};
  std::snprintf(name.data(), name.size(), "events-%017lld.anemone", static_cast<long long>(micros(from)));
  return name.data();
}

std::optional<Time> time_of_name(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  const auto us = parse_u64(name);
  if (!us || *us > std::uint64_t{1} << 60) return std::nullopt;
  return time_from_micros(static_cast<std::int64_t>(*us));
}

bool write_whole(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return true;
}

}  // namespace

std::vector<EventFileName> event_files(const std::string& folder) {
  std::vector<EventFileName> files;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const auto from = time_of_name(entry.path().filename().string());
    if (!from) continue;
    std::error_code gone;
    const auto bytes = entry.file_size(gone);
    if (!gone) files.push_back({entry.path().string(), *from, bytes});
  }
  std::sort(files.begin(), files.end(),
            [](const EventFileName& a, const EventFileName& b) { return a.from < b.from; });
  return files;
}

Result<std::unique_ptr<EventArchive>> EventArchive::open(const EventArchiveConfig& config,
                                                         const RecordNames& names) {
  std::error_code problem;
  fs::create_directories(config.folder, problem);
  if (problem) return Error{config.folder + ": " + problem.message()};
  auto archive = std::unique_ptr<EventArchive>(new EventArchive(config, names));
  for (EventFileName& file : event_files(config.folder)) {
    archive->bytes_held_ += file.bytes;
    archive->files_.push_back({std::move(file.path), file.bytes});
  }
  archive->keep_quota();
  return archive;
}

EventArchive::EventArchive(EventArchiveConfig config, const RecordNames& names)
    : config_(std::move(config)), names_(names) {}

EventArchive::~EventArchive() { end_file(); }

Result<void> EventArchive::add(const TimeRange& counted, std::span<const MicroFlow> micro_flows) {
  // A file is a minute of the wall clock, and a clock that was set back begins one, too.
  const bool full = writer_ && writer_->subjects() >= config_.file_subjects_max;
  if (full || slice_start(counted.from, config_.file_length) != file_began_) end_file();
  if (fd_ < 0) {
    if (auto begun = begin_file(counted.from); !begun) {
      counts_.not_kept += micro_flows.size();
      return begun;
    }
  }
  block_.clear();
  writer_->add(counted, micro_flows, block_);
  if (!write_whole(fd_, block_)) {
    const Error error{files_.back().path + ": " + std::strerror(errno)};
    counts_.not_kept += micro_flows.size();
    end_file();  // what was written of it is a torn tail
    return error;
  }
  counts_.micro_flows += micro_flows.size();
  counts_.bytes += block_.size();
  files_.back().bytes += block_.size();
  bytes_held_ += block_.size();
  keep_quota();
  return {};
}

Result<void> EventArchive::begin_file(Time from) {
  file_began_ = slice_start(from, config_.file_length);
  std::string path;
  for (int tries = 0; tries < 1000 && fd_ < 0; ++tries, from += Duration{1}) {
    path = (fs::path(config_.folder) / file_name(from)).string();
    fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (fd_ < 0 && errno != EEXIST) break;
  }
  if (fd_ < 0) return Error{path + ": " + std::strerror(errno)};
  files_.push_back({std::move(path), 0});
  writer_.emplace(names_);
  return {};
}

void EventArchive::end_file() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  writer_.reset();
}

// Whole files go, the one that is written last of all: then the next add() begins another.
void EventArchive::keep_quota() {
  while (bytes_held_ > config_.bytes_max && !files_.empty()) {
    if (files_.size() == 1) end_file();
    ::unlink(files_.front().path.c_str());
    bytes_held_ -= files_.front().bytes;
    files_.pop_front();
    ++counts_.files_dropped;
  }
}

}  // namespace anemone

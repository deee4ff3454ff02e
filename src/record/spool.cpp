#include "record/spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
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

constexpr std::string_view kSuffix = ".ipfix";
constexpr std::string_view kMarkPrefix = "mark-";
constexpr std::uint64_t kReserve = 1000;  // numbers taken at once, so that few files need `stream` rewritten

Error failure(const std::string& path) { return Error{path + ": " + std::strerror(errno)}; }

Result<std::string> draw_stream() {
  std::array<std::uint8_t, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return Error{std::string("getrandom: ") + std::strerror(errno)};
  }
  std::string text;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : bytes) text += {kDigits[byte >> 4], kDigits[byte & 15]};
  return text;
}

bool is_stream(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

struct FileName {
  std::uint64_t sequence = 0;
  std::uint64_t records = 0;
  std::string mark;
};

// "000000000017-5210.ipfix", "000000000018-7-MARK.ipfix"; nothing for names of others.
std::optional<FileName> parse_name(std::string_view name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  const auto parts = split(name, '-');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const auto sequence = parse_u64(parts[0]);
  const auto records = parse_u64(parts[1]);
  if (!sequence || !records || *sequence == 0) return std::nullopt;
  return FileName{*sequence, *records, parts.size() == 3 ? std::string(parts[2]) : ""};
}

// "mark-000000000018-MARK".
std::optional<FileName> parse_mark_name(std::string_view name) {
  if (!name.starts_with(kMarkPrefix)) return std::nullopt;
  const auto parts = split(name.substr(kMarkPrefix.size()), '-');
  if (parts.size() != 2 || parts[1].empty()) return std::nullopt;
  const auto sequence = parse_u64(parts[0]);
  if (!sequence) return std::nullopt;
  return FileName{*sequence, 0, std::string(parts[1])};
}

bool is_mark(std::string_view mark) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
  };
  return mark.size() <= 64 && std::all_of(mark.begin(), mark.end(), plain);
}

std::string digits_of(std::uint64_t sequence) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%012llu", static_cast<unsigned long long>(sequence));
  return text.data();
}

}  // namespace

void SpoolAmount::add(std::uint64_t file_records, std::uint64_t file_bytes) {
  ++files;
  records += file_records;
  bytes += file_bytes;
}

void SpoolAmount::take(std::uint64_t file_records, std::uint64_t file_bytes) {
  --files;
  records -= file_records;
  bytes -= file_bytes;
}

UnfinishedFile::UnfinishedFile(std::string path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
  if (file_ < 0) written_ = failure(path_);
}

UnfinishedFile::UnfinishedFile(UnfinishedFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      file_(std::exchange(other.file_, -1)),
      size_(other.size_),
      written_(std::move(other.written_)) {}

UnfinishedFile::~UnfinishedFile() {
  if (file_ >= 0) ::close(file_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

void UnfinishedFile::write(Bytes bytes) {
  size_ += bytes.size();
  while (written_ && !bytes.empty()) {
    const ssize_t count = ::write(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) written_ = failure(path_);
    if (count >= 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

Result<void> UnfinishedFile::close() {
  if (written_ && ::fsync(file_) != 0) written_ = failure(path_);
  if (file_ >= 0 && ::close(std::exchange(file_, -1)) != 0 && written_) written_ = failure(path_);
  return written_;
}

Result<std::unique_ptr<Spool>> Spool::open(const SpoolConfig& config) {
  std::unique_ptr<Spool> spool(new Spool(config));
  if (auto ready = spool->take_up_folder(); !ready) return ready.error();
  return spool;
}

Spool::~Spool() {
  if (folder_ >= 0) ::close(folder_);
}

Result<void> Spool::take_up_folder() {
  auto ready = lock_folder();
  if (ready) ready = find_files();
  if (ready) ready = read_stream();
  return ready;
}

Result<void> Spool::lock_folder() {
  std::error_code failed;
  fs::create_directories(fs::path(config_.folder).parent_path(), failed);
  if (::mkdir(config_.folder.c_str(), 0700) != 0 && errno != EEXIST) return failure(config_.folder);
  folder_ = ::open(config_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) return failure(config_.folder);
  if (::flock(folder_, LOCK_EX | LOCK_NB) != 0) {
    return Error{config_.folder + ": another process uses this spool"};
  }
  return {};
}

// Of several marks that a crash left the newest holds; one of its own name goes before a file's.
Result<void> Spool::find_files() {
  std::error_code failed;
  std::vector<fs::path> marks;
  const auto note = [&](const FileName& name, bool has_file) {
    if (name.mark.empty() || name.sequence < marked_ ||
        (name.sequence == marked_ && !has_file && !mark_.empty()))
      return;
    mark_ = name.mark;
    marked_ = name.sequence;
    mark_has_file_ = has_file;
  };
  for (const auto& entry : fs::directory_iterator(config_.folder, failed)) {
    const std::string name = entry.path().filename().string();
    std::error_code gone;
    if (name.ends_with(".new")) fs::remove(entry.path(), gone);
    if (const auto mark = parse_mark_name(name)) {
      note(*mark, true);
      marks.push_back(entry.path());
    }
    const auto file = parse_name(name);
    if (!file) continue;
    const std::uint64_t bytes = entry.file_size(gone);
    if (gone) continue;
    note(*file, false);
    entries_.emplace(file->sequence, Entry{file->records, bytes, file->mark});
    counters_.waiting.add(file->records, bytes);
  }
  if (failed) return Error{config_.folder + ": " + failed.message()};
  for (const fs::path& mark : marks) {
    if (!mark_has_file_ || mark != fs::path(path_of_mark())) fs::remove(mark, failed);
  }
  return {};
}

Result<void> Spool::read_stream() {
  const std::string path = config_.folder + "/stream";
  std::string text;
  if (std::FILE* file = std::fopen(path.c_str(), "re")) {
    std::array<char, 256> buffer{};
    text.assign(buffer.data(), std::fread(buffer.data(), 1, buffer.size(), file));
    std::fclose(file);
  } else if (errno != ENOENT) {
    return failure(path);
  } else if (!entries_.empty()) {
    return Error{path + ": is missing, but files wait here: put it back, or move them away"};
  }
  if (text.empty()) {
    auto drawn = draw_stream();
    if (!drawn) return drawn.error();
    stream_ = *drawn;
    return write_stream(1);
  }
  const auto parts = words(std::string_view(text).substr(0, text.find('\n')));
  const auto next = parts.size() == 2 ? parse_u64(parts[1]) : Result<std::uint64_t>(Error{"damaged"});
  if (!next || !is_stream(parts[0]) || *next == 0) {
    return Error{path + ": want a stream's 32 hexadecimal digits and a number"};
  }
  stream_ = parts[0];
  next_ = *next;  // what was reserved and not used is a gap, which is allowed
  if (!entries_.empty()) next_ = std::max(next_, entries_.rbegin()->first + 1);
  reserved_ = next_;
  return {};
}

// Synced, renamed: `path` is whole whenever it is there.
Result<void> Spool::keep_file(UnfinishedFile& file, const std::string& path) const {
  if (auto closed = file.close(); !closed) return closed;
  if (::rename(file.path_.c_str(), path.c_str()) != 0) return failure(path);
  file.path_.clear();
  if (::fsync(folder_) != 0) return failure(config_.folder);
  return {};
}

Result<void> Spool::write_stream(std::uint64_t next) {
  const std::string text = stream_ + " " + std::to_string(next) + "\n";
  const std::string path = config_.folder + "/stream";
  UnfinishedFile file(path + ".new");
  file.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  auto written = keep_file(file, path);
  if (written) reserved_ = next;
  return written;
}

std::string Spool::path_of(std::uint64_t sequence, const Entry& entry) const {
  const std::string mark = entry.mark.empty() ? "" : "-" + entry.mark;
  return config_.folder + "/" + digits_of(sequence) + "-" + std::to_string(entry.records) + mark +
         std::string(kSuffix);
}

std::string Spool::path_of_mark() const {
  return config_.folder + "/" + std::string(kMarkPrefix) + digits_of(marked_) + "-" + mark_;
}

// The file with the newest mark leaves that behind, in one step: it becomes the mark.
void Spool::remove_file(std::uint64_t sequence, const Entry& entry) {
  const std::string path = path_of(sequence, entry);
  const bool leaves_mark = !mark_has_file_ && sequence == marked_ && !entry.mark.empty();
  if (leaves_mark && ::rename(path.c_str(), path_of_mark().c_str()) == 0) {
    mark_has_file_ = true;
    if (::truncate(path_of_mark().c_str(), 0) != 0) return;  // it is larger than it need be
    return;
  }
  ::unlink(path.c_str());
}

std::string Spool::mark() const {
  const std::lock_guard lock(mutex_);
  return mark_;
}

Result<void> Spool::set_mark(const std::string& mark) {
  const std::lock_guard lock(mutex_);
  if (!is_mark(mark) || mark.empty()) return Error{"'" + mark + "' is no mark of a spool"};
  const std::string before = mark_has_file_ ? path_of_mark() : "";
  const std::uint64_t marked = std::exchange(marked_, next_ - 1);
  const std::string old = std::exchange(mark_, mark);
  const std::string path = path_of_mark();
  if (before.empty() ? make_mark_file() : ::rename(before.c_str(), path.c_str()) == 0) return {};
  const Error error = failure(path);
  mark_ = old;
  marked_ = marked;
  return error;
}

bool Spool::make_mark_file() {
  const int file = ::open(path_of_mark().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  mark_has_file_ = file >= 0 && ::close(file) == 0;
  return mark_has_file_;
}

void Spool::lose(Entries::iterator entry) {
  remove_file(entry->first, entry->second);
  counters_.lost.add(entry->second.records, entry->second.bytes);
  counters_.waiting.take(entry->second.records, entry->second.bytes);
  entries_.erase(entry);
}

Result<void> Spool::make_room(std::uint64_t bytes) {
  const Error too_large{config_.folder + ": a file of " + std::to_string(bytes) + " bytes is over the quota"};
  if (bytes > config_.quota_bytes) return too_large;  // for which nothing else need go
  const auto full = [&] {
    return counters_.waiting.bytes + bytes > config_.quota_bytes || entries_.size() >= config_.files_max;
  };
  auto next = entries_.begin();
  while (full() && next != entries_.end()) {
    const auto oldest = next++;
    if (shown_ != oldest->first) lose(oldest);
  }
  if (full()) return too_large;
  return {};
}

UnfinishedFile Spool::begin() {
  const std::lock_guard lock(mutex_);
  return UnfinishedFile(config_.folder + "/" + std::to_string(++begun_) + ".new");
}

Result<std::uint64_t> Spool::add(Bytes file, std::uint64_t records, const std::string& mark) {
  UnfinishedFile unfinished = begin();
  unfinished.write(file);
  return add(std::move(unfinished), records, mark);
}

Result<std::uint64_t> Spool::add(UnfinishedFile file, std::uint64_t records, const std::string& mark) {
  const std::lock_guard lock(mutex_);
  if (!is_mark(mark)) return Error{"'" + mark + "' is no mark of a spool"};
  const auto lost = [&](const Error& error) {
    counters_.lost.add(records, file.size_);
    return error;
  };
  if (!file.written_) return lost(file.written_.error());
  if (auto room = make_room(file.size_); !room) return lost(room.error());
  if (next_ >= reserved_) {
    if (auto reserved = write_stream(next_ + kReserve); !reserved) return lost(reserved.error());
  }
  const std::uint64_t sequence = next_++;  // used up, whatever comes of it
  const Entry entry{records, file.size_, mark};
  if (auto kept = keep_file(file, path_of(sequence, entry)); !kept) {
    ::unlink(path_of(sequence, entry).c_str());
    return lost(kept.error());
  }
  if (!mark.empty()) {
    if (mark_has_file_) ::unlink(path_of_mark().c_str());
    mark_ = mark;
    marked_ = sequence;
    mark_has_file_ = false;
  }
  entries_.emplace(sequence, entry);
  counters_.waiting.add(records, file.size_);
  counters_.added.add(records, file.size_);
  return sequence;
}

std::optional<SpooledFile> Spool::oldest() {
  const std::lock_guard lock(mutex_);
  while (!entries_.empty()) {
    const auto first = entries_.begin();
    SpooledFile file{first->first, first->second.records, {}};
    file.bytes.resize(first->second.bytes);
    std::size_t size = 0;
    if (std::FILE* in = std::fopen(path_of(first->first, first->second).c_str(), "re")) {
      size = std::fread(file.bytes.data(), 1, file.bytes.size(), in);
      std::fclose(in);
    }
    if (size == file.bytes.size()) {
      shown_ = file.sequence;
      return file;
    }
    lose(first);
  }
  return std::nullopt;
}

void Spool::done(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  shown_.reset();
  const auto entry = entries_.find(sequence);
  if (entry == entries_.end()) return;
  remove_file(sequence, entry->second);
  counters_.done.add(entry->second.records, entry->second.bytes);
  counters_.waiting.take(entry->second.records, entry->second.bytes);
  entries_.erase(entry);
}

void Spool::set_aside(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  shown_.reset();
  const auto entry = entries_.find(sequence);
  if (entry == entries_.end()) return;
  const fs::path path = path_of(sequence, entry->second);
  const fs::path bad = fs::path(config_.folder) / "bad";
  std::error_code failed;
  if (!mark_has_file_ && sequence == marked_ && !mark_.empty()) static_cast<void>(make_mark_file());
  fs::create_directory(bad, failed);
  fs::rename(path, bad / path.filename(), failed);
  if (failed) fs::remove(path, failed);
  counters_.set_aside.add(entry->second.records, entry->second.bytes);
  counters_.waiting.take(entry->second.records, entry->second.bytes);
  entries_.erase(entry);
  forget_bad();
}

// Keeps the newest few of what was set aside.
void Spool::forget_bad() const {
  std::vector<fs::path> files;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(config_.folder + "/bad", failed))
    files.push_back(entry.path());
  if (files.size() <= config_.bad_max) return;
  std::sort(files.begin(), files.end());  // by number
  files.resize(files.size() - config_.bad_max);
  for (const fs::path& file : files) fs::remove(file, failed);
}

SpoolCounters Spool::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace anemone

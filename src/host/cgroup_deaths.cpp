#include "host/cgroup_deaths.h"

#include <fcntl.h>
#include <sys/fanotify.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace anemone {
namespace {

constexpr std::size_t kRoom = 64U << 10;
constexpr std::size_t kFoldersMax = 4096;
constexpr unsigned kReports = FAN_REPORT_FID | FAN_REPORT_DIR_FID | FAN_REPORT_NAME | FAN_REPORT_TARGET_FID;

struct Removed {
  std::uint64_t id = 0;
  std::uint64_t parent = 0;
  std::string_view name;
};

template <class T>
T number_at(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// What follows an event: records of a header (type, padding, length), the file system's id, a file handle
// (its length, its type, then eight bytes that are the cgroup's id) and, of the parent, the name.
Removed read_records(const char* at, const char* end) {
  constexpr std::size_t kHandleAt = 4 + 8;
  constexpr std::size_t kIdAt = kHandleAt + 4 + 4;
  Removed removed;
  while (static_cast<std::size_t>(end - at) >= kIdAt) {
    const auto type = static_cast<std::uint8_t>(*at);
    const auto length = number_at<std::uint16_t>(at + 2);
    if (length < kIdAt || length > end - at) break;
    const auto handle_bytes = number_at<std::uint32_t>(at + kHandleAt);
    if (handle_bytes != sizeof(std::uint64_t) || length < kIdAt + handle_bytes) break;
    const auto id = number_at<std::uint64_t>(at + kIdAt);
    if (type == FAN_EVENT_INFO_TYPE_DFID_NAME) {
      removed.parent = id;
      const char* name = at + kIdAt + handle_bytes;
      removed.name = {name, strnlen(name, length - kIdAt - handle_bytes)};
    } else if (type == FAN_EVENT_INFO_TYPE_FID) {
      removed.id = id;
    }
    at += length;
  }
  return removed;
}

}  // namespace

CgroupDeaths::CgroupDeaths(const std::string& root) {
  if (root.empty()) return;
  fd_ = ::fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK | FAN_CLOEXEC | kReports, O_RDONLY);
  if (fd_ < 0) return;
  room_.resize(kRoom);
  all_ = ::fanotify_mark(fd_, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_DELETE | FAN_ONDIR, AT_FDCWD,
                         root.c_str()) == 0;
}

CgroupDeaths::CgroupDeaths(CgroupDeaths&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      all_(other.all_),
      folders_(other.folders_),
      overflows_(other.overflows_),
      room_(std::move(other.room_)) {}

CgroupDeaths::~CgroupDeaths() {
  if (fd_ >= 0) ::close(fd_);
}

void CgroupDeaths::watch(const std::string& folder) {
  if (fd_ < 0 || all_ || folders_ >= kFoldersMax) return;
  if (::fanotify_mark(fd_, FAN_MARK_ADD, FAN_DELETE | FAN_ONDIR, AT_FDCWD, folder.c_str()) == 0) ++folders_;
}

void CgroupDeaths::read(
    const std::function<void(std::uint64_t id, std::uint64_t parent, std::string_view name)>& each) {
  if (fd_ < 0) return;
  for (;;) {
    const ssize_t got = ::read(fd_, room_.data(), room_.size());
    if (got <= 0) return;
    const char* end = room_.data() + got;
    for (const char* at = room_.data();
         static_cast<std::size_t>(end - at) >= sizeof(fanotify_event_metadata);) {
      const auto event = number_at<fanotify_event_metadata>(at);
      if (event.event_len < sizeof event || event.event_len > end - at) break;
      if ((event.mask & FAN_Q_OVERFLOW) != 0) ++overflows_;
      const Removed removed = read_records(at + event.metadata_len, at + event.event_len);
      if (removed.id != 0 && removed.parent != 0 && !removed.name.empty()) {
        each(removed.id, removed.parent, removed.name);
      }
      at += event.event_len;
    }
  }
}

}  // namespace anemone

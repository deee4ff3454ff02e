#include "io/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "io/mapped_window.h"

namespace anemone {
namespace {

constexpr std::size_t kChunk = 256 * 1024;  // stays in the second-level cache
constexpr std::size_t kCompressedChunk = 64 * 1024;
constexpr std::size_t kWindow = 8 * 1024 * 1024;
constexpr std::uint64_t kMapFrom = 1024 * 1024;  // smaller files are read: nothing to gain

}  // namespace

struct FileReader::Impl {
  std::string path;
  int fd = -1;
  std::vector<std::uint8_t> buffer;
  std::size_t begin = 0;  // of what is shown, in `buffer`
  std::size_t end = 0;
  std::uint64_t offset = 0;  // of `begin`, in the (inflated) file
  bool at_end = false;
  bool mapped = false;
  std::uint64_t size = 0;  // of a mapped file, when last looked at
  MappedWindow window;
  std::uint64_t window_at = 0;  // its offset in the file
  bool gzip = false;
  bool inflating = false;  // inside a gzip member
  z_stream zip{};
  std::vector<std::uint8_t> compressed;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (gzip) inflateEnd(&zip);
    if (fd > 0) ::close(fd);
  }

  Error error(const std::string& reason) const {
    return {path + ": at byte " + std::to_string(offset + (end - begin)) + ": " + reason};
  }

  // Reads up to `count` bytes to `into`; 0 at the end.
  Result<std::size_t> read_some(std::uint8_t* into, std::size_t count) {
    for (;;) {
      const ssize_t got = ::read(fd, into, count);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return error(std::strerror(errno));
    }
  }

  // Refills `compressed` when it is used up; false at the end of the file.
  Result<bool> refill() {
    if (zip.avail_in > 0) return true;
    auto got = read_some(compressed.data(), compressed.size());
    if (!got) return got.error();
    zip.next_in = compressed.data();
    zip.avail_in = static_cast<uInt>(*got);
    return *got > 0;
  }

  // As read_some(), through zlib. A gzip file may be several members one after the other.
  Result<std::size_t> inflate_some(std::uint8_t* into, std::size_t count) {
    zip.next_out = into;
    zip.avail_out = static_cast<uInt>(count);
    while (zip.avail_out == count) {
      auto more = refill();
      if (!more) return more.error();
      if (!*more) {
        if (inflating) return error("the compressed file ends in the middle");
        return std::size_t{0};
      }
      if (!inflating && inflateReset(&zip) != Z_OK) return error("zlib does not start again");
      inflating = true;
      const int state = inflate(&zip, Z_NO_FLUSH);
      if (state == Z_STREAM_END) inflating = false;
      if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) {
        if (zip.avail_out < count) break;  // show what came out; the error comes again
        return error(std::string("damaged gzip data: ") + (zip.msg ? zip.msg : "unknown"));
      }
    }
    return count - zip.avail_out;
  }

  // Makes room and reads once. False when there is no more.
  Result<bool> more(std::size_t need) {
    if (at_end) return false;
    if (begin > 0) {
      std::memmove(buffer.data(), buffer.data() + begin, end - begin);
      end -= begin;
      begin = 0;
    }
    if (buffer.size() < need) buffer.resize(std::max(need, kChunk));
    std::uint8_t* into = buffer.data() + end;
    const std::size_t room = buffer.size() - end;
    auto got = gzip ? inflate_some(into, room) : read_some(into, room);
    if (!got) return got.error();
    end += *got;
    at_end = *got == 0;
    return !at_end;
  }

  // Whether the file is one to map: plain, and large.
  void look_for_map() {
    if (gzip || at_end || !look_at_size() || size < kMapFrom) return;
    mapped = true;
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    begin = end = 0;
  }

  bool look_at_size() {
    struct stat status {};
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return false;
    size = static_cast<std::uint64_t>(status.st_size);
    return true;
  }

  // Shows the mapped file from the reading position on, in a new window where the old one ends too early.
  // None when mapping fails: the file is to be read from there on.
  Result<Bytes> peek_mapped(std::size_t need) {
    if (!window.intact()) {
      return Error{path + ": at byte " + std::to_string(offset) +
                   ": the file shrank, or its disk failed, while it was read"};
    }
    std::uint64_t shown = window_at + window.bytes().size();
    if (offset < window_at || offset + need > shown) {
      look_at_size();
      if (offset >= size) return Bytes{};
      const std::uint64_t length = std::min<std::uint64_t>(size - offset, std::max(kWindow, need));
      if (!window.show(fd, offset, static_cast<std::size_t>(length))) return stop_mapping(need);
      window_at = offset;
      shown = offset + length;
    }
    return window.bytes().subspan(static_cast<std::size_t>(offset - window_at));
  }

  Result<Bytes> stop_mapping(std::size_t need) {
    mapped = false;
    begin = end = 0;
    if (lseek(fd, static_cast<off_t>(offset), SEEK_SET) < 0) return error(std::strerror(errno));
    return peek(need);
  }

  Result<Bytes> peek(std::size_t need) {
    if (mapped) return peek_mapped(need);
    while (end - begin < need) {
      auto got = more(need);
      if (!got) return got.error();
      if (!*got) break;
    }
    return Bytes{buffer.data() + begin, end - begin};
  }

  Result<bool> skip(std::uint64_t count) {
    if (mapped) {
      if (offset + count > size) look_at_size();
      const bool there = offset + count <= size;
      offset = there ? offset + count : std::max(offset, size);
      return there;
    }
    for (;;) {
      const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(count, end - begin));
      begin += step;
      offset += step;
      count -= step;
      if (count == 0) return true;
      auto got = more(kChunk);
      if (!got) return got.error();
      if (!*got) return false;
    }
  }

  // Decides from the first two bytes whether to inflate; what was read so far becomes zlib's input.
  Result<void> look_for_gzip() {
    while (end - begin < 2) {
      auto got = more(kChunk);
      if (!got) return got.error();
      if (!*got) return {};
    }
    if (buffer[0] != 0x1f || buffer[1] != 0x8b) return {};
    if (inflateInit2(&zip, 16 + MAX_WBITS) != Z_OK) return Error{path + ": zlib does not start"};
    gzip = true;
    compressed.assign(std::max(end, kCompressedChunk), 0);
    std::copy_n(buffer.begin(), end, compressed.begin());
    zip.next_in = compressed.data();
    zip.avail_in = static_cast<uInt>(end);
    begin = end = 0;
    return {};
  }
};

FileReader::FileReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FileReader::FileReader(FileReader&&) noexcept = default;
FileReader& FileReader::operator=(FileReader&&) noexcept = default;
FileReader::~FileReader() = default;

Result<FileReader> FileReader::open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->path = path == "-" ? "standard input" : path;
  impl->fd = path == "-" ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (impl->fd < 0) return Error{path + ": " + std::strerror(errno)};
  struct stat status {};
  if (fstat(impl->fd, &status) == 0 && S_ISDIR(status.st_mode)) return Error{path + ": is a directory"};
  auto looked = impl->look_for_gzip();
  if (!looked) return looked.error();
  impl->look_for_map();
  return FileReader(std::move(impl));
}

Result<Bytes> FileReader::peek(std::size_t need) { return impl_->peek(need); }
Result<bool> FileReader::skip(std::uint64_t count) { return impl_->skip(count); }
void FileReader::look_again() { impl_->at_end = impl_->at_end && impl_->gzip; }
std::uint64_t FileReader::offset() const { return impl_->offset; }
const std::string& FileReader::path() const { return impl_->path; }

}  // namespace anemone

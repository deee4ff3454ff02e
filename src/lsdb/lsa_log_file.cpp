#include "lsdb/lsa_log_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "io/file.h"

namespace anemone {
namespace {

constexpr std::string_view kMagic = "anemone-lsalog1\n";
constexpr std::size_t kRecordHeader = 8;
constexpr std::size_t kBodyMax = 128 * 1024;  // more than any LSA and any name needs
constexpr std::size_t kNameMax = 1024;
constexpr std::size_t kVantagesMax = 65'000;
enum class Kind : std::uint8_t { kVantage = 1, kLsa = 2, kDescribed = 3, kMark = 4 };

Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// CRC-32C (Castagnoli), a byte at a time: LSAs are small.
std::uint32_t crc32c(Bytes bytes) {
  static const std::array<std::uint32_t, 256> remainders = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value >> 1U ^ ((value & 1U) != 0 ? 0x82f6'3b78U : 0);
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t crc = 0xffff'ffffU;
  for (const std::uint8_t byte : bytes) crc = crc >> 8U ^ remainders[(crc ^ byte) & 0xffU];
  return ~crc;
}

void write_time(Time time, ByteWriter& out) {
  out.u64(static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

bool is_prefix(Bytes start, std::string_view of) {
  const std::size_t shown = std::min(start.size(), of.size());
  return std::equal(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(shown), as_bytes(of).begin());
}

// Whether what cannot be read at the end of a file is what a crash leaves: a record not written to its end,
// or room that was never written to.
bool torn_by_crash(Bytes rest) {
  const std::uint32_t length = ByteReader(rest).u32();
  if (length > 0) return rest.size() <= kRecordHeader + std::size_t{length};
  return std::all_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte == 0; });
}

// The body of the record at the start of `rest`; none when it is not all there. `bad` when it never will be.
std::optional<Bytes> record_body(Bytes rest, bool& bad) {
  ByteReader in(rest);
  const std::uint32_t length = in.u32();
  const std::uint32_t crc = in.u32();
  if (!in.ok()) return std::nullopt;
  bad = length == 0 || length > kBodyMax;
  if (bad || in.left() < length) return std::nullopt;
  const Bytes body = in.take(length);
  bad = crc32c(body) != crc;
  return bad ? std::nullopt : std::optional(body);
}

struct Place {  // what the records of LSAs and marks begin with
  Time time{};
  std::uint16_t vantage = 0;
};

std::optional<Place> read_place(ByteReader& in, const std::vector<std::uint16_t>& vantages) {
  const Time time = time_from_micros(static_cast<std::int64_t>(in.u64()));
  const std::uint16_t vantage = in.u16();
  if (!in.ok() || vantage >= vantages.size()) return std::nullopt;
  return Place{time, vantages[vantage]};
}

std::optional<AreaId> read_area(ByteReader& in) {
  AreaId area;
  area.domain = in.u16();
  area.value = in.u32();
  if (!in.ok() || !is_domain(area.domain)) return std::nullopt;
  return area;
}

bool read_vantage(ByteReader& in, LsaLog& log, std::vector<std::uint16_t>& vantages) {
  const std::uint16_t number = in.u16();
  const Bytes name = in.rest();
  if (!in.ok() || number != vantages.size() || name.size() > kNameMax ||
      log.vantages.size() >= kVantagesMax) {
    return false;
  }
  vantages.push_back(log.vantage({name.begin(), name.end()}));
  return true;
}

bool read_heard(ByteReader& in, LsaLog& log, const std::vector<std::uint16_t>& vantages) {
  const auto place = read_place(in, vantages);
  const auto area = place ? read_area(in) : std::nullopt;
  if (!area) return false;
  auto heard = heard_lsa(place->time, place->vantage, *area, in.rest());
  if (!heard) return false;
  log.entries.push_back(std::move(*heard));
  return true;
}

bool read_described(ByteReader& in, LsaLog& log, const std::vector<std::uint16_t>& vantages) {
  const auto place = read_place(in, vantages);
  const auto area = place ? read_area(in) : std::nullopt;
  if (!area) return false;
  HeardLsa heard;
  heard.time = place->time;
  heard.vantage = place->vantage;
  heard.described = true;
  heard.key.area = *area;
  heard.key.as_wide = in.u8() != 0;
  heard.key.type = in.u16();
  heard.key.id = in.u64();
  heard.key.router = {in.u32()};
  heard.instance.sequence = static_cast<std::int32_t>(in.u32());
  heard.instance.checksum = in.u16();
  heard.instance.left_s = in.u16();
  if (!in.ok() || in.left() > 0) return false;
  log.entries.push_back(std::move(heard));
  return true;
}

bool read_mark(ByteReader& in, LsaLog& log, const std::vector<std::uint16_t>& vantages) {
  const auto place = read_place(in, vantages);
  if (!place) return false;
  VantageMark mark{place->time, place->vantage, static_cast<VantageMarkKind>(in.u8()), 0};
  mark.count = in.u64();
  if (!in.ok() || in.left() > 0 || mark.kind < VantageMarkKind::kStarted ||
      mark.kind > VantageMarkKind::kAlive) {
    return false;
  }
  log.marks.push_back(mark);
  return true;
}

Error failed(const std::string& path) { return {path + ": " + std::strerror(errno)}; }

}  // namespace

bool begins_like_lsa_log(Bytes start) { return start.size() >= 4 && is_prefix(start, kMagic); }

bool read_lsa_log_record(Bytes body, LsaLog& log, std::vector<std::uint16_t>& vantages) {
  ByteReader in(body);
  switch (static_cast<Kind>(in.u8())) {
    case Kind::kVantage:
      return read_vantage(in, log, vantages);
    case Kind::kLsa:
      return read_heard(in, log, vantages);
    case Kind::kDescribed:
      return read_described(in, log, vantages);
    case Kind::kMark:
      return read_mark(in, log, vantages);
  }
  return false;
}

// --- writing ---------------------------------------------------------------------------------------

struct LsaLogWriter::Impl {
  std::string path;
  int fd = -1;
  std::uint64_t cut = 0;
  std::vector<std::string> vantages;
  ByteWriter buffer;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    (void)write_out();
    if (fd >= 0) ::close(fd);
  }

  Result<void> go_on_or_begin();
  Result<std::uint64_t> whole_length();
  Result<void> write_out();

  // Frames what `write` writes as one record.
  template <class Write>
  void record(Kind kind, Write write) {
    const std::size_t start = buffer.size();
    buffer.u64(0);
    buffer.u8(static_cast<std::uint8_t>(kind));
    write(buffer);
    const Bytes body = Bytes(buffer.bytes()).subspan(start + kRecordHeader);
    ByteWriter header;
    header.u32(static_cast<std::uint32_t>(body.size()));
    header.u32(crc32c(body));
    std::copy(header.bytes().begin(), header.bytes().end(),
              buffer.bytes().begin() + static_cast<std::ptrdiff_t>(start));
  }
};

LsaLogWriter::LsaLogWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LsaLogWriter::LsaLogWriter(LsaLogWriter&&) noexcept = default;
LsaLogWriter& LsaLogWriter::operator=(LsaLogWriter&&) noexcept = default;
LsaLogWriter::~LsaLogWriter() = default;

Result<LsaLogWriter> LsaLogWriter::open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (impl->fd < 0) return failed(path);
  if (::flock(impl->fd, LOCK_EX | LOCK_NB) != 0) return Error{path + ": another process is writing it"};
  if (auto ready = impl->go_on_or_begin(); !ready) return ready.error();
  return LsaLogWriter(std::move(impl));
}

Result<void> LsaLogWriter::Impl::go_on_or_begin() {
  const off_t size = ::lseek(fd, 0, SEEK_END);
  if (size < 0) return failed(path);
  std::uint64_t keep = 0;
  if (size > 0) {
    auto whole = whole_length();
    if (!whole) return whole.error();
    keep = *whole;
  }
  cut = static_cast<std::uint64_t>(size) - keep;
  if (cut > 0 && ::ftruncate(fd, static_cast<off_t>(keep)) != 0) return failed(path);
  if (::lseek(fd, 0, SEEK_END) < 0) return failed(path);
  if (keep > 0) return {};
  buffer.put(as_bytes(kMagic));
  return write_out();
}

// How far the file holds whole records; 0 when not even its beginning is whole. Finds the vantage points'
// names.
Result<std::uint64_t> LsaLogWriter::Impl::whole_length() {
  auto reader = FileReader::open(path);
  if (!reader) return reader.error();
  auto start = reader->peek(kMagic.size());
  if (!start) return start.error();
  if (!is_prefix(*start, kMagic)) return Error{path + ": is there already and is not an LSA log"};
  if (start->size() < kMagic.size()) return std::uint64_t{0};
  (void)reader->skip(kMagic.size());
  for (;;) {
    auto rest = reader->peek(kRecordHeader + kBodyMax);
    if (!rest) return rest.error();
    bool bad = false;
    const auto body = record_body(*rest, bad);
    if (bad && !torn_by_crash(*rest)) {
      return Error{path + ": damaged at byte " + std::to_string(reader->offset()) +
                   "; move it away to keep the rest"};
    }
    if (!body) return reader->offset();
    if (body->front() == static_cast<std::uint8_t>(Kind::kVantage) && body->size() > 3) {
      vantages.emplace_back(body->begin() + 3, body->end());
    }
    (void)reader->skip(kRecordHeader + body->size());
  }
}

Result<std::uint16_t> LsaLogWriter::vantage(const std::string& name) {
  auto& names = impl_->vantages;
  const auto found = std::find(names.begin(), names.end(), name);
  const auto number = static_cast<std::uint16_t>(found - names.begin());
  if (found != names.end()) return number;
  if (name.empty() || name.size() > kNameMax || names.size() >= kVantagesMax) {
    return Error{impl_->path + ": no vantage point can be called '" + name + "'"};
  }
  names.push_back(name);
  impl_->record(Kind::kVantage, [&](ByteWriter& out) {
    out.u16(number);
    out.put(as_bytes(name));
  });
  return number;
}

void LsaLogWriter::append(const HeardLsa& heard) {
  impl_->record(heard.described ? Kind::kDescribed : Kind::kLsa, [&](ByteWriter& out) {
    write_time(heard.time, out);
    out.u16(heard.vantage);
    out.u16(heard.key.area.domain);
    out.u32(heard.key.area.value);
    if (!heard.described) return out.put(heard.bytes);
    out.u8(heard.key.as_wide ? 1 : 0);
    out.u16(heard.key.type);
    out.u64(heard.key.id);
    out.u32(heard.key.router.value);
    out.u32(static_cast<std::uint32_t>(heard.instance.sequence));
    out.u16(heard.instance.checksum);
    out.u16(heard.instance.left_s);
  });
}

void LsaLogWriter::append(const VantageMark& mark) {
  impl_->record(Kind::kMark, [&](ByteWriter& out) {
    write_time(mark.time, out);
    out.u16(mark.vantage);
    out.u8(static_cast<std::uint8_t>(mark.kind));
    out.u64(mark.count);
  });
}

Result<void> LsaLogWriter::Impl::write_out() {
  std::size_t written = 0;
  const auto& bytes = buffer.bytes();
  while (written < bytes.size()) {
    const ssize_t count = ::write(fd, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    written += static_cast<std::size_t>(count);
  }
  const bool all = written == bytes.size();
  buffer.bytes().erase(buffer.bytes().begin(), buffer.bytes().begin() + static_cast<std::ptrdiff_t>(written));
  if (!all) return failed(path);
  return {};
}

Result<void> LsaLogWriter::flush(Until until) {
  if (auto written = impl_->write_out(); !written) return written;
  if (until == Until::kDisk && ::fdatasync(impl_->fd) != 0) return failed(impl_->path);
  return {};
}

std::uint64_t LsaLogWriter::cut_bytes() const { return impl_->cut; }

// --- reading ---------------------------------------------------------------------------------------

struct LsaLogReader::Impl {
  FileReader file;
  std::vector<std::uint16_t> vantages;  // the file's numbers to the log's
  std::uint64_t torn = 0;
  std::uint64_t refused = 0;
};

LsaLogReader::LsaLogReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LsaLogReader::LsaLogReader(LsaLogReader&&) noexcept = default;
LsaLogReader& LsaLogReader::operator=(LsaLogReader&&) noexcept = default;
LsaLogReader::~LsaLogReader() = default;

Result<LsaLogReader> LsaLogReader::open(const std::string& path) {
  auto file = FileReader::open(path);
  if (!file) return file.error();
  auto start = file->peek(kMagic.size());
  if (!start) return start.error();
  if (start->size() < kMagic.size() || !begins_like_lsa_log(*start))
    return Error{path + ": is not an LSA log"};
  (void)file->skip(kMagic.size());
  return LsaLogReader(std::unique_ptr<Impl>(new Impl{std::move(*file), {}, 0, 0}));
}

Result<void> LsaLogReader::read(LsaLog& log) {
  impl_->file.look_again();
  for (;;) {
    auto rest = impl_->file.peek(kRecordHeader + kBodyMax);
    if (!rest) return rest.error();
    bool bad = false;
    const auto body = record_body(*rest, bad);
    impl_->torn = rest->size();
    if (bad) return Error{impl_->file.path() + ": damaged at byte " + std::to_string(impl_->file.offset())};
    if (!body) return {};
    if (!read_lsa_log_record(*body, log, impl_->vantages)) ++impl_->refused;
    (void)impl_->file.skip(kRecordHeader + body->size());
  }
}

std::uint64_t LsaLogReader::torn_bytes() const { return impl_->torn; }
std::uint64_t LsaLogReader::refused() const { return impl_->refused; }

}  // namespace anemone

#include "io/file.h"

#include <doctest/doctest.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace anemone {
namespace {

// A file that is gone with its test.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& content) {
    const int fd = mkstemp(path_.data());
    REQUIRE(fd >= 0);
    close(fd);
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~ScratchFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/anemone-file-XXXXXX";
};

// `size` bytes, each known from its place.
std::string content(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 131 >> 7);
  return text;
}

std::string gzip(const std::string& text) {
  z_stream zip{};
  REQUIRE(deflateInit2(&zip, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::vector<Bytef> input(text.begin(), text.end());
  std::string out(deflateBound(&zip, text.size()) + 64, ' ');
  zip.next_in = input.data();
  zip.avail_in = static_cast<uInt>(input.size());
  zip.next_out = reinterpret_cast<Bytef*>(out.data());
  zip.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&zip, Z_FINISH) == Z_STREAM_END);
  out.resize(zip.total_out);
  deflateEnd(&zip);
  return out;
}

// Reads all there is in pieces of changing size, as a decoder does.
std::string read_all(FileReader& file, std::string* problem = nullptr) {
  std::string text;
  for (std::size_t piece = 1;; piece = piece * 3 % 70'001 + 1) {
    auto bytes = file.peek(piece);
    if (!bytes) {
      REQUIRE(problem);
      *problem = bytes.error().message;
      return text;
    }
    const std::size_t count = std::min(piece, bytes->size());
    text.append(bytes->begin(), bytes->begin() + static_cast<std::ptrdiff_t>(count));
    REQUIRE(*file.skip(count));
    if (bytes->size() < piece) return text;
  }
}

FileReader open(const ScratchFile& scratch) {
  auto file = FileReader::open(scratch.path());
  REQUIRE(file);
  return std::move(*file);
}

}  // namespace

TEST_CASE("a file is shown as it is, small or large, plain or gzip, one member or several") {
  for (const std::size_t size : {0UL, 1UL, 3000UL, 300'000UL, 3'000'000UL, 20'000'000UL}) {
    CAPTURE(size);
    const std::string text = content(size);
    const ScratchFile plain(text);
    FileReader reader = open(plain);
    REQUIRE(read_all(reader) == text);
    REQUIRE(reader.offset() == size);
    const ScratchFile zipped(gzip(text.substr(0, size / 3)) + gzip(text.substr(size / 3)));
    FileReader inflating = open(zipped);
    REQUIRE(read_all(inflating) == text);
    REQUIRE(inflating.offset() == size);
  }
}

TEST_CASE("skipping goes beyond what was shown, and says when the file ends before") {
  for (const std::size_t size : {300'000UL, 9'000'000UL}) {
    const std::string text = content(size);
    const ScratchFile plain(text);
    const ScratchFile zipped(gzip(text));
    for (const ScratchFile* scratch : {&plain, &zipped}) {
      FileReader file = open(*scratch);
      REQUIRE(file.peek(10));
      CHECK(*file.skip(size - 5));
      CHECK((*file.peek(100)).size() == 5);
      CHECK((*file.peek(100))[0] == static_cast<std::uint8_t>(text[size - 5]));
      CHECK(!*file.skip(6));
    }
  }
}

TEST_CASE("a gzip file that ends in the middle, or is damaged, keeps what came before and says where") {
  const std::string text = content(500'000);
  const std::string zipped = gzip(text);
  const ScratchFile cut(zipped.substr(0, zipped.size() - 10));
  FileReader file = open(cut);
  std::string problem;
  const std::string kept = read_all(file, &problem);
  CHECK(kept.size() > 400'000);
  CHECK(text.starts_with(kept));
  CHECK(problem.find(cut.path() + ": at byte ") == 0);
  CHECK(problem.find("the compressed file ends in the middle") != std::string::npos);

  std::string bad = zipped;
  bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 0x55);
  const ScratchFile damaged(bad);
  FileReader other = open(damaged);
  problem.clear();
  read_all(other, &problem);
  CHECK(problem.find("damaged gzip data") != std::string::npos);
}

TEST_CASE("a file that shrinks while it is mapped is an error, not a crash") {
  const ScratchFile scratch(content(6'000'000));
  FileReader file = open(scratch);
  auto bytes = file.peek(100);
  REQUIRE(bytes);
  REQUIRE(bytes->size() == 6'000'000);
  REQUIRE(truncate(scratch.path().c_str(), 4096) == 0);
  unsigned sum = 0;
  for (const std::uint8_t byte : *bytes) sum += byte;
  CHECK(sum > 0);
  CHECK((*bytes)[5'000'000] == 0);
  auto after = file.peek(100);
  REQUIRE(!after);
  CHECK(after.error().message.find("the file shrank") != std::string::npos);
}

TEST_CASE("a large file that shrinks between two windows ends where it now ends") {
  const ScratchFile scratch(content(20'000'000));
  FileReader file = open(scratch);
  REQUIRE((*file.peek(100)).size() >= 100);
  REQUIRE(truncate(scratch.path().c_str(), 12'000'000) == 0);
  CHECK(*file.skip(11'999'990));
  CHECK((*file.peek(100)).size() == 10);
  CHECK(!*file.skip(11));
}

TEST_CASE("what cannot be opened is named") {
  CHECK(FileReader::open("/nonexistent/file").error().message ==
        "/nonexistent/file: No such file or directory");
  CHECK(FileReader::open("/tmp").error().message == "/tmp: is a directory");
}

}  // namespace anemone

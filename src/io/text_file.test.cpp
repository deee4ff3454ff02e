#include "io/text_file.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

namespace anemone {
namespace {

TEST_CASE("a file that is not there is refused by name and reason") {
  auto text = read_text_file("/nonexistent/net.txt");
  REQUIRE(!text);
  CHECK(text.error().message == "/nonexistent/net.txt: No such file or directory");
}

TEST_CASE("a folder is not a text file") {
  auto text = read_text_file("/");
  REQUIRE(!text);
  CHECK(text.error().message == "/: Is a directory");
}

TEST_CASE("a file is read to its end, up to the limit") {
  const std::string path = "/tmp/anemone-text-file-test-" + std::to_string(std::rand()) + ".txt";
  const std::string long_text(100'000, 'x');
  std::FILE* file = std::fopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  std::fwrite(long_text.data(), 1, long_text.size(), file);
  std::fclose(file);
  auto text = read_text_file(path);
  REQUIRE(text);
  CHECK(*text == long_text);
  CHECK(!read_text_file(path, 1000));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace anemone

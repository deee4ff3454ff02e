#include "io/server_events.h"

#include <doctest/doctest.h>

#include "io/event_stream.h"

using namespace anemone;

namespace {

std::string read(std::string_view text, std::size_t piece) {
  ServerEvents events(100);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const auto added = events.add(text.substr(at, piece), [&](const ServerEvent& event) {
      out += event.event + "=" + event.data + ";";
    });
    if (!added) return out + added.error().message;
  }
  return out;
}

}  // namespace

TEST_CASE("events are read as the server prints them, however they are cut") {
  const std::string text =
      print_event("work", R"({"version":3})") + ": still here\n\n" + print_event("x", "a\nb");
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    CHECK(read(text, piece) == "work={\"version\":3};x=a\nb;");
  }
}

TEST_CASE("an event without a name is a message, all line ends count, comments and other fields do not") {
  CHECK(read("data:1\r\rdata: 2\r\n\r\nid: 7\nretry: 9\ndata:  3\n\n", 2) ==
        "message=1;message=2;message= 3;");
  CHECK(read("event: only\n\n", 3).empty());
}

TEST_CASE("an event that is too large is an error") {
  CHECK(read("data: " + std::string(200, 'x'), 7) == "an event that is too large");
  std::string many;
  for (int i = 0; i < 50; ++i) many += "data: xxxxxxxx\n";
  CHECK(read(many, 7) == "an event that is too large");
}

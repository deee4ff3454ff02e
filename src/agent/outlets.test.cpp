#include "agent/outlets.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>

#include "io/text_file.h"
#include "record/ipfix_reader.h"

using namespace anemone;

namespace {

struct ScratchFolder {
  std::string path = (std::filesystem::temp_directory_path() / "anemone-test-XXXXXX").string();
  ScratchFolder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~ScratchFolder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("collectors are told by their urls") {
  const auto udp = parse_collector("udp://192.0.2.1:9995");
  REQUIRE(udp);
  CHECK(udp->host == "192.0.2.1");
  CHECK(udp->port == 9995);
  CHECK(udp->transport == IpfixTransport::kUdp);
  const auto tls = parse_collector("tls://[2001:db8::1]");
  REQUIRE(tls);
  CHECK(tls->host == "2001:db8::1");
  CHECK(tls->port == 4740);
  CHECK(tls->transport == IpfixTransport::kTls);
  for (const char* wrong : {"192.0.2.1:4739", "udp://", "http://a", "udp://a:0", "udp://a:70000", "tcp://:1"})
    CHECK_FALSE(parse_collector(wrong));
}

TEST_CASE("a batch is one file in the spool and one line in the slice log") {
  const ScratchFolder folder;
  AgentConfig config;
  config.name = "h1";
  config.spool = folder.path + "/spool";
  config.slice_log = folder.path + "/slices";
  auto outlets = Outlets::open(config);
  REQUIRE_MESSAGE(outlets, outlets.error().message);
  RecordNames names;
  RecordBatch batch{kFirstDefinition, "own", *parse_time("2026-11-23T10:00:10Z"), {}};
  FlowRecord record;
  record.start = batch.until - 5s;
  record.end = batch.until - 1s;
  record.key = {Ipv4{0x0a000001}, Ipv4{0x0a000002}, 1, 2, 17, Direction::kOut};
  record.packets = 3;
  record.bytes = 300;
  record.origin.owner = names.owners.intern({"dig", "/usr/bin/dig", "root", "", ""});
  batch.records.push_back(record);
  REQUIRE((*outlets)->send(batch, names, {.at = batch.until, .name = "h1"}));
  batch.goes_on = true;
  RecordBatch last = batch;
  last.goes_on = false;
  last.records[0].bytes = 500;
  REQUIRE((*outlets)->send(batch, names, {.at = batch.until, .name = "h1"}));
  CHECK_FALSE(std::filesystem::exists(config.spool + "/000000000002-2.ipfix"));
  REQUIRE((*outlets)->send(last, names, {.at = batch.until, .name = "h1"}));
  const auto parts = read_text_file(config.spool + "/000000000002-2.ipfix", 1 << 20);
  REQUIRE(parts);
  IpfixReader parts_reader;
  RecordNames parts_names;
  std::vector<FlowRecord> of_parts;
  REQUIRE(parts_reader.read({reinterpret_cast<const std::uint8_t*>(parts->data()), parts->size()},
                            parts_names, of_parts));
  REQUIRE(of_parts.size() == 2);
  CHECK(of_parts[0].bytes + of_parts[1].bytes == 800);

  std::string file;
  for (const auto& entry : std::filesystem::directory_iterator(config.spool)) {
    if (entry.path().filename() == "000000000001-1.ipfix") file = entry.path();
  }
  const auto bytes = read_text_file(file, 1 << 20);
  REQUIRE(bytes);
  IpfixReader reader;
  RecordNames read_names;
  std::vector<FlowRecord> records;
  REQUIRE(reader.read({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()}, read_names,
                      records));
  REQUIRE(records.size() == 1);
  CHECK(records[0].bytes == 300);
  CHECK(read_names.owners[records[0].origin.owner].process == "dig");
  const auto log = read_text_file(config.slice_log, 1 << 20);
  REQUIRE(log);
  CHECK(log->find(R"("sequence":1,"until":"2026-11-23T10:00:10Z","records":1,"packets":3,"bytes":300})") !=
        std::string::npos);
  CHECK(log->find(R"("sequence":2,"until":"2026-11-23T10:00:10Z","records":2,"packets":6,"bytes":800})") !=
        std::string::npos);
}

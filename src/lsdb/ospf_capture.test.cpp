#include "lsdb/ospf_capture.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "lsdb/lsa_log_file.h"
#include "lsdb/lsdb.test.h"

using namespace anemone;
namespace fs = std::filesystem;

TEST_CASE("a capture and the LSA log of what was heard in it are the same recording") {
  const std::string capture = std::string(ANEMONE_TEST_DATA) + "/lab/six/pcap/lan.lan0.pcap.gz";
  const std::string path =
      fs::temp_directory_path() / ("anemone-capture-" + std::to_string(::getpid()) + ".lsalog");
  const auto heard = read_ospf_captures(std::vector<std::string>{capture});
  REQUIRE(heard);
  REQUIRE(heard->log.entries.size() > 100);
  {
    auto log = LsaLogWriter::open(path);
    REQUIRE(log);
    REQUIRE(log->vantage(heard->log.vantages[0]));
    for (const HeardLsa& lsa : heard->log.entries) log->append(lsa);
  }
  const auto read = read_ospf_captures(std::vector<std::string>{path});
  fs::remove(path);
  REQUIRE(read);
  CHECK(read->problems.empty());
  CHECK(read->log.vantages == heard->log.vantages);
  CHECK(read->counts.lsas == heard->counts.lsas);
  REQUIRE(read->log.entries.size() == heard->log.entries.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < read->log.entries.size(); ++i) {
    const HeardLsa& a = read->log.entries[i];
    const HeardLsa& b = heard->log.entries[i];
    different += a.time != b.time || a.key != b.key || a.instance != b.instance || bytes_of(a) != bytes_of(b);
  }
  CHECK(different == 0);
}

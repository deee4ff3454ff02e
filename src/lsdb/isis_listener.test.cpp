#include "lsdb/isis_listener.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <string>

#include "isis/lsp.h"
#include "lsdb/lsa_log_file.h"
#include "lsdb/lsdb.h"
#include "lsdb/unseen.h"

using namespace anemone;
using isis::LspId;
using isis::PduType;
using isis::Refusal;

namespace {

constexpr Time kStart = Time{std::chrono::seconds(1'000'000)};
constexpr LspId kR1{0x1921'6800'1001'0000};
constexpr LspId kR2{0x1921'6800'1002'0000};

std::vector<std::uint8_t> lsp(LspId id, std::uint32_t sequence, std::uint16_t lifetime_s = 1200,
                              PduType type = PduType::kLsp2, const std::string& name = "r") {
  ByteWriter tlvs;
  isis::write_tlv(isis::TlvType::kHostName, std::vector<std::uint8_t>(name.begin(), name.end()), tlvs);
  return isis::write_lsp(type, {lifetime_s, id, sequence, 0, 3}, tlvs.bytes());
}

std::vector<std::uint8_t> listing(PduType type, std::vector<isis::LspEntry> lsps) {
  ByteWriter value;
  for (const auto& entry : lsps) isis::write_lsp_entry(entry, value);
  ByteWriter tlvs;
  isis::write_tlv(isis::TlvType::kLspEntries, value.bytes(), tlvs);
  const bool complete = type == PduType::kCsnp1 || type == PduType::kCsnp2;
  return isis::write_sequence_numbers(type, {complete, kR1.node(), {0}, {~std::uint64_t{0}}}, tlvs.bytes());
}

struct Story {
  LsaLog log;
  IsisListener listener{"link a-b", log};

  Lsdb lsdb() const {
    Lsdb all;
    for (const HeardLsa& heard : log.entries) all.install(heard);
    return all;
  }
};

constexpr LsdbKey key(LspId id, std::uint32_t level) {
  return {false, {level == 1 ? 1U : 0U, kIsisDomain}, 0, id.value, {}};
}

}  // namespace

TEST_CASE("LSPs of both levels are logged under their names, whole") {
  Story s;
  const auto bytes = lsp(kR1, 5);
  auto padded = bytes;
  padded.resize(100);
  s.listener.on_pdu(kStart, padded);
  s.listener.on_pdu(kStart, lsp(kR1, 6, 1200, PduType::kLsp1));
  REQUIRE(s.log.entries.size() == 2);
  CHECK(s.log.vantages == std::vector<std::string>{"link a-b"});
  CHECK(s.log.entries[0].key == key(kR1, 2));
  CHECK(s.log.entries[1].key == key(kR1, 1));
  CHECK(s.log.entries[0].instance.left_s == 1200);
  CHECK(s.log.entries[0].bytes.size() == bytes.size());
  CHECK(print_lsa_id(s.log.entries[0].key) == "1921.6800.1001.00-00");
  CHECK(print_lsa_type(s.log.entries[0].key) == "lsp");
  CHECK(s.listener.counts().lsps == 2);
  CHECK(s.listener.counts().by_type[20] == 1);
  CHECK(s.listener.counts().tlvs.at(137) == 2);
  const auto again = heard_lsa(kStart, 0, {0, kIsisDomain}, bytes);
  REQUIRE(again);
  CHECK(again->key == key(kR1, 2));
}

TEST_CASE("a damaged LSP, one of another instance and what is no IS-IS are counted by their reasons") {
  Story s;
  auto bad = lsp(kR1, 1);
  bad.back() ^= 1;
  s.listener.on_pdu(kStart, bad);
  ByteWriter tlvs;
  isis::write_tlv(isis::TlvType::kInstance, std::vector<std::uint8_t>{0, 9, 0, 0}, tlvs);
  s.listener.on_pdu(kStart, isis::write_lsp(PduType::kLsp1, {9, kR1, 1, 0, 1}, tlvs.bytes()));
  s.listener.on_pdu(kStart, std::vector<std::uint8_t>{0x81, 0, 0});
  CHECK(s.log.entries.empty());
  CHECK(s.listener.counts().pdus == 3);
  CHECK(s.listener.counts().refused[Refusal::kBadChecksum] == 1);
  CHECK(s.listener.counts().refused[Refusal::kOtherInstance] == 1);
  CHECK(s.listener.counts().refused[Refusal::kNotIsis] == 1);
}

TEST_CASE(
    "what a CSNP lists and nobody has heard is known to be missing; said again it is not logged again") {
  Story s;
  s.listener.on_pdu(kStart, lsp(kR1, 5));
  const std::uint16_t sum = s.log.entries[0].instance.checksum;
  const auto csnp = listing(PduType::kCsnp2, {{1190, kR1, 5, sum}, {1100, kR2, 9, 77}});
  s.listener.on_pdu(kStart + 1s, csnp);
  s.listener.on_pdu(kStart + 11s, csnp);
  REQUIRE(s.log.entries.size() == 2);
  CHECK(s.log.entries[1].described);
  const auto missing = s.lsdb().described_but_unheard();
  REQUIRE(missing.size() == 1);
  CHECK(missing[0] == key(kR2, 2));
  s.listener.on_pdu(kStart + 12s, listing(PduType::kCsnp2, {{1100, kR2, 10, 78}}));
  CHECK(s.log.entries.size() == 3);
}

TEST_CASE("the longest lifetime that IS-IS has is long, not for ever") {
  Story s;
  s.listener.on_pdu(kStart, lsp(kR1, 5, 0xffff));
  Lsdb lsdb = s.lsdb();
  CHECK(lsdb.find(key(kR1, 2))->dies() == kStart + 65534s);
}

TEST_CASE("a request in a PSNP claims nothing") {
  Story s;
  s.listener.on_pdu(kStart, listing(PduType::kPsnp2, {{0, kR2, 0, 0}}));
  CHECK(s.log.entries.empty());
}

TEST_CASE("a purge takes the LSP away, a late copy does not bring it back, a fresh one after a minute does") {
  Story s;
  s.listener.on_pdu(kStart, lsp(kR1, 5));
  CHECK(s.lsdb().find(key(kR1, 2)));
  s.listener.on_pdu(kStart + 10s, lsp(kR1, 5, 0));
  CHECK_FALSE(s.lsdb().find(key(kR1, 2)));
  s.listener.on_pdu(kStart + 11s, lsp(kR1, 5));
  CHECK_FALSE(s.lsdb().find(key(kR1, 2)));
  s.listener.on_pdu(kStart + 12s, lsp(kR1, 6));
  CHECK(s.lsdb().find(key(kR1, 2)));
  s.listener.on_pdu(kStart + 20s, lsp(kR1, 6, 0));
  s.listener.on_pdu(kStart + 90s, lsp(kR1, 1));  // restarted
  CHECK(s.lsdb().find(key(kR1, 2)));
}

TEST_CASE("an LSP whose lifetime runs out is gone; a refresh changes nothing") {
  Story s;
  s.listener.on_pdu(kStart, lsp(kR1, 5, 100));
  Lsdb lsdb = s.lsdb();
  lsdb.advance(kStart + 99s);
  CHECK(lsdb.find(key(kR1, 2)));
  lsdb.advance(kStart + 100s);
  CHECK_FALSE(lsdb.find(key(kR1, 2)));
  s.listener.on_pdu(kStart + 50s, lsp(kR1, 6, 1200));
  s.listener.on_pdu(kStart + 60s, lsp(kR1, 7, 1200, PduType::kLsp2, "renamed"));
  Lsdb fresh;
  CHECK(fresh.install(s.log.entries[0]) == LsdbChange::kChanged);
  CHECK(fresh.install(s.log.entries[1]) == LsdbChange::kRefreshed);
  CHECK(fresh.install(s.log.entries[2]) == LsdbChange::kChanged);
}

TEST_CASE("neighbours that are named and first LSPs that are missing are unseen, until they are heard") {
  Story s;
  isis::LspContents contents;
  contents.neighbors = {{kR2.node(), 10, true, 0, {}}};
  ByteWriter tlvs;
  isis::write_lsp_contents(contents, tlvs);
  const LspId second{kR1.value + 1};
  s.listener.on_pdu(kStart, isis::write_lsp(PduType::kLsp2, {1200, second, 1, 0, 3}, tlvs.bytes()));
  CHECK(unseen_lsas(s.lsdb()) == std::vector<LsdbKey>{key(kR1, 2), key(kR2, 2)});
  s.listener.on_pdu(kStart, lsp(kR2, 1));
  s.listener.on_pdu(kStart, lsp(kR1, 1, 1200, PduType::kLsp1));  // the other level's does not help
  CHECK(unseen_lsas(s.lsdb()) == std::vector<LsdbKey>{key(kR1, 2)});
  s.listener.on_pdu(kStart, lsp(kR1, 1));
  CHECK(unseen_lsas(s.lsdb()).empty());
}

TEST_CASE("LSPs and what CSNPs list are read from a log file as they were heard") {
  Story s;
  s.listener.on_pdu(kStart, lsp(kR1, 5, 1200, PduType::kLsp1));
  s.listener.on_pdu(kStart + 1s, listing(PduType::kCsnp2, {{1100, kR2, 9, 77}}));
  s.listener.on_pdu(kStart + 2s, lsp(kR1, 6, 0));
  const std::string path = "/tmp/anemone-isis-log-" + std::to_string(getpid());
  auto writer = LsaLogWriter::open(path);
  REQUIRE(writer);
  REQUIRE(writer->vantage("link a-b"));
  for (const HeardLsa& heard : s.log.entries) writer->append(heard);
  REQUIRE(writer->flush(LsaLogWriter::Until::kKernel));
  auto reader = LsaLogReader::open(path);
  LsaLog log;
  REQUIRE(reader);
  REQUIRE(reader->read(log));
  unlink(path.c_str());
  CHECK(reader->refused() == 0);
  REQUIRE(log.entries.size() == s.log.entries.size());
  for (std::size_t i = 0; i < log.entries.size(); ++i) {
    CHECK(log.entries[i].key == s.log.entries[i].key);
    CHECK(log.entries[i].instance == s.log.entries[i].instance);
    CHECK(log.entries[i].described == s.log.entries[i].described);
    CHECK(log.entries[i].bytes.size() == s.log.entries[i].bytes.size());
  }
}

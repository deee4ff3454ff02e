#include "isis/pdu.h"

#include <doctest/doctest.h>

#include "isis/tlv.h"

using namespace anemone;
using namespace anemone::isis;

namespace {

constexpr LspId kId{0x1921'6800'1001'0203};

std::vector<std::uint8_t> some_lsp() {
  ByteWriter tlvs;
  write_tlv(TlvType::kHostName, std::vector<std::uint8_t>{'r', '1'}, tlvs);
  return write_lsp(PduType::kLsp2, {1200, kId, 7, 0, 0x0b}, tlvs.bytes());
}

Refusal judged(Bytes bytes) {
  Pdu pdu;
  return read_pdu(bytes, pdu);
}

Refusal judged_with(std::size_t at, std::uint8_t value) {
  auto bytes = some_lsp();
  bytes[at] = value;
  return judged(bytes);
}

}  // namespace

TEST_CASE("ids print as operators write them") {
  CHECK(print_id(kId) == "1921.6800.1001.02-03");
  CHECK(print_id(kId.node()) == "1921.6800.1001.02");
  CHECK(print_id(kId.node().system()) == "1921.6800.1001");
  CHECK(kId.node().pseudonode());
  CHECK_FALSE(node_of(kId.node().system()).pseudonode());
  CHECK(print_id(first_lsp_of(kId.node())) == "1921.6800.1001.02-00");
}

TEST_CASE("an LSP is read as it was written, the padding of its link left away") {
  auto bytes = some_lsp();
  const std::size_t size = bytes.size();
  bytes.resize(60);
  Pdu pdu;
  REQUIRE(read_pdu(bytes, pdu) == Refusal::kNone);
  CHECK(pdu.whole.size() == size);
  CHECK(pdu.type == PduType::kLsp2);
  CHECK(level_of(pdu.type) == 2);
  const Lsp lsp = read_lsp(pdu);
  CHECK(lsp.id == kId);
  CHECK(lsp.sequence == 7);
  CHECK(lsp.lifetime_s == 1200);
  CHECK(lsp.attached());
  CHECK_FALSE(lsp.overloaded());
  CHECK(lsp.is_level2());
  CHECK(lsp.checksum != 0);
  CHECK(lsp_checksum_ok(pdu.whole));
}

TEST_CASE("an LSP's checksum does not cover its lifetime, and a purge needs none") {
  auto bytes = some_lsp();
  bytes[10] = 1;
  CHECK(lsp_checksum_ok(bytes));
  bytes[28] ^= 1;
  CHECK_FALSE(lsp_checksum_ok(bytes));
  bytes[10] = bytes[11] = 0;
  CHECK(lsp_checksum_ok(bytes));
  bytes[11] = 9;
  bytes[24] = bytes[25] = 0;
  CHECK_FALSE(lsp_checksum_ok(bytes));  // a zero checksum of a living LSP is a corrupted one
}

TEST_CASE("what is no IS-IS PDU is refused under its own name") {
  CHECK(judged({}) == Refusal::kCutShort);
  CHECK(judged_with(0, 0x82) == Refusal::kNotIsis);  // ES-IS
  CHECK(judged_with(1, 26) == Refusal::kBadHeader);
  CHECK(judged_with(2, 2) == Refusal::kBadVersion);
  CHECK(judged_with(5, 2) == Refusal::kBadVersion);
  CHECK(judged_with(3, 4) == Refusal::kBadIdLength);
  CHECK(judged_with(3, 6) == Refusal::kNone);
  CHECK(judged_with(4, 19) == Refusal::kBadType);
  CHECK(judged_with(4, 0xe0 | 20) == Refusal::kNone);  // the three high bits are reserved
  CHECK(judged_with(9, 26) == Refusal::kBadLength);
  CHECK(judged_with(8, 1) == Refusal::kCutShort);
  CHECK(judged_with(28, 3) == Refusal::kBadTlvLength);
  CHECK(std::string(print_refusal(Refusal::kBadTlvLength)) == "bad_tlv_length");
  CHECK(std::string(print_refusal(Refusal::kOtherInstance)) == "other_instance");
}

TEST_CASE("every beginning of a good PDU is refused, not read past") {
  const auto bytes = some_lsp();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(judged(Bytes(bytes).first(size)) == Refusal::kCutShort);
  }
}

TEST_CASE("hellos of LANs and of point-to-point links") {
  const Hello lan{false, 3, {0x1921'6800'1001}, 30, 64, {0x19'2168'0010'0102}, 0};
  Pdu pdu;
  auto bytes = write_hello(PduType::kHello1, lan, {});
  REQUIRE(read_pdu(bytes, pdu) == Refusal::kNone);
  Hello read = read_hello(pdu);
  CHECK(read.system == lan.system);
  CHECK(read.lan == lan.lan);
  CHECK(read.priority == 64);
  CHECK(read.circuit_type == 3);
  CHECK(read.holding_s == 30);
  bytes = write_hello(PduType::kPointToPointHello, {true, 2, lan.system, 9, 0, {}, 5}, {});
  REQUIRE(read_pdu(bytes, pdu) == Refusal::kNone);
  read = read_hello(pdu);
  CHECK(read.point_to_point);
  CHECK(read.circuit == 5);
  CHECK(level_of(pdu.type) == 0);
}

TEST_CASE("a CSNP lists what its sender has in a range, a PSNP what it wants or got") {
  ByteWriter entry;
  write_lsp_entry({1100, kId, 9, 0xabcd}, entry);
  ByteWriter tlvs;
  write_tlv(TlvType::kLspEntries, entry.bytes(), tlvs);
  const SequenceNumbers all{true, kId.node(), {0}, {~std::uint64_t{0}}};
  for (const PduType type : {PduType::kCsnp1, PduType::kPsnp2}) {
    SequenceNumbers numbers = all;
    numbers.complete = type == PduType::kCsnp1;
    const auto bytes = write_sequence_numbers(type, numbers, tlvs.bytes());
    Pdu pdu;
    REQUIRE(read_pdu(bytes, pdu) == Refusal::kNone);
    const SequenceNumbers read = read_sequence_numbers(pdu);
    CHECK(read.complete == numbers.complete);
    CHECK(read.source == kId.node());
    if (read.complete) CHECK(read.last == all.last);
    int count = 0;
    each_lsp_entry(pdu.tlvs, [&](const LspEntry& e) {
      ++count;
      CHECK(e.id == kId);
      CHECK(e.sequence == 9);
      CHECK(e.checksum == 0xabcd);
      CHECK(e.lifetime_s == 1100);
    });
    CHECK(count == 1);
  }
}

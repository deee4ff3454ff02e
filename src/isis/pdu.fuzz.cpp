// Any bytes as an IS-IS PDU: headers, TLVs, lists; and an LSP's header comes back the same when written.
#include "isis/pdu.h"

#include <cstdlib>

#include "isis/tlv.h"

using namespace anemone;
using namespace anemone::isis;

namespace {

bool is_lsp(PduType type) { return type == PduType::kLsp1 || type == PduType::kLsp2; }

void again(const Pdu& pdu) {
  const Lsp lsp = read_lsp(pdu);
  const auto written = write_lsp(pdu.type, lsp, pdu.tlvs);
  Pdu second;
  if (read_pdu(written, second) != Refusal::kNone || !lsp_checksum_ok(second.whole)) std::abort();
  const Lsp read = read_lsp(second);
  if (read.id != lsp.id || read.sequence != lsp.sequence || read.flags != lsp.flags) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Pdu pdu;
  const Bytes bytes(data, size);
  if (read_pdu(bytes, pdu) != Refusal::kNone) return 0;
  if (pdu.whole.size() > size || pdu.tlvs.size() > pdu.whole.size()) std::abort();
  std::size_t entries = 0;
  each_lsp_entry(pdu.tlvs, [&](const LspEntry&) { ++entries; });
  if (entries * 16 > size) std::abort();
  tlv_bodies_ok(pdu.tlvs);
  print_authentication(authentication_of(pdu.tlvs));
  instance_of(pdu.tlvs);
  if (is_lsp(pdu.type)) {
    lsp_checksum_ok(pdu.whole);
    again(pdu);
  } else if (pdu.type <= PduType::kPointToPointHello) {
    const auto written = write_hello(pdu.type, read_hello(pdu), pdu.tlvs);
    if (written.size() != pdu.whole.size()) std::abort();
  } else {
    const auto written = write_sequence_numbers(pdu.type, read_sequence_numbers(pdu), pdu.tlvs);
    if (written.size() != pdu.whole.size()) std::abort();
  }
  return 0;
}

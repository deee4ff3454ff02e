// Any bytes as the TLVs of an LSP, and what is read comes back the same when written and read again.
#include "isis/lsp.h"

#include <cstdlib>

#include "isis/tlv.h"

using namespace anemone;
using namespace anemone::isis;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes tlvs(data, size);
  if (!tlvs_fit(tlvs) || !tlv_bodies_ok(tlvs)) return 0;
  LspContents contents;
  read_lsp_contents(tlvs, contents);
  for (const auto& area : contents.areas) print_area_address(area);
  ByteWriter out;
  write_lsp_contents(contents, out);
  if (!tlvs_fit(out.bytes()) || !tlv_bodies_ok(out.bytes())) std::abort();
  LspContents again;
  read_lsp_contents(out.bytes(), again);
  if (again != contents) std::abort();
  return 0;
}

#include "isis/lsp.h"

#include <doctest/doctest.h>

#include "isis/tlv.h"

using namespace anemone;
using namespace anemone::isis;

namespace {

using Raw = std::vector<std::uint8_t>;

LspContents contents_of(Bytes tlvs) {
  REQUIRE(tlvs_fit(tlvs));
  REQUIRE(tlv_bodies_ok(tlvs));
  LspContents contents;
  read_lsp_contents(tlvs, contents);
  return contents;
}

Reach reach(const char* prefix, std::uint32_t metric) {
  Reach r;
  r.prefix = *parse_prefix(prefix);
  r.metric = metric;
  r.wide = true;
  return r;
}

LspContents everything() {
  LspContents all;
  all.areas = {{0x49, 0, 1}, {0x49, 0, 2}};
  all.host_name = "core-1";
  all.te_router_id = *parse_ipv4("10.0.0.1");
  all.capability_router_id = *parse_ipv4("10.0.0.2");
  all.topologies = {{0, false, false}, {2, true, true}};
  all.addresses = {*parse_address("10.1.0.1"), *parse_address("2001:db8::1")};
  Neighbor narrow{{0x1921'6800'1002'00}, 63, false, 0, {}};
  Neighbor wide{{0x1921'6800'1003'02}, 100'000, true, 0, {}};
  wide.details = {*parse_address("10.1.0.1"),
                  *parse_address("10.1.0.2"),
                  *parse_address("2001:db8::1"),
                  *parse_address("2001:db8::2"),
                  4,
                  5,
                  0x11,
                  77,
                  1e10};
  Neighbor other{{0x1921'6800'1003'00}, 5, true, kIp6Topology, {}};
  all.neighbors = {narrow, wide, other};
  Reach old = reach("10.3.0.0/16", 9);
  old.wide = false;
  Reach redistributed = old;
  redistributed.external = redistributed.external_metric = redistributed.down = true;
  Reach leaked = reach("10.4.5.6/32", 70'000);
  leaked.down = true;
  Reach six = reach("2001:db8:1::/48", 12);
  six.external = true;
  Reach apart = reach("2001:db8:2::/48", 13);
  apart.topology = kIp6Topology;
  Reach all_of_it = reach("0.0.0.0/0", 0);
  all.prefixes = {old, redistributed, leaked, six, apart, all_of_it};
  return all;
}

}  // namespace

TEST_CASE("what LSPs say is read as it was written") {
  ByteWriter out;
  write_lsp_contents(everything(), out);
  CHECK(contents_of(out.bytes()) == everything());
}

TEST_CASE("the LSPs of a node are read one after the other and say all together") {
  ByteWriter out;
  write_lsp_contents(everything(), out);
  LspContents twice;
  read_lsp_contents(out.bytes(), twice);
  read_lsp_contents(out.bytes(), twice);
  CHECK(twice.neighbors.size() == 2 * everything().neighbors.size());
  CHECK(twice.host_name == "core-1");
}

TEST_CASE("a host name is printable whatever its bytes are") {
  CHECK(contents_of(Raw{137, 4, 'a', '\n', 0xff, 'b'}).host_name == "a??b");
}

TEST_CASE("narrow prefixes with a mask that has holes are left away") {
  CHECK(contents_of(Raw{128, 12, 10, 0x80, 0x80, 0x80, 10, 0, 0, 0, 255, 0, 255, 0}).prefixes.empty());
}

TEST_CASE("the external metric bit counts for external prefixes only") {
  const Raw entry = {0x40 | 10, 0x80, 0x80, 0x80, 10, 0, 0, 0, 255, 0, 0, 0};
  Raw internal = {128, 12};
  internal.insert(internal.end(), entry.begin(), entry.end());
  CHECK_FALSE(contents_of(internal).prefixes[0].external_metric);
  internal[0] = 130;
  CHECK(contents_of(internal).prefixes[0].external_metric);
  CHECK(contents_of(internal).prefixes[0].metric == 10);
}

TEST_CASE("area addresses print as operators write them") {
  CHECK(print_area_address(Raw{0x49, 0x00, 0x01}) == "49.0001");
  CHECK(print_area_address(Raw{0x47, 0, 5, 0x80}) == "47.0005.80");
  CHECK(print_area_address({}).empty());
}

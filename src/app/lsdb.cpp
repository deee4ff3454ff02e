// `anemone lsdb SOURCE...`: every LSA that is known at an instant, as a router's `show ip ospf database` has
// it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/routing_source.h"
#include "app/text_table.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

struct LsdbOptions {
  std::vector<std::string> sources;
  std::string at;
  KeyOptions keys;
  std::string format = "table";
};

struct Row {
  std::string area, type, id, router, sequence, checksum;
  std::uint16_t number, left_s;
};

// An LSA that the whole AS shares is in no area.
Row row_of(const Lsdb& lsdb, const LsdbKey& key, const StoredLsa& stored) {
  return {key.as_wide ? "" : print_area(key.area),
          print_lsa_type(key),
          print_lsa_id(key),
          key.router.value == 0 ? "" : print_address(key.router),
          fmt::format("{:08x}", static_cast<std::uint32_t>(stored.instance.sequence)),
          fmt::format("{:04x}", stored.instance.checksum),
          key.type,
          stored.left_s(lsdb.time())};
}

void print_json(const Lsdb& lsdb) {
  Json lsas = Json::array();
  lsdb.each([&](const LsdbKey& key, const StoredLsa& stored) {
    const Row row = row_of(lsdb, key, stored);
    lsas.push_back({{"area", row.area},
                    {"type", row.type},
                    {"type_number", row.number},
                    {"id", row.id},
                    {"router", row.router},
                    {"sequence", row.sequence},
                    {"checksum", row.checksum},
                    {"left_s", row.left_s}});
  });
  const Json answer = {{"at", print_time(lsdb.time())}, {"lsas", std::move(lsas)}};
  fmt::print("{}\n", answer.dump(-1, ' ', false, Json::error_handler_t::replace));
}

TextTable table_of(const Lsdb& lsdb) {
  TextTable table({"area", "type", "id", "router", "sequence", "checksum", "left_s"});
  lsdb.each([&](const LsdbKey& key, const StoredLsa& stored) {
    const Row row = row_of(lsdb, key, stored);
    table.row(
        {row.area, row.type, row.id, row.router, row.sequence, row.checksum, std::to_string(row.left_s)});
  });
  return table;
}

}  // namespace

int lsdb(int argc, char** argv) {
  LsdbOptions options;
  Arguments arguments("lsdb",
                      "Every LSA that is known at an instant, by area: what a router's database holds.");
  arguments.positional("SOURCE", options.sources, "OSPF or IS-IS captures of one network, or LSA logs",
                       Need::kRequired);
  arguments.option("--at", options.at, "the instant (RFC 3339 or Unix seconds); by default the last packet");
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print");
  options.keys.declare(arguments);
  if (const auto code = arguments.parse(argc, argv)) return *code;

  const auto source = read_routing_source("lsdb", options.sources, options.at, options.keys);
  if (!source || !source->lsdb) {
    fmt::print(stderr, "anemone lsdb: {}\n",
               source ? options.sources.front() + ": a topology file holds no LSA" : source.error().message);
    return kFailed;
  }
  if (options.format == "json") print_json(*source->lsdb);
  if (options.format == "csv") fmt::print("{}", table_of(*source->lsdb).csv());
  if (options.format == "table") fmt::print("{}", table_of(*source->lsdb).aligned());
  return kDone;
}

}  // namespace anemone

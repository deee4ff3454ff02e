// `anemone top --by WHAT`: whose traffic it is, the largest first.
#include <cstdio>
#include <string>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/measured_load.h"

namespace anemone {

int top(int argc, char** argv) {
  MeasuredOptions options;
  options.by = "links";
  std::uint64_t count = 20;
  Arguments arguments("top",
                      "The largest links, hosts, applications, processes, users or demands of a bin: of a "
                      "running server's newest, or of a store's last.");
  arguments.positional("STORE", options.store, "the folder of a store that no server has open",
                       Need::kOptional);
  options.server.declare(arguments);
  arguments.choice("--by", options.by, {"links", "hosts", "apps", "processes", "users", "demands"},
                   "what is ranked");
  arguments.option("--at", options.at, "the bin that holds this instant: RFC 3339 or Unix seconds");
  arguments.option("--top", count, "how many rows");
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print");
  if (const auto code = arguments.parse(argc, argv)) return *code;
  options.count = std::to_string(count);
  if (options.server.server.empty() == options.store.empty()) {
    std::fputs("anemone top: ask either a server (--server URL) or a store (its folder)\n", stderr);
    return kWrongUsage;
  }
  return print_measured("top", options);
}

}  // namespace anemone

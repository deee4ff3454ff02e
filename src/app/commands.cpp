#include "app/commands.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace anemone {
namespace {

constexpr std::array kCommands = {
    Command{"flows", "the flows of capture files", flows},
    Command{"topology", "routers, links and prefixes at an instant", topology},
    Command{"lsdb", "every LSA that is known at an instant", lsdb},
    Command{"routes", "the routing table that a router has", routes},
    Command{"path", "the links between two routers or addresses", path},
    Command{"events", "what happened in the network, from captures and LSA logs", events},
    Command{"diff", "what changed between two instants: topology and paths", diff},
    Command{"load", "load and utilisation of every directed link", load},
    Command{"top", "whose traffic it is: links, hosts, programs, the largest first", top},
    Command{"coverage", "how much nobody sees, and which hosts to instrument next", coverage},
    Command{"convert", "a network in the formats of other tools", convert},
    Command{"bound", "how good any routing could be, beside today's", bound},
    Command{"optimize", "better costs for the links, and how far from the best they are", optimize},
    Command{"sweep", "every failure in turn: the worst of each link, and the weak points", sweep},
    Command{"whatif", "what changes would do to every link, and who would notice", whatif},
    Command{"snoop", "listen to the routing protocol", snoop},
    Command{"agent", "watch this host: flow records with the program behind them", agent},
    Command{"query", "what has been, by a definition of your own: agents' archives, or one here", query},
    Command{"define", "the flow definitions that a server hands to its agents", define},
    Command{"doctor", "why OSPF routers do not become neighbours, and how to mend it", doctor},
    Command{"serve", "receive, store, join, answer: API and console", serve},
    Command{"token", "draw a token for anemone serve --tokens", token},
    Command{"demo", "replay a recorded network, in the browser", demo},
};

void print_usage(std::FILE* out) {
  std::fputs("Anemone: what an IP network carries, and by which way.\n\nusage: anemone COMMAND ...\n\n", out);
  for (const Command& command : kCommands) std::fprintf(out, "  %-10s %s\n", command.name, command.help);
  std::fputs("\n'anemone COMMAND --help' tells more.\n", out);
}

}  // namespace

int run(int argc, char** argv) {
  if (argc < 2) {
    print_usage(stderr);
    return kWrongUsage;
  }
  const std::string_view wanted = argv[1];
  if (wanted == "--help" || wanted == "-h" || wanted == "help") {
    print_usage(stdout);
    return kDone;
  }
  if (wanted == "--version") {
    std::puts("anemone 0.1.0");
    return kDone;
  }
  for (const Command& command : kCommands) {
    if (wanted == command.name) return command.run(argc - 1, argv + 1);
  }
  std::fprintf(stderr, "anemone: there is no command '%s'\n\n", argv[1]);
  print_usage(stderr);
  return kWrongUsage;
}

}  // namespace anemone

#include "host/interface_counts.h"

#include <doctest/doctest.h>

using namespace anemone;

TEST_CASE(
    "counters of interfaces are read as the kernel prints them, both ways together, without the loopback") {
  const char* text =
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo "
      "colls carrier compressed\n"
      "    lo:    9180      90    0    0    0     0          0         0     9180      90    0    0    0     "
      "0       0          0\n"
      "  eth0: 1000000    1500    0    2    0     0          0         0    70000     800    0    0    0     "
      "0       0          0\n"
      "eth0:1:      10       1    0    0    0     0          0         0        5       2    0    0    0     "
      "0       0          0\n"
      "broken: 1 2 3\n";
  const CountsByInterface counts = parse_interface_counts(text);
  CHECK(counts == CountsByInterface{{"eth0", {2300, 1070000}}, {"eth0:1", {3, 15}}});
  CHECK(parse_interface_counts("").empty());
}

TEST_CASE("this machine has counters") { CHECK(interface_counts()); }

#include "capture/host_source.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

#include "capture/host_programs.h"

using namespace anemone;

TEST_CASE("the place of cgroup v2 is found beside version 1, and wherever it is mounted") {
  CHECK(cgroup2_mount("cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n") == "/sys/fs/cgroup");
  CHECK(cgroup2_mount("tmpfs /sys/fs/cgroup tmpfs rw 0 0\n"
                      "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n"
                      "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n") == "/sys/fs/cgroup/unified");
  CHECK(cgroup2_mount("proc /proc proc rw 0 0\n").empty());
  CHECK(cgroup2_mount("").empty());
}

TEST_CASE(
    "a micro-flow in the kernel takes a line of cache, and 24 bytes for IPv6; finding it takes another "
    "line") {
  CHECK(sizeof(HostSlot) == 64);
  CHECK(sizeof(HostRest) == 24);
  CHECK(sizeof(HostBucket) == 64);
  CHECK(sizeof(HostKey) == 44);
  CHECK(offsetof(HostSlot, dst) - offsetof(HostSlot, interface) == offsetof(HostKey, dst));
}

TEST_CASE("what cannot be opened says why") {
  const HostSource::OwnerOf nobody = [](const ProcessSeen&) { return kUnknownOwner; };
  HostSourceConfig config;
  config.cgroup = "/nowhere/at/all";
  config.ring_bytes = 5000;
  auto odd = HostSource::open(config, nobody);
  REQUIRE(!odd);
  CHECK(odd.error().message == "the ring of events must have a power of two of bytes, 4096 at least");
  config.ring_bytes = 4096;
  config.micro_flows_max = 0;
  CHECK(!HostSource::open(config, nobody));
  config.micro_flows_max = 1 << 20;
  CHECK(!HostSource::open(config, nobody));
  config.micro_flows_max = 16;
  auto nowhere = HostSource::open(config, nobody);
  REQUIRE(!nowhere);
  const bool is_root = geteuid() == 0;
  CHECK((!is_root || nowhere.error().message.find("no cgroup at /nowhere/at/all") != std::string::npos ||
         nowhere.error().message.find("packets cannot be counted") != std::string::npos));
}

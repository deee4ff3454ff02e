// Micro-flows at random over few hosts, programs and tunnels, so that everything meets everything.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "capture/record_names.h"

namespace anemone {

struct RandomMicroFlows {
  explicit RandomMicroFlows(std::uint64_t seed) : random(seed) {
    for (const char* process : {"nginx", "curl", "sshd"}) {
      for (const char* user : {"root", "www-data"}) {
        for (const char* unit : {"", "nginx.service"}) {
          names.owners.intern({process, std::string("/usr/bin/") + process, user, unit, ""});
        }
      }
    }
    for (const char* application : {"web", "shell"}) names.applications.intern(application);
    names.tunnels.intern({"vxlan", "vxlan0", Ipv4{0x0a010101}, Ipv4{0x0a010102}, 42});
    names.tunnels.intern({"wireguard", "wg0", Ipv4{0x0a010101}, Ipv4{0x0a010103}, 0});
  }

  IpAddress address() {
    if (random.below(4) == 0) return {0x2001'0db8'0000'0000U | random.below(3) << 8U, random.below(4)};
    return Ipv4{0x0a000000 | random.below(3) << 8 | random.below(4)};
  }

  MicroFlow one() {
    now += Duration{random.below(3000)};
    MicroFlow one;
    one.event = {.time = now,
                 .key = {address(), address(), static_cast<std::uint16_t>(40000 + random.below(3)),
                         static_cast<std::uint16_t>(random.below(2) == 0 ? 443 : 53),
                         static_cast<std::uint8_t>(random.below(2) == 0 ? 6 : 17),
                         static_cast<Direction>(random.below(2))},
                 .tcp_flags = static_cast<std::uint8_t>(random.below(64)),
                 .tos = static_cast<std::uint8_t>(random.below(2) * 16),
                 .packets = 1 + random.below(100),
                 .bytes = 40 + random.below(100'000)};
    one.lasted_us = random.below(900'000);
    one.srtt_us = random.below(2) * random.below(100'000);
    one.retransmits = random.below(3);
    one.origin.owner = OwnerId{random.below(static_cast<std::uint32_t>(first_owners))};
    one.origin.pid = 100 + random.below(3);
    one.origin.application = ApplicationId{random.below(3)};
    one.origin.interface = 1 + random.below(2);
    if (random.below(4) == 0) one.origin.tunnel = TunnelId{random.below(2)};
    one.socket = random.next();
    return one;
  }

  std::vector<MicroFlow> some(std::size_t count) {
    std::vector<MicroFlow> some;
    for (std::size_t i = 0; i < count; ++i) some.push_back(one());
    return some;
  }

  static constexpr std::size_t first_owners = 17;
  Random random;
  RecordNames names;
  Time now = time_from_micros(1'700'000'000'000'000);
};

}  // namespace anemone

// The CoverageRanking says which hosts to instrument next: those whose agents would show the most traffic
// that nobody sees now.
//
// Over time, not in one snapshot: which hosts are heavy changes by the hour, so gains are kept per bin and
// added up. A host's gain is what it exchanges with other un-instrumented ones, by gravity: its traffic with
// the instrumented is seen already. The second host of the list gains what is left when the first is
// instrumented, and so on (greedy, which for a gain that only shrinks is within 63% of the best set:
// Nemhauser, Wolsey and Fisher 1978; here mostly the best).
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "estimate/endpoints.h"
#include "estimate/gravity.h"

namespace anemone {

using HostNumber = std::uint32_t;  // the caller's; the same host has the same in every bin

struct HostGain {
  HostNumber host = 0;
  double gain_share =
      0;                // of the window's unseen bytes, that an agent there would show besides those above it
  double gain_bps = 0;  // the same as a mean rate over the window
  double known_bps = 0;    // its traffic with instrumented hosts: known without an agent on it
  double heavy_hours = 0;  // how long it was among those that make 90% of what could be gained
};

class CoverageRanking {
 public:
  // Of each bin the hosts of largest gain are kept, so many: memory is 32 bytes for each.
  static constexpr std::size_t kHostsPerBin = 512;

  // One bin, or one stretch of it in which the topology stood still: `stretch` is its share of the bin's
  // `length`, over all of which rates are. `hosts`: a number for each endpoint that is a host on which an
  // agent could be. REQUIRES: gravity was fitted to `endpoints`; length > 0.
  void add(Duration length, double stretch, std::span<const Endpoint> endpoints,
           std::span<const HostNumber> hosts, std::span<const SeenTraffic> seen, const Gravity& gravity);

  // The `count` best, best first; fewer when no other would gain anything.
  std::vector<HostGain> rank(std::size_t count) const;

  // What nobody sees, as a mean rate over the window.
  double unseen_bps() const { return seconds_ > 0 ? unseen_bits_ / seconds_ : 0; }

 private:
  struct Candidate {
    HostNumber host = 0;
    std::uint32_t place = 0;
    double out_bps = 0;
    double in_bps = 0;
    double gain_bps = 0;
    EndpointRole role{};
  };
  struct BinGains {
    double length_s = 0;  // of the whole bin
    double total_bps = 0;
    std::array<std::array<double, kEndpointRoles>, kEndpointRoles> affinity{};
    std::vector<Candidate> candidates;  // by gain, largest first
  };
  static double between(const BinGains& bin, const Candidate& a, const Candidate& b);
  void note_heavy(const BinGains& bin, double stretch, double gainable_bps);

  std::vector<BinGains> bins_;
  std::unordered_map<HostNumber, double> known_bits_;
  std::unordered_map<HostNumber, double> heavy_s_;
  double unseen_bits_ = 0;
  double seconds_ = 0;
};

}  // namespace anemone

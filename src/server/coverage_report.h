// The CoverageReport says over a span of time how much nobody saw, and which hosts to instrument next.
//
// Bins are given one after the other, as they were worked out; what is unseen of each is estimated
// (estimate/estimate.h), learning from those before, and what an agent on each host would show is added up
// (estimate/coverage_ranking.h), since the heavy ones change by the hour.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "counter/link_counters.h"
#include "estimate/coverage_ranking.h"
#include "estimate/estimate.h"
#include "server/bin_traffic.h"

namespace anemone {

struct NextHost {
  std::string name;  // its address, where nobody named it
  std::string address;
  std::string router;  // where its traffic entered last; empty where that is not known
  double gain_share = 0;
  double gain_bps = 0;
  double known_bps = 0;
  double heavy_hours = 0;
};

// What a link's counter has and the instrumented do not explain: where those that nobody watches are.
struct ResidualLink {
  std::string id;
  Interval residual;  // below 0: more is explained than was counted
};

struct CoverageReport {
  Time from{};
  Time to{};
  std::size_t bins = 0;          // that it is made of
  std::size_t could = 0;         // addresses that an agent could be on, in the last of them
  std::size_t instrumented = 0;  // and has one
  double seen_bps = 0;           // means
  Interval unseen;
  bool assumed = true;  // too little is seen to learn how wrong the estimate is
  std::vector<NextHost> hosts;
  std::vector<ResidualLink> links;  // those that are counted, the largest residual first; means of their bins

  double bytes_share() const { return seen_bps + unseen.bps > 0 ? seen_bps / (seen_bps + unseen.bps) : 1; }
};

class CoverageReporter {
 public:
  // Bins of more ends of traffic than this are left out: the work grows with their square.
  static constexpr std::size_t kEndpointsMax = 2000;

  // In the order of time. `counters` may be null.
  void add(const BinTraffic& traffic, const LinkCounters* counters);
  // The `count` hosts that would show most, those that show most beside them first.
  CoverageReport report(std::size_t count) const;

 private:
  void add_residuals(const BinTraffic& traffic, const LinkCounters& counters);
  HostNumber number_of(const Hosts& hosts, ObserverId observer, const IpAddress& address);

  Estimator estimator_;
  CoverageRanking ranking_;
  CoverageReport sum_;
  std::map<std::string, HostNumber> numbers_;  // by address
  std::vector<NextHost> hosts_;                // by number
  struct Residual {
    Interval sum;
    std::size_t bins = 0;
  };
  std::map<std::string, Residual> residuals_;  // by link
};

}  // namespace anemone

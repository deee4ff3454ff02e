// What the platform answers, as plain values: the shapes of docs/api.md before they are JSON.
//
// Rates are averages over the bin that an answer is about. A number that cannot be known is an empty
// optional: what no whole recording is there to hold against, the utilisation of an unknown capacity.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "counter/link_counters.h"
#include "history/routing_event.h"
#include "server/agent_progress.h"
#include "topology/topology.h"

namespace anemone {

struct Bin {
  Time from{};
  Time to{};
  bool complete = true;
  bool stable = true;  // the topology did not change inside
  // Of a bin that is not complete, the share of the bytes that were sent a little earlier and stand for what
  // has not been reported yet.
  double carried_share = 0;
};

// What nobody saw, as it is estimated: nine times of ten between low and high.
struct Range {
  double bps = 0;
  double low_bps = 0;
  double high_bps = 0;
};
struct Unseen {
  Range traffic;
  std::size_t could = 0;         // addresses that an agent could be on,
  std::size_t instrumented = 0;  // and has one
  bool assumed = true;           // the range is a guess: too little is seen to learn how wrong it is
};

struct Coverage {
  std::size_t hosts = 0;
  std::size_t instrumented = 0;
  double bytes_share = 1;             // of all recorded bytes, those that instrumented hosts account for
  std::optional<Unseen> unseen = {};  // where it is estimated: loads of complete bins
};

struct Envelope {
  bool traffic = true;  // false: nothing counts it, and every load is unknown
  Bin bin;
  Coverage coverage;
  Time watermark{};
  std::vector<LateAgent> late;  // agents that have not reported up to the watermark
};

struct Loss {
  std::string part;
  std::string reason;
  std::uint64_t count = 0;
};

struct ReplayState {
  bool playing = false;
  double speed = 1;
  bool done = false;
};

enum class VantageState : std::uint8_t {
  kListening,
  kStopped,   // ended in good order
  kSilent,    // no sign of life: its machine, its process or the way to it is gone
  kRecorded,  // known by its LSAs only
};

// Where routing is heard, as of an instant.
struct VantageAnswer {
  std::string name;
  VantageState state{};
  Time since{};               // of that state
  std::optional<Time> heard;  // its newest LSA
  std::uint64_t lsas = 0;
  std::uint64_t lost = 0;  // packets that it could not take
  std::uint64_t late = 0;  // that came after others of the same time were taken in
  Duration latest{};       // the worst of them
  std::vector<std::string> areas;
  std::vector<std::pair<Time, Time>> listened;  // between these it was deaf
};

struct VantagesAnswer {
  Time at{};
  std::vector<VantageAnswer> vantages;
};

// How well the routing protocol is heard.
struct RoutingStatus {
  bool live = false;
  std::uint64_t database = 0;  // LSAs in it
  std::uint64_t unseen = 0;
  std::optional<Time> unseen_due;  // by when all of those must have come
  std::vector<VantageAnswer> vantages;
  std::vector<std::string> problems;  // sources that cannot be read, and why
};

struct Status {
  std::string name;
  std::string version;
  std::string mode;  // "demo" or "serve"
  Time span_from{};
  Time span_to{};
  Time watermark{};
  Duration bin{};
  std::optional<ReplayState> replay;
  std::size_t hosts = 0;
  std::size_t routers = 0;
  std::optional<Time> last_lsa;
  std::optional<Time> last_flow;
  std::uint64_t records = 0;
  std::uint64_t lsas = 0;
  std::vector<Loss> losses;
  bool traffic = true;  // whether anything counts it
  RoutingStatus routing;
};

// An LSA as it was at an instant.
struct LsaAnswer {
  std::int32_t sequence = 0;
  std::uint32_t age_s = 0;  // IS-IS: the lifetime left
  Time arrived{};
  std::string vantage;
  std::vector<std::string> lines;  // what is in it
};
// What an event was made of: none before is an LSA that came, none after one that went.
struct EvidenceAnswer {
  std::string area;
  std::string type;
  std::string id;
  std::string advertising_router;
  std::optional<LsaAnswer> before;
  std::optional<LsaAnswer> after;
};
struct EventsAnswer {
  Time from{};
  Time to{};
  std::uint64_t total = 0;  // of that time; more than are listed, when there are many
  std::vector<RoutingEvent> events;
};
struct InstantAnswer {
  Time from{};
  Time to{};
  std::vector<RoutingEvent> events;
  std::vector<EvidenceAnswer> evidence;
};

// The network at an instant, with what the operator told of it.
struct HostAnswer {
  std::string name;
  IpAddress address;
  std::string router;  // empty where no prefix of the topology holds the address
  bool instrumented = true;
};
struct Place {
  std::string site;
  std::optional<double> x;
  std::optional<double> y;
};
struct UnseenAnswer {
  std::string area;
  std::string type;
  std::string id;
  std::string advertising_router;
  std::optional<Time> due;  // when its next refresh must have been heard; none while nobody listens
};
struct TopologyAnswer {
  Time at{};
  std::shared_ptr<const Topology> topology;
  std::map<std::string, Place> places;  // by node name, where the operator told
  std::vector<DownLink> down;
  std::vector<HostAnswer> hosts;
  std::vector<UnseenAnswer> unseen;
  std::map<std::string, std::uint64_t> lsas;  // how many of each type
};

// One directed link in one bin.
struct LinkAnswer {
  std::string id;
  std::string from;
  std::string to;
  double load_bps = 0;
  double load_pps = 0;
  double capacity_bps = 0;  // 0 = not known
  std::optional<double> true_load_bps;
  std::optional<double> now_bps;  // of a mean over a time: in the last bin
  // Of the larger of this load and the true one, the most that they can differ by because routes changed
  // inside the bin.
  double uncertain_share = 0;
  std::optional<Range> estimate;  // with what nobody saw; of complete bins
  // What the sender's interface counted itself, and what of that the instrumented do not explain; of
  // complete bins, where somebody tells.
  std::optional<double> counter_bps;
  std::optional<double> residual_bps;
  std::optional<double> utilisation() const {
    return capacity_bps > 0 ? std::optional(load_bps / capacity_bps) : std::nullopt;
  }
};

// Traffic that is in no demand, by the reason (print_fate of matrix/fate.h).
struct FateAnswer {
  std::string reason;
  double bps = 0;
  std::vector<std::string> examples;  // addresses that it is about
};

struct LoadAnswer {
  Envelope envelope;
  std::vector<LinkAnswer> links;
  double max_utilisation = 0;
  double total_bps = 0;  // the sum over links
  std::optional<double> true_total_bps;
  std::optional<double> total_error;  // sum |load - true| / sum true
  double unrouted_bps = 0;
  double unattached_bps = 0;
  std::vector<FateAnswer> unattached;  // the same by reason
  std::vector<FateAnswer> apart;       // what no link of the topology is meant to carry
};

// What the agents at one end sent and those at the other received, in a bin.
struct PairLoss {
  std::string from;  // router
  std::string to;    // prefix
  double sent_bytes = 0;
  double received_bytes = 0;
  double low_bytes = 0;   // lost: at least, below 0 when more was received;
  double high_bytes = 0;  // and at most
  bool shed = false;      // an agent was over its budget: its counts may be late

  double lost_bytes() const { return sent_bytes - received_bytes; }
};
struct LossesAnswer {
  Envelope envelope;
  std::vector<PairLoss> pairs;
};

// A counter of an interface as somebody reads it (counter/link_counters.h).
struct CounterAnswer {
  LinkCounters::Counter counter;
  std::string link;  // of the newest topology; empty where none has a counter of that name
};
struct CountersAnswer {
  std::vector<CounterAnswer> list;
  CounterCounts counts;
};

struct SeriesBin {
  Time from{};
  double total_bps = 0;
  std::optional<double> true_total_bps;
  double max_utilisation = 0;
  std::optional<double> total_error;
  bool stable = true;
};

struct SeriesAnswer {
  std::vector<SeriesBin> bins;
  std::vector<RoutingEvent> events;
};

// A row of a ranking; `from`, `to` for demands, `sent_bps`, `received_bps` for hosts.
struct RankedRow {
  std::string key;
  std::string label;
  double bps = 0;
  double pps = 0;
  double share = 0;
  std::optional<double> utilisation;
  double sent_bps = 0;
  double received_bps = 0;
  std::optional<bool> instrumented;  // hosts
  std::string from;
  std::string to;
};

struct TopAnswer {
  Envelope envelope;
  std::string by;
  std::string basis;  // "apps": by what they are named
  std::vector<RankedRow> rows;
};

struct DemandOnLink {
  std::string from;
  std::string to;
  std::string prefix;
  double bps = 0;            // of this demand on this link
  double share_on_link = 0;  // how much of the demand takes this link
};

struct LinkPoint {
  Time from{};
  double load_bps = 0;
  std::optional<double> true_load_bps;
};

struct LinkDetail {
  Envelope envelope;
  LinkAnswer link;
  bool up = true;
  std::optional<Cost> cost;
  std::string reverse;
  std::vector<RankedRow> sources;
  std::vector<RankedRow> sinks;
  std::vector<RankedRow> hosts;
  std::vector<RankedRow> apps;
  std::string apps_basis;
  std::vector<RankedRow> processes;
  std::vector<RankedRow> users;
  std::vector<DemandOnLink> demands;
  std::vector<LinkPoint> series;
};

struct NodeDetail {
  Envelope envelope;
  std::string id;
  std::string kind;  // "router", "network", "host"
  bool up = true;    // false: it was there earlier, and is not at the instant
  double sent_bps = 0;
  double received_bps = 0;
  std::vector<LinkAnswer> links;
  std::vector<RoutingEvent> events;
  std::vector<RankedRow> hosts;
  std::vector<RankedRow> apps;
  std::vector<RankedRow> processes;
  std::vector<RankedRow> users;
  std::vector<RankedRow> peers;
};

struct PathAnswer {
  struct Step {
    std::string from;
    std::string to;
    double share = 0;
  };
  std::string src;
  std::string dst;
  Time at{};
  std::optional<Cost> cost;  // none when not reachable
  std::vector<Step> links;   // from the source on
};

}  // namespace anemone

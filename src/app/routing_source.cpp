#include "app/routing_source.h"

#include <cstdio>

#include "io/file.h"
#include "lsdb/lsa_log_file.h"
#include "lsdb/lsdb_history.h"
#include "lsdb/mrt_file.h"
#include "topology/from_lsdb.h"
#include "topology/read_topology_file.h"

namespace anemone {
namespace {

// pcap in either byte order, in micro- or nanoseconds; pcapng; gzip; an LSA log; MRT.
bool begins_like_recording(Bytes bytes) {
  ByteReader in(bytes);
  const std::uint32_t magic = in.u32();
  return in.ok() && (magic == 0xa1b2c3d4 || magic == 0xd4c3b2a1 || magic == 0xa1b23c4d ||
                     magic == 0x4d3cb2a1 || magic == 0x0a0d0d0a || magic >> 16 == 0x1f8b ||
                     begins_like_lsa_log(bytes) || begins_like_mrt(bytes));
}

Result<RoutingSource> from_topology_file(const std::vector<std::string>& sources, const std::string& at) {
  if (sources.size() > 1) return Error{sources[0] + ": only captures can be given together"};
  if (!at.empty()) return Error{sources[0] + ": a topology file has no history, so --at means nothing"};
  auto topology = read_topology_file(sources[0]);
  if (!topology) return topology.error();
  RoutingSource source;
  source.topology = std::move(*topology);
  return source;
}

void say_unseen(const char* command, const RoutingSource& source) {
  if (source.unseen.empty()) return;
  const std::size_t count = source.unseen.size();
  std::fprintf(stderr,
               "anemone %s: at %s, %zu %s of this network %s still unseen ('anemone topology' lists %s)\n",
               command, print_time(source.topology.at()).c_str(), count, count == 1 ? "LSA" : "LSAs",
               count == 1 ? "is" : "are", count == 1 ? "it" : "them");
}

// A time before the recording, or an hour after it, is a mistake more often than a question.
void say_empty(const char* command, const RoutingSource& source, const OspfRecording& recording) {
  if (source.topology.node_count() > 0) return;
  std::fprintf(stderr, "anemone %s: no LSA is known at %s; the captures reach from %s to %s\n", command,
               print_time(source.topology.at()).c_str(), print_time(recording.from).c_str(),
               print_time(recording.to).c_str());
}

Result<bool> is_recording(const std::string& path) {
  auto file = FileReader::open(path);
  if (!file) return file.error();
  auto start = file->peek(12);
  if (!start) return start.error();
  return begins_like_recording(*start);
}

}  // namespace

Result<OspfRecording> read_routing_recording(const char* command, const std::vector<std::string>& sources,
                                             const KeyOptions& keys) {
  const auto auth_keys = keys.read();
  if (!auth_keys) return auth_keys.error();
  auto recording = read_ospf_captures(sources, *auth_keys);
  if (!recording) return recording.error();
  for (const Error& problem : recording->problems) {
    std::fprintf(stderr, "anemone %s: %s\n", command, problem.message.c_str());
  }
  say_not_authentic(command, recording->counts.auth);
  const bool none = recording->counts.packets + recording->ospf3.packets + recording->isis.pdus == 0;
  if (none && recording->log.entries.empty()) {
    return Error{sources.front() +
                 ": no OSPF or IS-IS packet in any link type or tunnel that is looked into"};
  }
  return recording;
}

Result<RoutingSource> read_routing_source(const char* command, const std::vector<std::string>& sources,
                                          const std::string& at, const KeyOptions& keys) {
  const auto recorded = is_recording(sources.front());
  if (!recorded) return recorded.error();
  if (!*recorded) return from_topology_file(sources, at);

  const auto recording = read_routing_recording(command, sources, keys);
  if (!recording) return recording.error();
  Time when = recording->to;
  if (!at.empty()) {
    auto given = parse_time(at);
    if (!given) return given.error().in("--at");
    when = *given;
  }
  RoutingSource source;
  const LsdbHistory history(recording->log);
  source.lsdb = history.at(when);
  source.heard = recording->counts;
  source.heard_ospf3 = recording->ospf3;
  source.heard_isis = recording->isis;
  source.unseen = unseen_lsas(*source.lsdb);
  source.listening = listening_report(recording->log, history);
  source.topology = topology_from_lsdb(*source.lsdb);
  say_unseen(command, source);
  say_empty(command, source, *recording);
  return source;
}

}  // namespace anemone

// A Listener hears the routing protocols on one interface and writes what it hears into a log: a vantage
// point. In adjacency mode it also takes part, as little as it can (listen/adjacency.h).
//
// It joins what others do: frames (io), fragments put together (capture), LSAs logged (lsdb), the egress
// guard. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "capture/reassembly.h"
#include "io/clock.h"
#include "io/packet_interface.h"
#include "listen/adjacency.h"
#include "listen/egress_guard.h"
#include "listen/listen_config.h"
#include "lsdb/isis_listener.h"
#include "lsdb/lsa_log.h"
#include "lsdb/lsdb.h"
#include "lsdb/ospf3_listener.h"
#include "lsdb/ospf_listener.h"

namespace anemone {

enum class GuardChoice : std::uint8_t { kAll, kRouting, kOff };

class Listener {
 public:
  // `clock` (steady, for timers), `rests` and `log` must outlive it. The vantage point is called `vantage`.
  static Result<std::unique_ptr<Listener>> open(const ListenConfig& config, GuardChoice guard,
                                                const std::string& vantage, const Clock& clock,
                                                RestPlan& rests, LsaLog& log);
  ~Listener();

  int fd() const { return packets_.fd(); }
  // Takes the frames that wait. An error when the interface has gone down.
  Result<void> read();
  // Does what is due, and sends; when to come again at the latest. An error when the guard or the interface
  // is no longer there: then this listener is of no use any more.
  Result<Time> tick();

  // See Snooper::remember().
  void remember(const Lsdb& before);

  const ListenConfig& config() const { return config_; }
  const std::string& vantage() const { return vantage_; }
  PacketCounts packet_counts() { return packets_.counts(); }
  const OspfCounts& ospf_counts() const { return ospf_.counts(); }
  const Ospf3Counts& ospf3_counts() const { return ospf3_.counts(); }
  const IsisCounts& isis_counts() const { return isis_.counts(); }
  // Frames that are not the packet that they say they are.
  std::uint64_t malformed() const { return malformed_; }
  const Adjacency* adjacency() const { return adjacency_ ? &*adjacency_ : nullptr; }
  const EgressGuard* guard() const { return guard_ ? &*guard_ : nullptr; }

 private:
  Listener(const ListenConfig& config, const InterfaceFacts& facts, PacketInterface packets,
           const std::string& vantage, const Clock& clock, LsaLog& log);

  void hear(const HeardFrame& frame);
  void hear_llc(const HeardFrame& frame);
  void hear_ip(const HeardFrame& frame, std::uint8_t version);
  void hear_ospf(const HeardFrame& frame, const IpPacket& packet);
  void send_all();
  void send(const OspfToSend& packet);
  void note_flushed();
  void note_drops();
  Result<void> still_there() const;

  ListenConfig config_;
  InterfaceFacts facts_;
  PacketInterface packets_;
  std::string vantage_;
  const Clock& clock_;
  SystemClock wall_;
  LsaLog& log_;
  OspfListener ospf_;
  Ospf3Listener ospf3_;
  IsisListener isis_;
  std::uint64_t malformed_ = 0;
  Reassembly reassembly_;
  std::optional<Adjacency> adjacency_;
  std::optional<EgressGuard> guard_;
  std::map<Ipv4, MacAddress> macs_;
  std::set<Ipv4> allowed_;
  std::uint16_t next_ip_id_ = 1;
  std::uint64_t drops_noted_ = 0;
  Time last_frame_{};  // as the kernel's clock has it
  Time next_check_{};
  Time resynchronised_{};
};

}  // namespace anemone

// An IsisListener turns heard IS-IS PDUs into log entries, and counts everything else by reason.
//
// It only listens. LSPs are logged as they come; sequence numbers PDUs say which there are, every few seconds
// all of them again: such an entry is logged when it names an instance that this listener has not met yet.
// PDUs of both levels and of any area are taken. Those of another instance on the same wire (RFC 8202) are
// another network's.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "base/bytes.h"
#include "base/time.h"
#include "isis/pdu.h"
#include "isis/tlv.h"
#include "lsdb/lsa_log.h"

namespace anemone {

struct IsisCounts {
  std::uint64_t pdus = 0;                                // refused ones included
  std::array<std::uint64_t, isis::kPduTypes> by_type{};  // indexed by isis::PduType; readable ones
  std::map<std::uint8_t, std::uint64_t> tlvs;            // in those
  std::uint64_t lsps = 0;                                // LSP instances taken
  std::array<std::uint64_t, 5> authentication{};         // indexed by isis::Authentication
  isis::RefusalCounts refused;

  void add(const IsisCounts& other);
};

class IsisListener {
 public:
  // Appends to `log`, which must outlive the listener, under the name `vantage`.
  IsisListener(const std::string& vantage, LsaLog& log);

  // `bytes` begin with an ISO protocol discriminator; padding may follow the PDU.
  void on_pdu(Time time, Bytes bytes);

  const IsisCounts& counts() const { return counts_; }

 private:
  struct Met {
    std::uint32_t sequence = 0;
    std::uint16_t checksum = 0;
    bool purged = false;
    bool operator==(const Met&) const = default;
  };

  isis::Refusal take(Time time, Bytes bytes);
  isis::Refusal take_lsp(Time time, const isis::Pdu& pdu);
  void take_entries(Time time, const isis::Pdu& pdu);
  // Notes the instance; false when it is the one that was met last.
  bool is_news(const LsdbKey& key, const Met& met);

  // More LSPs than any network has: a flood of invented names must not take the memory.
  static constexpr std::size_t kMetMax = std::size_t{1} << 18;

  LsaLog& log_;
  std::uint16_t vantage_;
  std::array<std::unordered_map<std::uint64_t, Met>, 2> met_;  // by LSP id; level 2, level 1
  IsisCounts counts_;
};

}  // namespace anemone

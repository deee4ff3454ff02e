// MRT files (RFC 6396): routing protocol messages as route collectors keep them. OSPFv2's are type 11,
// OSPFv3's 48 and 49, IS-IS's 32 and 33; records of other protocols (BGP) are counted and skipped.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                   Timestamp, seconds since 1970               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |             Type              |            Subtype            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                             Length                            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |      Microseconds: types 33 and 49 only; part of Length       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   OSPF: the addresses that it came from and to; the message   |
//
// Type 11 has no microseconds: written OSPFv2 loses them, and keeps the order. Nor is there a place for a
// vantage point's name, or for the marks of when it listened. docs/formats/mrt.md says what we write.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "lsdb/heard_lsa.h"

namespace anemone {

// No message is longer than an IP packet; a record that says so is taken for damage.
constexpr std::size_t kMrtRecordMax = 0x1'0000 + 64;

struct MrtMessage {
  Time time{};
  Protocol protocol{};
  IpAddress remote;  // who sent it; IS-IS: none
  IpAddress local;
  Bytes bytes;  // an OSPF packet from its version on, an IS-IS PDU from its discriminator on
};

// Whether a file that begins with these 12 bytes is MRT.
bool begins_like_mrt(Bytes start);

enum class MrtRead : std::uint8_t {
  kMessage,
  kSkipped,  // a record of another protocol
  kRefused,  // a record that does not hold what its type says
  kCut,      // `bytes` end inside the record
  kDamaged,  // no record has such a length
};
// Reads the record at the front; `size` becomes its length unless it is cut or damaged.
MrtRead read_mrt_record(Bytes bytes, MrtMessage& message, std::size_t& size);

class MrtReader {
 public:
  static Result<MrtReader> open(const std::string& path);

  MrtReader(MrtReader&&) noexcept;
  MrtReader& operator=(MrtReader&&) noexcept;
  ~MrtReader();

  // The next message, valid until the next call; null at the end.
  const MrtMessage* next();

  std::uint64_t skipped() const;  // records of other protocols
  std::uint64_t refused() const;
  // Set when the file ended where it should not, or is damaged.
  const std::optional<Error>& problem() const;

 private:
  struct Impl;
  explicit MrtReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Appends a record that brings the LSA as a neighbour would: an update with the one LSA, or (described) a
// database description; IS-IS: the PDU, and nothing for what was only described. False when there is no
// such message: then nothing is appended.
bool write_mrt(const HeardLsa& heard, ByteWriter& out);

}  // namespace anemone

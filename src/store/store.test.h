// For the store's tests: a folder that goes away, and batches drawn from a number.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "store/store.h"

namespace anemone {

struct StoreFolder {
  StoreFolder() {
    char name[] = "/tmp/anemone-store-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~StoreFolder() { std::filesystem::remove_all(path); }
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;

  StoreConfig config() const {
    StoreConfig config;
    config.folder = path;
    config.memory_mb = 256;
    return config;
  }
  std::string path;
};

constexpr Time kDay = time_from_micros(1'795'305'600'000'000);  // 2026-11-22T00:00:00Z

inline FlowRecord flow(Time start, const IpAddress& src, const IpAddress& dst, std::uint64_t bytes = 100) {
  FlowRecord record;
  record.start = start;
  record.end = start + 1s;
  record.key = {src, dst, 40000, 443, 6};
  record.observer = ObserverId{0};
  record.tcp_flags = 0x1b;
  record.tos = 0x2e;
  record.packets = 2;
  record.bytes = bytes;
  return record;
}

inline bool same_bytes(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

// An LSA's header with `type`, its id and router told apart by `n`, and a body of two bytes.
inline LsaRow lsa(Time arrival, std::uint8_t type, std::uint32_t n) {
  LsaRow heard;
  heard.arrival = arrival;
  heard.vantage = VantageId{0};
  const auto low = static_cast<std::uint8_t>(n);
  heard.key = {false, AreaId{n}, type, Ipv4{0x0a00'0000U + low}.value, Ipv4{0x0aff'0000U + low}};
  heard.sequence = -0x7fff'ffff;
  const std::vector<std::uint8_t> bytes = {0,   1,    2, type, 10, 0,    0,    low, 10, 255, 0,
                                           low, 0x80, 0, 0,    1,  0xab, 0xcd, 0,   22, 0,   low};
  heard.bytes = LsaBytes(bytes);
  return heard;
}

// `count` records within the hour after `from`, between a few hundred addresses of both families.
inline std::vector<FlowRecord> random_flows(Random& random, std::size_t count, Time from) {
  std::vector<FlowRecord> records;
  const auto address = [&] {
    const std::uint32_t host = random.below(300);
    return host % 3 == 0 ? IpAddress(0x20010db8'00000000, host) : IpAddress(Ipv4{0x0a000000 + host});
  };
  for (std::size_t i = 0; i < count; ++i) {
    FlowRecord record =
        flow(from + Duration{random.below(3'599'000'000)}, address(), address(), random.below(100'000));
    record.key.src_port = static_cast<std::uint16_t>(random.next());
    record.packets = 1 + record.bytes / 1500;
    records.push_back(record);
  }
  return records;
}

inline bool same(const FlowRecord& a, const FlowRecord& b) {
  return a.start == b.start && a.end == b.end && a.key == b.key && a.observer == b.observer &&
         a.tcp_flags == b.tcp_flags && a.tos == b.tos && a.packets == b.packets && a.bytes == b.bytes;
}

}  // namespace anemone

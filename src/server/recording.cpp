#include "server/recording.h"

#include <algorithm>
#include <array>
#include <utility>

#include "capture/capture_file.h"
#include "flow/flow_table.h"
#include "lsdb/ospf3_listener.h"
#include "lsdb/ospf_listener.h"

namespace anemone {
namespace {

constexpr std::uint8_t kOspf = 89;

// One host's capture, read as far as the bins have come.
class HostCapture {
 public:
  HostCapture(CaptureFile file, ObserverId observer, Duration slice)
      : file_(std::move(file)), observer_(observer), flows_(limits(slice)) {}

  // Appends the records of everything captured before `end`, which is the end of a slice.
  void read_until(Time end, std::vector<FlowRecord>& records) {
    while (fill() && events_[first_].time < end) {
      const std::size_t from = first_;
      while (first_ < count_ && events_[first_].time < end) ++first_;
      flows_.add(std::span(events_).subspan(from, first_ - from), done_);
    }
    flows_.expire(end, done_);
    for (const Flow& flow : done_) records.push_back(record_of(flow));
    done_.clear();
  }

  const CaptureCounts& counts() const { return file_.counts(); }
  bool damaged() const { return file_.problem().has_value(); }

 private:
  // Flows end with their slice only: what a bin holds must not depend on how long a flow was silent.
  static FlowLimits limits(Duration slice) {
    FlowLimits limits;
    limits.slice = slice;
    limits.idle = Duration{0};
    limits.active = Duration{0};
    return limits;
  }

  bool fill() {
    if (first_ < count_) return true;
    first_ = 0;
    count_ = file_.read(events_);
    return count_ > 0;
  }

  FlowRecord record_of(const Flow& flow) const {
    FlowRecord record;
    record.start = flow.start;
    record.end = flow.end;
    record.key = flow.key;
    record.observer = observer_;
    record.tcp_flags = flow.tcp_flags;
    record.tos = flow.tos;
    record.packets = flow.packets;
    record.bytes = flow.bytes;
    return record;
  }

  CaptureFile file_;
  ObserverId observer_;
  FlowTable flows_;
  std::array<Event, 256> events_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::vector<Flow> done_;
};

// One listener's capture. Its packets go through listeners for OSPFv2 and OSPFv3 into the log all share.
class ListenerCapture {
 public:
  ListenerCapture(CaptureFile file, const std::string& name, LsaLog& log)
      : file_(std::move(file)), listener_(name, log), listener3_(name, log) {}

  void read_until(Time end) {
    for (;;) {
      if (waiting_ == nullptr) waiting_ = file_.next();
      if (waiting_ == nullptr || waiting_->time >= end) return;
      if (waiting_->ip.protocol == kOspf) listen(waiting_->time, waiting_->ip);
      waiting_ = nullptr;
    }
  }

  const OspfCounts& counts() const { return listener_.counts(); }
  const Ospf3Counts& counts3() const { return listener3_.counts(); }
  bool damaged() const { return file_.problem().has_value(); }

 private:
  void listen(Time time, const IpPacket& packet) {
    if (packet.src.is_v4()) return listener_.on_packet(time, packet.payload);
    listener3_.on_packet(time, {packet.src, packet.dst}, packet.payload);
  }

  CaptureFile file_;
  OspfListener listener_;
  Ospf3Listener listener3_;
  const CapturedPacket* waiting_ = nullptr;  // the file's; valid until its next next()
};

void add_loss(std::vector<Loss>& losses, const char* part, const char* reason, std::uint64_t count) {
  if (count > 0) losses.push_back({part, reason, count});
}

}  // namespace

struct RecordingReader::Impl {
  Time from{};
  Time to{};
  Duration bin{};
  Time next_end{};
  LsaLog log;
  std::vector<HostCapture> hosts;
  std::vector<std::unique_ptr<ListenerCapture>> listeners;  // by pointer: they hold on to the log
};

RecordingReader::RecordingReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RecordingReader::RecordingReader(RecordingReader&&) noexcept = default;
RecordingReader& RecordingReader::operator=(RecordingReader&&) noexcept = default;
RecordingReader::~RecordingReader() = default;

Result<RecordingReader> RecordingReader::open(const std::string& folder, const Inventory& inventory,
                                              Duration bin, std::vector<ObserverId> observers) {
  auto impl = std::make_unique<Impl>();
  impl->from = slice_start(inventory.from, bin);
  impl->to = slice_start(inventory.to + bin - Duration{1}, bin);
  impl->bin = bin;
  impl->next_end = impl->from + bin;
  for (std::size_t i = 0; i < inventory.hosts.size(); ++i) {
    auto file = CaptureFile::open(folder + "/" + inventory.hosts[i].capture);
    if (!file) return file.error();
    impl->hosts.emplace_back(std::move(*file), observers[i], bin);
  }
  for (const InventoryListener& listener : inventory.listeners) {
    auto file = CaptureFile::open(folder + "/" + listener.capture);
    if (!file) return file.error();
    impl->listeners.push_back(std::make_unique<ListenerCapture>(std::move(*file), listener.name, impl->log));
  }
  return RecordingReader(std::move(impl));
}

Time RecordingReader::from() const { return impl_->from; }
Time RecordingReader::to() const { return impl_->to; }
Duration RecordingReader::bin() const { return impl_->bin; }

Result<std::optional<BinInput>> RecordingReader::next() {
  if (impl_->next_end > impl_->to) return std::optional<BinInput>();
  BinInput input;
  input.to = impl_->next_end;
  for (HostCapture& host : impl_->hosts) host.read_until(input.to, input.records);
  for (auto& listener : impl_->listeners) listener->read_until(input.to);
  impl_->log.sort();
  input.lsas = std::move(impl_->log.entries);
  impl_->log.entries.clear();
  // What was captured before the first bin belongs to none.
  const Time start = input.to - impl_->bin;
  std::erase_if(input.records, [&](const FlowRecord& record) { return record.start < start; });
  impl_->next_end += impl_->bin;
  return std::optional(std::move(input));
}

std::vector<Loss> RecordingReader::losses() const {
  CaptureCounts captured;
  std::uint64_t damaged = 0;
  for (const HostCapture& host : impl_->hosts) {
    captured += host.counts();
    damaged += host.damaged() ? 1 : 0;
  }
  OspfCounts heard;
  Ospf3Counts heard3;
  for (const auto& listener : impl_->listeners) {
    heard.add(listener->counts());
    heard3.add(listener->counts3());
    damaged += listener->damaged() ? 1 : 0;
  }
  std::vector<Loss> losses;
  add_loss(losses, "capture", "malformed", captured.malformed);
  add_loss(losses, "capture", "headers_cut", captured.headers_cut);
  add_loss(losses, "capture", "fragments_orphaned", captured.fragments_orphaned);
  add_loss(losses, "capture", "damaged_file", damaged);
  for (std::size_t i = 1; i < ospf::kRefusals; ++i) {
    add_loss(losses, "ospf", ospf::print_refusal(static_cast<ospf::Refusal>(i)), heard.refused.of[i]);
  }
  for (std::size_t i = 1; i < ospf3::kRefusals; ++i) {
    add_loss(losses, "ospf3", ospf3::print_refusal(static_cast<ospf3::Refusal>(i)), heard3.refused.of[i]);
  }
  return losses;
}

}  // namespace anemone

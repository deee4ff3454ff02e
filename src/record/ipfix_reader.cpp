#include "record/ipfix_reader.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "ipfix/type_information.h"
#include "record/carrier.h"
#include "record/foreign_flow.h"
#include "record/host_facts.h"

namespace anemone {
namespace {

constexpr std::size_t kNamedElementsMax = 4096;
constexpr std::size_t kStartsMax = 4096;
constexpr std::size_t kOwnersMax = 65'536;
constexpr std::size_t kHostFactsMax = 1024;  // that nobody took

// Fields of fixed length are filled up with zeros.
std::string_view view(const ipfix::Text& text) {
  const std::string_view all(reinterpret_cast<const char*>(text.data), text.size);
  return all.substr(0, all.find('\0'));
}

// A record of traffic says between whom, even where it names nobody: what no socket took has no addresses,
// nor has a flow by a definition without them.
bool is_address(const ipfix::Field& field) {
  constexpr std::array kAddresses = {8, 12, 27, 28};  // source and destination, IPv4 and IPv6
  return field.element.enterprise == 0 &&
         std::find(kAddresses.begin(), kAddresses.end(), field.element.id) != kAddresses.end();
}

// Owners by the bytes that name them: the table itself is ordered, for few look-ups; here is one per record.
class OwnerCache {
 public:
  OwnerId find(const ForeignFlow& flow, RecordNames& names) {
    if ((flow.process.size | flow.executable.size | flow.user.size | flow.unit.size | flow.container.size |
         flow.pod_namespace.size) == 0) {
      return OwnerId{};
    }
    const std::string_view parts[] = {view(flow.process), view(flow.executable), view(flow.user),
                                      view(flow.unit),    view(flow.container),  view(flow.pod_namespace)};
    key_.clear();
    bool any = false;
    for (std::string_view part : parts) {
      key_.append(part).push_back('\0');
      any = any || !part.empty();
    }
    if (!any) return OwnerId{};
    const auto known = owners_.find(key_);
    if (known != owners_.end() && known->second.value() < names.owners.size()) {
      const Owner& owner = names.owners[known->second];
      const bool same = flow.pod_namespace.size == 0 && owner.process == parts[0] &&
                        owner.executable == parts[1] && owner.user == parts[2] && owner.unit == parts[3] &&
                        owner.container == parts[4];
      if (same) return known->second;
    }
    std::string container(parts[4]);
    if (!parts[5].empty()) container = std::string(parts[5]) + "/" + container;
    const OwnerId id = names.owners.intern({.process = std::string(parts[0]),
                                            .executable = std::string(parts[1]),
                                            .user = std::string(parts[2]),
                                            .unit = std::string(parts[3]),
                                            .container = std::move(container)});
    if (owners_.size() >= kOwnersMax) owners_.clear();
    owners_[key_] = id;
    return id;
  }

 private:
  std::string key_;
  std::unordered_map<std::string, OwnerId> owners_;
};

}  // namespace

class IpfixReader::Sink final : public ipfix::RecordSink {
 public:
  explicit Sink(const IpfixReaderConfig& wanted)
      : config(wanted), shape(foreign_flow_shape(wanted.enterprise)), decoder(shape, wanted.limits) {}

  void* begin(const ipfix::DataSet& set) override {
    flow = {};
    has_addresses_ = std::any_of(set.layout.fields.begin(), set.layout.fields.end(), is_address);
    sent = {.export_time = set.header.export_time};
    if (set.header.version != ipfix::kVersion10) {
      sent.uptime_ms = set.header.uptime_ms;
    } else if (!starts.empty()) {
      const auto start = starts.find({set.exporter, set.header.domain});
      if (start != starts.end()) sent.started_ms = start->second;
    }
    return &flow;
  }

  void on_record(const ipfix::DataSet& set, Bytes raw) override {
    if (set.layout.is_options()) return on_options(set, raw);
    if (!has_addresses_) {
      ++counts.not_flows;
      return;
    }
    if (!has_time(flow)) ++counts.no_time;
    FlowRecord record = to_record(flow, sent);
    if (config.observer.valid()) record.observer = config.observer;
    name(record);
    out->push_back(record);
    ++counts.records;
    if (flow.reverse_packets != 0 || flow.reverse_bytes != 0) add_reverse(record);
  }

  IpfixReaderConfig config;
  std::vector<ipfix::Target> shape;
  ipfix::Decoder decoder;
  IpfixReaderCounts counts;
  std::map<ipfix::ElementKey, std::string> element_names;
  std::map<std::pair<ipfix::Exporter, std::uint32_t>, std::uint64_t> starts;  // exporters', Unix milliseconds
  std::vector<HostFacts> host_facts;
  OwnerCache owners;
  ForeignFlow flow;
  SentAt sent;
  RecordNames* names = nullptr;
  std::vector<FlowRecord>* out = nullptr;

 private:
  bool has_addresses_ = false;  // of the set's records

  void on_options(const ipfix::DataSet& set, Bytes raw) {
    if (flow.started_ms != ForeignFlow::kAbsent) {
      if (starts.size() >= kStartsMax) starts.clear();
      starts[{set.exporter, set.header.domain}] = flow.started_ms;
    }
    if (auto facts = read_host_facts(set.layout, raw, config.enterprise)) {
      if (host_facts.size() < kHostFactsMax) host_facts.push_back(std::move(*facts));
      return;
    }
    const auto info = ipfix::read_type_information(set.layout, raw);
    if (!info) return;
    ++counts.elements;
    if (element_names.size() < kNamedElementsMax || element_names.contains(info->key)) {
      element_names[info->key] = info->name;
    }
  }

  void name(FlowRecord& record) {
    record.origin.owner = owners.find(flow, *names);
    if (const auto nat = nat_of(flow, record.key)) record.nat = names->nats.intern(*nat);
    const std::string_view application = view(flow.application);
    if (!application.empty()) record.origin.application = names->applications.intern(application);
    std::string_view technology = view(flow.technology);
    if (technology.empty() && !is_trait(view(flow.is_tunnel))) technology = view(flow.is_tunnel);
    const std::string_view interface = view(flow.tunnel_interface);
    if (technology.empty() && interface.empty() && flow.outer_src.is_none() && flow.outer_dst.is_none())
      return;
    record.origin.tunnel = names->tunnels.intern({.technology = std::string(technology),
                                                  .interface = std::string(interface),
                                                  .src = flow.outer_src,
                                                  .dst = flow.outer_dst,
                                                  .id = flow.tunnel_id});
  }

  // What came back; whose it is is known of one end only.
  void add_reverse(FlowRecord record) {
    std::swap(record.key.src, record.key.dst);
    if (record.key.protocol != 1 && record.key.protocol != 58)
      std::swap(record.key.src_port, record.key.dst_port);
    if (record.key.direction != Direction::kUnknown) {
      record.key.direction = record.key.direction == Direction::kIn ? Direction::kOut : Direction::kIn;
    }
    if (record.nat.valid()) {
      NatTuple nat = names->nats[record.nat];
      std::swap(nat.src, nat.dst);
      std::swap(nat.src_port, nat.dst_port);
      nat.before = !nat.before;  // what leaves translated comes back so
      record.nat = names->nats.intern(nat);
    }
    record.packets = flow.reverse_packets;
    record.bytes = flow.reverse_bytes;
    record.tcp_flags = flow.reverse_tcp_flags;
    out->push_back(record);
    ++counts.records;
  }
};

IpfixReader::IpfixReader(IpfixReaderConfig config) : sink_(std::make_unique<Sink>(config)) {}
IpfixReader::~IpfixReader() = default;
IpfixReader::IpfixReader(IpfixReader&&) noexcept = default;
IpfixReader& IpfixReader::operator=(IpfixReader&&) noexcept = default;

Result<void> IpfixReader::read(Bytes messages, RecordNames& names, std::vector<FlowRecord>& out) {
  return read(messages, {}, Time{}, names, out);
}

Result<void> IpfixReader::read(Bytes messages, const ipfix::Exporter& exporter, Time now, RecordNames& names,
                               std::vector<FlowRecord>& out) {
  sink_->names = &names;
  sink_->out = &out;
  return sink_->decoder.decode(messages, exporter, now, *sink_);
}

std::vector<HostFacts> IpfixReader::take_host_facts() { return std::exchange(sink_->host_facts, {}); }

void IpfixReader::forget(const ipfix::Exporter& exporter) { sink_->decoder.forget(exporter); }

const ipfix::DecoderCounts& IpfixReader::decoded() const { return sink_->decoder.counts(); }
const IpfixReaderCounts& IpfixReader::counts() const { return sink_->counts; }
const std::map<ipfix::ElementKey, std::uint64_t>& IpfixReader::unwanted_elements() const {
  return sink_->decoder.unwanted_elements();
}
const std::map<ipfix::ElementKey, std::string>& IpfixReader::element_names() const {
  return sink_->element_names;
}

std::size_t ipfix_message_length(Bytes in) {
  ByteReader reader(in);
  const std::uint16_t version = reader.u16();
  const std::uint16_t length = reader.u16();
  return version == ipfix::kVersion10 && length >= ipfix::kHeaderSize ? length : 0;
}

}  // namespace anemone

#include "view/counters_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kNameMax = 512;     // bytes
constexpr std::size_t kRefusedMax = 100;  // that are named

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// One sample, and what is wrong with it.
class SampleReader {
 public:
  explicit SampleReader(const Json& json) : json_(json) {}

  Result<CounterSample> read() {
    CounterSample sample;
    if (!json_.is_object()) return wrong("", "want an object");
    auto name = read_name();
    if (!name) return name.error();
    sample.name = std::move(*name);
    auto time = read_time();
    if (!time) return time.error();
    sample.reading.time = *time;
    auto bytes = read_count("bytes");
    if (!bytes) return bytes.error();
    sample.reading.bytes = *bytes;
    if (!json_.contains("packets")) return sample;
    auto packets = read_count("packets");
    if (!packets) return packets.error();
    sample.reading.packets = *packets;
    return sample;
  }
  const std::string& field() const { return field_; }

 private:
  Error wrong(const char* field, const char* what) {
    field_ = field;
    return Error{what};
  }

  Result<std::string> read_text(const char* key) {
    const auto found = json_.find(key);
    if (found == json_.end() || !found->is_string()) return wrong(key, "want a text");
    auto text = found->get<std::string>();
    if (text.empty() || text.size() > kNameMax) return wrong(key, "want 1 to 512 bytes");
    return text;
  }

  Result<std::string> read_name() {
    if (json_.contains("link")) return read_text("link");
    auto router = read_text("router");
    if (!router) return router.error();
    auto interface = read_text("interface");
    if (!interface) return interface.error();
    const std::string direction = json_.contains("direction") ? read_text("direction").value_or("") : "out";
    if (direction != "out" && direction != "in") return wrong("direction", "want out or in");
    return *router + ":" + *interface + (direction == "in" ? "/in" : "");
  }

  // RFC 3339, or Unix seconds as a number.
  Result<Time> read_time() {
    const auto found = json_.find("time");
    const bool is_number = found != json_.end() && found->is_number();
    if (found == json_.end() || (!is_number && !found->is_string())) {
      return wrong("time", "want RFC 3339, or Unix seconds");
    }
    auto time = parse_time(is_number ? found->dump() : found->get<std::string>());
    if (!time) field_ = "time";
    return time;
  }

  // A number, or one as text for those who have no whole numbers beyond 2^53.
  Result<std::uint64_t> read_count(const char* key) {
    const auto found = json_.find(key);
    if (found != json_.end() && found->is_number_unsigned()) return found->get<std::uint64_t>();
    if (found == json_.end() || !found->is_string()) return wrong(key, "want a whole number, 0 or more");
    auto count = parse_u64(found->get_ref<const std::string&>());
    if (!count) field_ = key;
    return count;
  }

  const Json& json_;
  std::string field_;
};

Json counts_json(const CounterCounts& counts) {
  return {{"taken", counts.taken},
          {"repeated", counts.repeated},
          {"contradicting", counts.contradicting},
          {"too_old", counts.too_old},
          {"too_many", counts.too_many}};
}

}  // namespace

Result<CounterSamples> parse_counter_samples(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("samples") || !json["samples"].is_array()) {
    return Error{"want {\"samples\": [{\"link\", \"time\", \"bytes\"}]}"};
  }
  CounterSamples read;
  for (std::size_t i = 0; i < json["samples"].size(); ++i) {
    SampleReader reader(json["samples"][i]);
    auto sample = reader.read();
    if (sample) {
      read.samples.push_back(std::move(*sample));
    } else {
      read.refused.push_back({i, reader.field(), sample.error().message});
    }
  }
  return read;
}

std::string counters_taken_json(const CountersTaken& taken) {
  Json json = counts_json(taken.counts);
  json["refused"] = Json::array();
  for (std::size_t i = 0; i < std::min(taken.refused.size(), kRefusedMax); ++i) {
    const RefusedSample& one = taken.refused[i];
    json["refused"].push_back({{"sample", one.sample}, {"field", one.field}, {"message", one.what}});
  }
  json["unknown"] = taken.unknown;
  return dump(json);
}

std::string counters_json(const CountersAnswer& answer) {
  Json rows = Json::array();
  for (const CounterAnswer& one : answer.list) {
    rows.push_back({{"name", one.counter.name},
                    {"link", one.link.empty() ? Json(nullptr) : Json(one.link)},
                    {"from", print_time(one.counter.oldest)},
                    {"to", print_time(one.counter.newest)},
                    {"samples", one.counter.readings},
                    {"wraps", one.counter.wraps},
                    {"resets", one.counter.resets}});
  }
  Json json = {{"counters", std::move(rows)}};
  json.update(counts_json(answer.counts));
  json["wraps"] = answer.counts.wraps;
  json["resets"] = answer.counts.resets;
  return dump(json);
}

}  // namespace anemone

#include "app/evidence_text.h"

#include <fmt/format.h>

namespace anemone {
namespace {

std::string print_instance(const char* word, const LsaNews& lsa, const std::optional<StoredLsa>& stored) {
  if (!stored) return "";
  const auto whole = whole_lsa(protocol_of(lsa.key.area.domain), *stored);
  std::string text = fmt::format("    {} {}\n", word, print_lsa_header(lsa.key, *stored));
  constexpr std::size_t kBytesInLine = 32;
  for (std::size_t at = 0; at < whole.size(); at += kBytesInLine) {
    const Bytes line = Bytes(whole).subspan(at, std::min(kBytesInLine, whole.size() - at));
    text += fmt::format("      {:04x}  {}\n", at, print_hex(line));
  }
  return text;
}

}  // namespace

std::string print_lsa_header(const LsdbKey& key, const StoredLsa& stored) {
  const LsaInstance& instance = stored.instance;
  std::string left;
  if (instance.flushed()) {
    left = "flushed";
  } else if (instance.left_s == LsaInstance::kForever) {
    left = "does not age";
  } else if (protocol_of(key.area.domain) == Protocol::kIsis) {
    left = fmt::format("lifetime {} s", instance.left_s);
  } else {
    left = fmt::format("age {} s", stored.age_s(stored.arrived));
  }
  std::string text = fmt::format("{} {}", print_lsa_type(key), print_lsa_id(key));
  if (key.router.value != 0) text += " by " + print_address(key.router);
  if (!key.as_wide) text += " in area " + print_area(key.area);
  return text + fmt::format(", sequence 0x{:08x}, {}, checksum 0x{:04x}, {} bytes",
                            static_cast<std::uint32_t>(instance.sequence), left, instance.checksum,
                            stored.bytes.size());
}

std::string print_hex(Bytes bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

std::string print_evidence_text(const LsaNews& lsa, const LsaLog& log) {
  std::string text = "  " + print_time(lsa.time);
  for (const auto& [vantage, time] : lsa.heard) {
    text += (vantage == lsa.heard.front().first ? " heard by " : ", ") + log.vantages[vantage];
    if (time != lsa.time) text += fmt::format(" (+{:.3f} s)", seconds(time - lsa.time));
  }
  if (!lsa.after) text += " it ran out of age: nobody had said it anew";
  return text + "\n" + print_instance("was", lsa, lsa.before) + print_instance("is ", lsa, lsa.after);
}

}  // namespace anemone

#include "lsdb/lsa_log.h"

#include <algorithm>

namespace anemone {

const char* print_mark_kind(VantageMarkKind kind) {
  switch (kind) {
    case VantageMarkKind::kStarted:
      return "started";
    case VantageMarkKind::kStopped:
      return "stopped";
    case VantageMarkKind::kLost:
      return "lost";
    case VantageMarkKind::kAlive:
      return "alive";
  }
  return "unknown";
}

std::uint16_t LsaLog::vantage(const std::string& name) {
  auto found = std::find(vantages.begin(), vantages.end(), name);
  if (found == vantages.end()) found = vantages.insert(found, name);
  return static_cast<std::uint16_t>(found - vantages.begin());
}

void LsaLog::sort() {
  const auto earlier = [](const auto& a, const auto& b) { return a.time < b.time; };
  std::stable_sort(entries.begin(), entries.end(), earlier);
  std::stable_sort(marks.begin(), marks.end(), earlier);
}

void LsaLog::add(const LsaLog& other) {
  std::vector<std::uint16_t> here;
  for (const std::string& name : other.vantages) here.push_back(vantage(name));
  for (HeardLsa heard : other.entries) {
    heard.vantage = here[heard.vantage];
    entries.push_back(std::move(heard));
  }
  for (VantageMark mark : other.marks) {
    mark.vantage = here[mark.vantage];
    marks.push_back(mark);
  }
}

}  // namespace anemone

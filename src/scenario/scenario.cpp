#include "scenario/scenario.h"

namespace anemone {

Scenario operator+(Scenario first, const Scenario& then) {
  first.changes.insert(first.changes.end(), then.changes.begin(), then.changes.end());
  if (first.name.empty()) first.name = then.name;
  return first;
}

std::optional<Time> instant_of(const Scenario& scenario) {
  for (const Change& change : scenario.changes) {
    if (const auto* instant = std::get_if<TakeInstant>(&change.what)) return instant->at;
  }
  return std::nullopt;
}

Error at_place(const TextPlace& place, const std::string& message) {
  if (place.line == 0) return Error{message};
  return Error{"line " + std::to_string(place.line) + ", column " + std::to_string(place.column) + ": " +
               message};
}

}  // namespace anemone

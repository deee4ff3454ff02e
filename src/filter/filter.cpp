#include "filter/filter.h"

#include <iterator>
#include <utility>

namespace anemone {
namespace {

Filter joined(Filter::Kind kind, std::vector<Filter> parts) {
  if (parts.empty()) return {};
  if (parts.size() == 1) return std::move(parts.front());
  Filter all{kind, {}, {}};
  for (Filter& part : parts) {
    if (part.kind == kind) {
      std::move(part.parts.begin(), part.parts.end(), std::back_inserter(all.parts));
    } else {
      all.parts.push_back(std::move(part));
    }
  }
  return all;
}

void collect(const Filter& filter, std::vector<const FilterTest*>& tests) {
  if (filter.kind == Filter::Kind::kTest) tests.push_back(&filter.test);
  for (const Filter& part : filter.parts) collect(part, tests);
}

}  // namespace

Filter filter_of(FilterTest test) { return {Filter::Kind::kTest, std::move(test), {}}; }

Filter none_of(Filter part) {
  Filter none{Filter::Kind::kNot, {}, {}};
  none.parts.push_back(std::move(part));
  return none;
}

Filter all_of(std::vector<Filter> parts) { return joined(Filter::Kind::kAnd, std::move(parts)); }
Filter any_of(std::vector<Filter> parts) { return joined(Filter::Kind::kOr, std::move(parts)); }

std::vector<const FilterTest*> tests_of(const Filter& filter) {
  std::vector<const FilterTest*> tests;
  collect(filter, tests);
  return tests;
}

// Goes back only to the last *, so that no pattern takes longer than its length times the text's.
bool glob_matches(const std::string& glob, const std::string& text) {
  std::size_t at = 0;
  std::size_t star = std::string::npos;
  std::size_t after_star = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (at < glob.size() && glob[at] == '*') {
      star = at++;
      after_star = i;
    } else if (at < glob.size() && (glob[at] == '?' || glob[at] == text[i])) {
      ++at;
      ++i;
    } else if (star != std::string::npos) {
      at = star + 1;
      i = ++after_star;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', at) == std::string::npos;
}

}  // namespace anemone

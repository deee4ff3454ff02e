// A TextTable prints rows in aligned columns: what a person reads. The same rows as CSV for a spreadsheet.
#pragma once

#include <string>
#include <vector>

namespace anemone {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heads) : heads_(std::move(heads)) {}

  // REQUIRES: as many cells as heads.
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Columns of numbers stand to the right. Nothing but the heads when there are no rows.
  std::string aligned() const;
  std::string csv() const;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace anemone

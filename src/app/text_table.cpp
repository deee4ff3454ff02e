#include "app/text_table.h"

#include <algorithm>

namespace anemone {
namespace {

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.,%-+") == std::string::npos &&
         std::count(text.begin(), text.end(), '.') <= 1;
}

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\n\r") == std::string::npos) return cell;
  std::string out = "\"";
  for (char c : cell) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string TextTable::aligned() const {
  std::vector<std::size_t> width(heads_.size());
  std::vector<bool> right(heads_.size(), !rows_.empty());
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    width[i] = heads_[i].size();
    for (const auto& row : rows_) {
      width[i] = std::max(width[i], row[i].size());
      if (!row[i].empty() && !is_number(row[i])) right[i] = false;
    }
  }
  std::string out;
  auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string pad(width[i] - cells[i].size(), ' ');
      text += (i > 0 ? "  " : "") + (right[i] ? pad + cells[i] : cells[i] + pad);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  line(heads_);
  for (const auto& row : rows_) line(row);
  return out;
}

std::string TextTable::csv() const {
  std::string out;
  auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) out += (i > 0 ? "," : "") + quoted(cells[i]);
    out += "\n";
  };
  line(heads_);
  for (const auto& row : rows_) line(row);
  return out;
}

}  // namespace anemone

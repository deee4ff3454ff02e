// XmlText is a parsed XML document that can say on which line a node stands. Included by the readers of
// XML formats in this folder and by nobody else: pugixml ends here.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pugi {
class xml_document;
class xml_node;
}  // namespace pugi

namespace anemone {

class XmlText {
 public:
  XmlText();
  ~XmlText();

  // Reads UTF-8, and ISO-8859-1 where the document declares it. The error says line and reason.
  Result<void> parse(std::string_view text);

  pugi::xml_node root() const;
  // `message`, with the line of `node` before it.
  Error problem(const pugi::xml_node& node, const std::string& message) const;

 private:
  std::size_t line_at(std::ptrdiff_t offset) const;

  std::string text_;  // as UTF-8
  std::unique_ptr<pugi::xml_document> document_;
};

}  // namespace anemone

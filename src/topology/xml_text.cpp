#include "topology/xml_text.h"

#include <algorithm>
#include <pugixml.hpp>

#include "topology/network_file.h"

namespace anemone {
namespace {

bool declares_latin1(std::string_view text) {
  const std::string_view declaration = text.substr(0, text.find("?>"));
  return declaration.starts_with("<?xml") && (declaration.find("ISO-8859-1") != std::string_view::npos ||
                                              declaration.find("iso-8859-1") != std::string_view::npos);
}

std::string utf8_from_latin1(std::string_view text) {
  std::string utf8;
  utf8.reserve(text.size());
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xc0 | byte >> 6);
      utf8 += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return utf8;
}

}  // namespace

XmlText::XmlText() : document_(std::make_unique<pugi::xml_document>()) {}
XmlText::~XmlText() = default;

Result<void> XmlText::parse(std::string_view text) {
  text_ = declares_latin1(text) ? utf8_from_latin1(text) : std::string(text);
  const pugi::xml_parse_result result =
      document_->load_buffer(text_.data(), text_.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) return at_line(line_at(result.offset), std::string("XML: ") + result.description());
  return {};
}

pugi::xml_node XmlText::root() const { return document_->document_element(); }

Error XmlText::problem(const pugi::xml_node& node, const std::string& message) const {
  return at_line(line_at(node.offset_debug()), message);
}

std::size_t XmlText::line_at(std::ptrdiff_t offset) const {
  const auto end = text_.begin() + std::clamp<std::ptrdiff_t>(offset, 0, std::ssize(text_));
  return static_cast<std::size_t>(std::count(text_.begin(), end, '\n')) + 1;
}

}  // namespace anemone

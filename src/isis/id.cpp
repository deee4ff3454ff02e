#include "isis/id.h"

#include <array>
#include <cstdio>

namespace anemone::isis {

std::string print_id(SystemId id) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%04x.%04x.%04x", static_cast<unsigned>(id.value >> 32 & 0xffff),
                static_cast<unsigned>(id.value >> 16 & 0xffff), static_cast<unsigned>(id.value & 0xffff));
  return text.data();
}

std::string print_id(NodeKey id) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), ".%02x", static_cast<unsigned>(id.value & 0xff));
  return print_id(id.system()) + text.data();
}

std::string print_id(LspId id) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "-%02x", static_cast<unsigned>(id.fragment()));
  return print_id(id.node()) + text.data();
}

}  // namespace anemone::isis

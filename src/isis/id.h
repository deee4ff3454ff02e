// The names that IS-IS gives: to a system, to a node of the graph, to an LSP. Each is the start of the next.
//
//   1921.6800.1001        SystemId: a router, six bytes
//   1921.6800.1001.02     NodeKey:  the router (.00), or a broadcast network that it is the designated one of
//   1921.6800.1001.02-00  LspId:    one of the up to 256 LSPs that say all about that node
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace anemone::isis {

struct SystemId {
  std::uint64_t value = 0;  // 48 bits
  constexpr auto operator<=>(const SystemId&) const = default;
};

struct NodeKey {
  std::uint64_t value = 0;  // 56 bits: system, then the pseudonode's number
  constexpr auto operator<=>(const NodeKey&) const = default;
  constexpr SystemId system() const { return {value >> 8}; }
  constexpr bool pseudonode() const { return (value & 0xff) != 0; }
};

struct LspId {
  std::uint64_t value = 0;  // node, then the LSP number
  constexpr auto operator<=>(const LspId&) const = default;
  constexpr NodeKey node() const { return {value >> 8}; }
  constexpr std::uint8_t fragment() const { return static_cast<std::uint8_t>(value); }
};

constexpr NodeKey node_of(SystemId system) { return {system.value << 8}; }
constexpr LspId first_lsp_of(NodeKey node) { return {node.value << 8}; }

std::string print_id(SystemId id);
std::string print_id(NodeKey id);
std::string print_id(LspId id);

}  // namespace anemone::isis

template <>
struct std::hash<anemone::isis::NodeKey> {
  std::size_t operator()(anemone::isis::NodeKey key) const noexcept {
    return static_cast<std::size_t>(key.value * 0x9e3779b97f4a7c15);
  }
};

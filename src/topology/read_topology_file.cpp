#include "topology/read_topology_file.h"

#include <utility>

#include "io/text_file.h"
#include "topology/graphml_file.h"
#include "topology/repetita_file.h"
#include "topology/sndlib_file.h"
#include "topology/text_file.h"

namespace anemone {
namespace {

// The name of the first element that is not a declaration or comment: "network", "graphml".
std::string_view root_element(std::string_view xml) {
  std::size_t at = 0;
  while ((at = xml.find('<', at)) != std::string_view::npos) {
    ++at;
    if (xml.substr(at, 3) == "!--") {
      at = xml.find("-->", at);
      if (at == std::string_view::npos) return {};
      continue;
    }
    if (at < xml.size() && (xml[at] == '?' || xml[at] == '!')) continue;
    return xml.substr(at, xml.find_first_of(" \t\r\n/>", at) - at);
  }
  return {};
}

bool is_binary(std::string_view text) { return text.substr(0, 4096).find('\0') != std::string_view::npos; }

}  // namespace

Result<NetworkFile> parse_network(std::string_view text) {
  if (is_binary(text)) return Error{"not a topology or demand file: it is binary"};
  constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
  if (text.substr(0, 3) == kUtf8Mark) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const std::string_view begin = first == std::string_view::npos ? text : text.substr(first);
  if (begin.starts_with("NODES")) return parse_repetita_graph(text);
  if (begin.starts_with("DEMANDS ") && begin.find('(') > begin.find('\n'))
    return parse_repetita_demands(text);
  if (begin.starts_with("?SNDlib")) return parse_sndlib_native(text);
  if (begin.starts_with("<")) {
    const std::string_view root = root_element(begin);
    if (root == "network") return parse_sndlib_xml(text);
    if (root == "graphml") return parse_graphml(text);
    return Error{"XML whose root is <" + std::string(root) + ">: want SNDlib's <network> or <graphml>"};
  }
  return parse_network_text(text);
}

Result<NetworkFile> read_network_file(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) return text.error();
  auto file = parse_network(*text);
  if (!file) return file.error().in(path);
  return file;
}

Result<Topology> read_topology_file(const std::string& path) {
  auto file = read_network_file(path);
  if (!file) return file.error();
  if (file->parts.nodes.empty()) return Error{path + ": holds no node"};
  return Topology(std::move(file->parts));
}

}  // namespace anemone

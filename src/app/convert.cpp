// `anemone convert SOURCE --to FORMAT`: a network, and a traffic matrix beside it, in the formats of other
// tools.
#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/routing_source.h"
#include "matrix/name_demands.h"
#include "matrix/read_matrix_file.h"
#include "topology/write_network_file.h"

namespace anemone {
namespace {

struct NamedFormat {
  const char* name;
  NetworkFormat format;
};
constexpr std::array kFormats = {NamedFormat{"text", NetworkFormat::kText},
                                 NamedFormat{"repetita", NetworkFormat::kRepetita},
                                 NamedFormat{"repetita-demands", NetworkFormat::kRepetitaDemands},
                                 NamedFormat{"sndlib", NetworkFormat::kSndlib},
                                 NamedFormat{"graphml", NetworkFormat::kGraphml},
                                 NamedFormat{"dot", NetworkFormat::kDot},
                                 NamedFormat{"csv", NetworkFormat::kCsv}};

NetworkFormat format_of(const std::string& name) {
  for (const auto& [known, format] : kFormats) {
    if (name == known) return format;
  }
  return NetworkFormat::kText;
}

int fail(const Error& error) {
  fmt::print(stderr, "anemone convert: {}\n", error.message);
  return kFailed;
}

}  // namespace

int convert(int argc, char** argv) {
  std::vector<std::string> sources;
  std::string matrix_file;
  std::string at;
  std::string to = "text";
  KeyOptions keys;
  Arguments arguments("convert", "A network, and a traffic matrix beside it, in the formats of other tools.");
  arguments.positional("SOURCE", sources, "a topology file, or OSPF or IS-IS captures of one network",
                       Need::kRequired);
  arguments.option("--matrix", matrix_file, "a demand file, for formats that hold demands");
  arguments.option("--at", at, "the instant, for captures: RFC 3339 or Unix seconds");
  keys.declare(arguments);
  std::vector<std::string> names;
  names.reserve(kFormats.size());
  for (const NamedFormat& known : kFormats) names.emplace_back(known.name);
  arguments.choice("--to", to, std::move(names), "the format to write; REPETITA has one for demands alone");
  if (const auto code = arguments.parse(argc, argv)) return *code;
  if (to == "repetita-demands" && matrix_file.empty()) {
    fmt::print(stderr, "anemone convert: --to repetita-demands wants --matrix\n");
    return kWrongUsage;
  }

  const auto source = read_routing_source("convert", sources, at, keys);
  if (!source) return fail(source.error());
  std::vector<NamedDemand> demands;
  if (!matrix_file.empty()) {
    const auto matrix = read_matrix_file(matrix_file, source->topology);
    if (!matrix) return fail(matrix.error());
    demands = name_demands(*matrix, source->topology);
  }
  const auto text = write_network(source->topology, demands, format_of(to));
  if (!text) return fail(text.error());
  fmt::print("{}", *text);
  return kDone;
}

}  // namespace anemone

// ChangeOptions are the options --scenario and --change: changes to carry out on the network before a command
// answers about it (docs/formats/scenario.md).
#pragma once

#include <string>
#include <vector>

#include "app/arguments.h"
#include "base/result.h"
#include "scenario/scenario.h"
#include "topology/topology.h"

namespace anemone {

// One file's scenario; the error names the file.
Result<Scenario> read_scenario(const std::string& path);

struct ChangeOptions {
  std::vector<std::string> files;
  std::vector<std::string> texts;

  void declare(Arguments& arguments);
  // Files first, then what stands on the command line. Errors name the file or option.
  Result<Scenario> read() const;
  // `topology` as the changes make it; what they do to traffic is left out.
  Result<Topology> carry_out(Topology topology) const;
};

}  // namespace anemone

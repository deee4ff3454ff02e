// ListenOptions are the options of the commands that hear the routing protocol on this machine's interfaces:
// where, in which mode, behind which guard. `snoop` writes what it hears into a log, `serve` takes it in.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/key_options.h"
#include "base/result.h"
#include "listen/snooper.h"
#include "server/lsa_source.h"

namespace anemone {

struct ListenOptions {
  std::vector<std::string> interfaces;
  std::string guard = "all";
  std::string name;
  KeyOptions keys;

  void declare(Arguments& arguments);
  // An error names the option.
  Result<SnooperConfig> configure() const;
};

// What a listener in this process hears, on a thread of its own: it must answer its neighbours also while the
// store waits for the disk. It ends, in good order, with the source.
Result<std::unique_ptr<LsaSource>> listening_source(SnooperConfig config);

}  // namespace anemone

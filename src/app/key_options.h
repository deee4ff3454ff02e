// KeyOptions are the options --key and --keys of the commands that hear OSPF: with which keys packets must be
// signed to be taken (ospf/auth.h).
#pragma once

#include <string>
#include <vector>

#include "app/arguments.h"
#include "base/result.h"
#include "ospf/auth.h"

namespace anemone {

struct KeyOptions {
  std::vector<std::string> keys;
  std::string file;

  void declare(Arguments& arguments);
  // The error names the option or the file's line, and shows no secret.
  Result<ospf::AuthKeys> read() const;
};

// Says on stderr, as `command`, how many packets the keys did not verify, and why; nothing when there are
// none.
void say_not_authentic(const char* command, const ospf::AuthCounts& counts);

}  // namespace anemone

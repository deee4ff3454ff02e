// An LsaSource is whoever hears the routing protocol for a server: a log file that a listener writes, or a
// listener in this process. It is asked again and again what came since.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "lsdb/lsa_log.h"

namespace anemone {

class LsaSource {
 public:
  virtual ~LsaSource() = default;

  // By which it is known again after a restart.
  virtual const std::string& name() const = 0;

  // Whether reading begins with what was heard before: then a restart must leave out what it has already.
  virtual bool begins_anew() const = 0;

  // Appends what came since the last call to `log`, which is the same at each call though its entries and
  // marks may be taken out between. Never waits. An error ends nothing: it is said, and asked again.
  virtual Result<void> read(LsaLog& log) = 0;

  // Hears no more from here on. What it has to say at its end is read after this.
  virtual void end() {}
};

// An LSA log file (docs/formats/lsa-log.md), followed while it is written; one that is not there yet is
// waited for.
std::unique_ptr<LsaSource> lsa_log_source(std::string path);

}  // namespace anemone

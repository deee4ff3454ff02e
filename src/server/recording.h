// A RecordingReader turns a recording's folder (docs/formats/recording.md) into what the platform takes:
// bin after bin, the flow records of every host's capture and the LSAs that every listener heard.
//
// The captures are read side by side and no further than the bin needs, so that memory holds live flows
// and one bin, not the recording. A damaged capture gives what was good before the damage and a loss to
// count.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "record/flow_record.h"
#include "server/platform.h"
#include "topology/inventory.h"

namespace anemone {

class RecordingReader {
 public:
  // Opens every capture that the inventory names. An error names the file that cannot be read.
  // `observers` are the hosts' ids, in the order of the inventory.
  static Result<RecordingReader> open(const std::string& folder, const Inventory& inventory, Duration bin,
                                      std::vector<ObserverId> observers);

  RecordingReader(RecordingReader&&) noexcept;
  RecordingReader& operator=(RecordingReader&&) noexcept;
  ~RecordingReader();

  // The first bin's start and the last one's end.
  Time from() const;
  Time to() const;
  Duration bin() const;

  // The next bin; empty after the last. The first brings every LSA heard before it, too.
  Result<std::optional<BinInput>> next();

  // What could not be used so far, by reason.
  std::vector<Loss> losses() const;

 private:
  struct Impl;
  explicit RecordingReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone

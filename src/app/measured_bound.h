// What `anemone bound` tells of measured traffic: how much more today's routing needs than it must, by a
// server or a store; and the same words for a matrix from a file.
#pragma once

#include <string>

#include "app/server_options.h"

namespace anemone {

struct BoundStory {
  double lower = 0;
  double upper = 0;
  bool exact = true;
  double gap = 0;
  double today = 0;

  // How much more today's routing needs than it must, at least: 0.38 = 38%. 0 where nothing is sent.
  double excess() const { return upper > 0 && today > upper ? today / upper - 1 : 0; }
};

enum class BoundUnit { kShare, kCost };

void print_bound_story(const BoundStory& story, BoundUnit unit);

struct MeasuredBound {
  ServerOptions server;
  std::string store;  // its folder; either this or a server
  std::string at;
  std::string format = "table";
};

// Asks, and prints the answer; the exit code.
int print_measured_bound(const MeasuredBound& options);

}  // namespace anemone

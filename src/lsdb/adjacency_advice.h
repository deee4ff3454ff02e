// AdjacencyAdvice puts a finding into words for the person who has to mend it: what is wrong, why that keeps
// the routers apart, what to do, and the commands that do it.
#pragma once

#include <string>

#include "lsdb/adjacency_doctor.h"

namespace anemone {

struct AdjacencyAdvice {
  std::string title;  // "hello intervals differ"
  std::string why;
  std::string mend;
  // What to configure, with the values of the majority; empty where no command would mend it.
  std::string frr;
  std::string cisco;
};

AdjacencyAdvice advise(const AdjacencyFinding& finding);

// "10.8.0.1 (router 10.254.1.1)"
std::string print_speaker(const SpeakerKey& speaker);

}  // namespace anemone

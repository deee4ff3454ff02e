// A MeanLoad is the mean of the loads of bins one after another, and what the last of them was.
//
// A link counts as carrying nothing in the bins in which it was not there.
#pragma once

#include <map>
#include <string>

#include "server/answers.h"

namespace anemone {

class MeanLoad {
 public:
  // In the order of time.
  void add(const LoadAnswer& bin);
  // REQUIRES: something was added.
  LoadAnswer answer() &&;

 private:
  LoadAnswer sum_;
  double bins_ = 0;
  std::map<std::string, LinkAnswer> links_;
  std::map<std::string, double> counted_;  // by link, the bins in which its counter is told
};

}  // namespace anemone

// The gamma distribution, for what is never below zero and may be far above its mean: sums of few large
// things and many small ones.
#pragma once

namespace anemone {

// Below which value a gamma distributed one of this shape and of mean 1 lies with probability `share`.
// REQUIRES: 0 < shape <= 10,000, 0 < share < 1.
double gamma_quantile(double shape, double share);

// With which probability it lies below `value`, of mean 1.
double gamma_share(double shape, double value);

}  // namespace anemone

#include "estimate/gamma_quantile.h"

#include <cassert>
#include <cmath>

namespace anemone {
namespace {

constexpr int kTermsMax = 2'000;
constexpr double kSettled = 1e-12;

// Incomplete gamma functions by series, and by Lentz's continued fraction (Abramowitz and
// Stegun 6.5.29, 6.5.31).
double series(double shape, double x) {
  double term = 1 / shape;
  double sum = term;
  for (int n = 1; n < kTermsMax && term > kSettled * sum; ++n) {
    term *= x / (shape + n);
    sum += term;
  }
  return sum * std::exp(shape * std::log(x) - x - std::lgamma(shape));
}

double fraction(double shape, double x) {
  double b = x + 1 - shape;
  double c = 1e300;
  double d = 1 / b;
  double product = d;
  for (int n = 1; n < kTermsMax; ++n) {
    const double a = -n * (n - shape);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    product *= d * c;
    if (std::abs(d * c - 1) < kSettled) break;
  }
  return 1 - product * std::exp(shape * std::log(x) - x - std::lgamma(shape));
}

}  // namespace

double gamma_share(double shape, double value) {
  const double x = shape * value;
  if (x <= 0) return 0;
  return x < shape + 1 ? series(shape, x) : fraction(shape, x);
}

double gamma_quantile(double shape, double share) {
  assert(shape > 0 && share > 0 && share < 1);
  // Below any value lies at most what the density's power at zero alone gives.
  double low = std::max(-700.0, (std::log(share) + std::lgamma(shape + 1)) / shape - std::log(shape));
  double high = std::max(low + 1, std::log(1 + 50 / shape + 10 / std::sqrt(shape)));
  for (int step = 0; step < 40; ++step) {
    const double middle = (low + high) / 2;
    (gamma_share(shape, std::exp(middle)) < share ? low : high) = middle;
  }
  return std::exp(low);
}

}  // namespace anemone

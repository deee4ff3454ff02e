#include "estimate/gamma_quantile.h"

#include <doctest/doctest.h>

#include <initializer_list>

namespace anemone {
namespace {

TEST_CASE("quantiles of the gamma distribution are those of tables") {
  // R's qgamma(share, shape, shape); of shape 1/2 the chi-squared distribution of one degree, of shape 1 the
  // exponential.
  CHECK(gamma_quantile(0.5, 0.95) == doctest::Approx(3.841459).epsilon(1e-5));
  CHECK(gamma_quantile(0.5, 0.05) == doctest::Approx(0.003932140).epsilon(1e-5));
  CHECK(gamma_quantile(1, 0.5) == doctest::Approx(0.6931472).epsilon(1e-5));
  CHECK(gamma_quantile(5, 0.95) == doctest::Approx(18.307038 / 10).epsilon(1e-5));  // chi-squared of ten
  CHECK(gamma_quantile(5, 0.05) == doctest::Approx(3.940299 / 10).epsilon(1e-5));
}

TEST_CASE("a quantile and a share undo each other, for any shape") {
  for (double shape : {0.01, 0.3, 2.0, 40.0, 1e4}) {
    for (double share : {0.05, 0.5, 0.9, 0.95}) {
      const double value = gamma_quantile(shape, share);
      if (value > 1e-200) CHECK(gamma_share(shape, value) == doctest::Approx(share).epsilon(1e-5));
    }
  }
}

}  // namespace
}  // namespace anemone

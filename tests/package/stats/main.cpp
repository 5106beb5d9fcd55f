// A user of mtl::stats: are the scores of two models, fold by fold, different?
#include <cmath>
#include <cstdio>
#include <vector>

#include <mtl/stats.hpp>
#include <mtl/version.hpp>

int main() {
  const std::vector<double> multi{0.91, 0.93, 0.92, 0.95}, single{0.90, 0.91, 0.93, 0.92};
  const auto test = mtl::stats::paired_t_test(multi, single);
  std::printf("mtl %s: t = %.4f, p = %.4f\n", MTL_VERSION, test.t, test.p_two_sided);
  return std::isfinite(test.t) && test.df == 3 ? 0 : 1;
}

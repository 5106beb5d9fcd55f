// 10,000 random pairs of lists against what scipy 1.17.1 says of them (tests/data/stats/make_tables.py makes
// the table, and says what its columns are). The lists are made anew here, by the same counters.
#include <cmath>
#include <fstream>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/stats/correlated_bayes.hpp>
#include <mtl/stats/sign_flip.hpp>
#include <mtl/stats/wilcoxon.hpp>

#include <support/catch.hpp>

namespace random_vectors_tests {

using namespace mtl::stats;

constexpr std::uint64_t vectors = 10000;
constexpr std::size_t columns = 15;

struct Lists {
  std::vector<double> a, b;
};

double percent(std::uint64_t right, std::uint64_t texts) {
  return 100.0 * static_cast<double>(right) / static_cast<double>(texts);
}

Lists random_lists(std::uint64_t number) {
  const auto stream = mtl::RandomStream(20240601).named("random vectors").at(number);
  const auto n = stream.below(0, 5) < 2 ? 10 : 2 + stream.below(1, 49);
  const auto kind = stream.below(2, 4), shift = stream.below(3, 3);
  Lists lists;
  for (std::uint64_t i = 0; i < n; ++i) {
    const auto words = stream.at(i);
    std::uint64_t a = 0, b = 0;
    if (kind == 0) {  // measurements: 40 bits, moved by nothing, a little, or much
      lists.a.push_back(std::ldexp(static_cast<double>((words.bits(0) >> 24) + (shift << 38)), -30));
      lists.b.push_back(std::ldexp(static_cast<double>(words.bits(1) >> 24), -30));
    } else if (kind == 1) {  // close to normal: sums of four
      for (std::uint64_t j = 0; j < 4; ++j) a += words.bits(j) >> 24, b += (words.bits(j) & 0xFFFFFF) << 16;
      lists.a.push_back(std::ldexp(static_cast<double>(a + (shift << 39)), 20));
      lists.b.push_back(std::ldexp(static_cast<double>(b), 20));
    } else {  // accuracies of a fold of 400 or of 30 texts, in percent: ties and zeros are usual
      const std::uint64_t texts = kind == 2 ? 400 : 30;
      const auto right = texts * 3 / 4 - words.below(0, kind == 2 ? 40 : 8);
      lists.a.push_back(percent(right + shift + words.below(1, 7) - 3, texts));
      lists.b.push_back(percent(right, texts));
    }
  }
  return lists;
}

std::vector<double> scipy_table() {
  std::vector<double> table(vectors * columns);
  std::ifstream file(MTL_TEST_DATA "/stats/random_vectors.f64", std::ios::binary);
  file.read(reinterpret_cast<char*>(table.data()), static_cast<std::streamsize>(8 * table.size()));
  REQUIRE(file.gcount() == static_cast<std::streamsize>(8 * table.size()));
  return table;
}

/// Relative difference; numbers that are zero but for rounding, below 1e-13 of `unit`, are equal.
double apart(double ours, double theirs, double unit = 1) {
  if (std::abs(ours - theirs) <= 1e-13 * unit) return 0;
  return std::abs(ours - theirs) / std::abs(theirs);
}

/// The largest difference of one vector's results from its row of the table, over what the row has.
double difference_of(const Lists& lists, const double* row) {
  const auto t = paired_t_test(lists.a, lists.b);
  if (std::isnan(row[0])) return t.status == Status::Ok ? 1 : 0;
  const double unit = std::max(std::abs(row[4]), std::abs(row[5]));
  double largest = std::max({apart(t.t, row[0]), apart(t.p_two_sided, row[1], 0), apart(t.p_less, row[2], 0),
                             apart(t.p_greater, row[3], 0), apart(t.ci95.low, row[4], unit),
                             apart(t.ci95.high, row[5], unit)});
  const double ratio = 1.0 / (t.n - 1);
  const auto corrected = corrected_resampled_t_test(t, ratio);
  largest = std::max({largest, apart(corrected.p_two_sided, row[6], 0), apart(corrected.p_less, row[7], 0)});
  if (!std::isnan(row[8])) {
    const auto exact = wilcoxon_signed_rank(lists.a, lists.b);
    largest = std::max({largest, apart(exact.p_two_sided, row[8], 0), apart(exact.p_less, row[9], 0)});
  }
  if (!std::isnan(row[10])) {
    const auto normal = wilcoxon_normal_approximation(lists.a, lists.b);
    largest = std::max({largest, apart(normal.p_two_sided, row[10], 0), apart(normal.p_less, row[11], 0)});
  }
  if (!std::isnan(row[12])) {
    const auto flips = sign_flip_test(lists.a, lists.b);
    largest = std::max({largest, apart(flips.p_two_sided, row[12], 0), apart(flips.p_less, row[13], 0)});
  }
  const auto bayes = correlated_bayes_t_test(t, ratio, 0.25 * t.sd_diff);
  return std::max(largest, apart(std::min(bayes.p_less, bayes.p_greater), row[14], 0));
}

TEST_CASE("ten thousand random vectors give scipy's results to ten digits", "[stats]") {
  const auto table = scipy_table();
  double largest = 0;
  std::uint64_t where = 0, wrong = 0;
  for (std::uint64_t number = 0; number < vectors; ++number) {
    const double found = difference_of(random_lists(number), &table[number * columns]);
    wrong += !(found <= 1e-10);
    if (!(found <= largest)) largest = found, where = number;
  }
  INFO("largest relative difference " << largest << ", at vector " << where);
  CHECK(wrong == 0);
  CHECK(std::isfinite(table[0]));
}

}  // namespace random_vectors_tests

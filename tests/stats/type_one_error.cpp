// Prints how often each test rejects at 0.05 where there is nothing to find: type_one_error [TABLES]. The
// output for 20,000 tables stands in docs/statistics.md.
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <mtl/stats.hpp>

#include "simulated_folds.hpp"

namespace {

using namespace mtl::stats;
using mtl::RandomStream;
using mtl::tests::SimulatedFolds;

/// Mean correlation of two folds' differences, over tables: covariance of folds 0 and 1, 2 and 3, ...
class FoldCorrelation {
 public:
  void add(const SimulatedFolds& table) {
    double sum = 0, squares = 0;
    for (std::size_t f = 0; f < table.a.size(); ++f) {
      sum += table.a[f] - table.b[f];
      squares += (table.a[f] - table.b[f]) * (table.a[f] - table.b[f]);
    }
    const auto k = static_cast<double>(table.a.size());
    variance_ += squares / k;
    covariance_ += (sum * sum - squares) / (k * (k - 1));
  }
  double value() const { return covariance_ / variance_; }

 private:
  double variance_ = 0, covariance_ = 0;
};

template <class Simulate>
void print_rates(const std::string& title, int tables, Simulate simulate) {
  std::map<std::string, int> rejections;
  FoldCorrelation correlation;
  for (int i = 0; i < tables; ++i) {
    const auto table = simulate(static_cast<std::uint64_t>(i));
    correlation.add(table);
    mtl::tests::count_rejections(table, rejections);
  }
  fmt::print("{}; {} tables; correlation between folds {:.3f}\n", title, tables, correlation.value());
  for (const auto& [name, count] : rejections) fmt::print("  {:<36} {:.4f}\n", name, count * 1.0 / tables);
}

/// How often at least one of twelve equally good layers is found better, with layers correlated 0.5.
void print_family_rates(int tables, double rho) {
  std::map<std::string, int> rejections;
  const RandomStream random(77);
  for (int i = 0; i < tables; ++i) {
    const auto stream = random.at(static_cast<std::uint64_t>(i));
    const auto shared = mtl::tests::equicorrelated_folds(stream, rho);
    std::vector<std::vector<double>> a, b;
    std::vector<double> plain, corrected;
    for (std::uint64_t l = 0; l < 12; ++l) {
      const auto own = mtl::tests::equicorrelated_folds(stream.at(l), rho);
      a.push_back(shared.a);
      for (std::size_t f = 0; f < 10; ++f) a.back()[f] = (shared.a[f] + own.a[f]) * std::sqrt(0.5);
      b.emplace_back(10, 160 * std::sqrt(0.5));
      const auto t = paired_t_test(a.back(), b.back());
      plain.push_back(t.p_greater);
      corrected.push_back(corrected_resampled_t_test(t, 1.0 / 9).p_greater);
    }
    const auto any = [&](const std::string& name, const std::vector<double>& p) {
      rejections[name] += *std::ranges::min_element(p) <= 0.05;
    };
    any("paired t, uncorrected", plain);
    for (const auto c : {Correction::Bonferroni, Correction::Holm, Correction::Hommel,
                         Correction::BenjaminiHochberg, Correction::BenjaminiYekutieli})
      any(fmt::format("paired t, {}", correction_name(c)), adjust_p_values(plain, c));
    any("Nadeau-Bengio, uncorrected", corrected);
    any("Nadeau-Bengio, holm", adjust_p_values(corrected, Correction::Holm));
    std::vector<double> max_t;
    for (const auto& layer : max_t_test(a, b).layers) max_t.push_back(layer.p_step_down);
    any("max-T by sign flips", max_t);
  }
  fmt::print("a false finding among 12 layers; {} tables; correlation between folds {:g}\n", tables, rho);
  for (const auto& [name, count] : rejections) fmt::print("  {:<36} {:.4f}\n", name, count * 1.0 / tables);
}

}  // namespace

int main(int argc, char** argv) {
  const int tables = argc > 1 ? std::atoi(argv[1]) : 20000;
  if (tables < 1) {
    std::cerr << "usage: type_one_error [TABLES]\n";
    return 2;
  }
  const RandomStream random(20240601);
  for (const double rho : {0.0, 0.1})
    print_rates(fmt::format("normal differences, correlated {:g}", rho), tables,
                [&](std::uint64_t i) { return mtl::tests::equicorrelated_folds(random.at(i), rho); });
  for (const std::size_t texts : {60U, 200U})
    print_rates(fmt::format("ten-fold cross-validation of twins on {} texts", texts), tables,
                [&](std::uint64_t i) { return mtl::tests::cross_validated_twins(random.at(i), texts); });
  for (const double rho : {0.0, 0.1}) print_family_rates(std::max(1, tables / 4), rho);
}

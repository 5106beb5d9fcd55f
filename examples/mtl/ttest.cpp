// `mtl ttest FILE.csv`: the paired t-test of two columns and the tests beside it, as one JSON object.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include <mtl/report/ttest_json.hpp>
#include <mtl/stats.hpp>
#include <mtl/store/atomic_file.hpp>
#include <mtl/store/digest.hpp>

#include "commands.hpp"
#include "number_check.hpp"

namespace mtl::program {

namespace {

struct TTestFlags {
  std::string file = {};
  std::int64_t n_train = 0, n_test = 0;
  double test_fraction = 0;
  std::uint64_t seed = 1;
  std::optional<int> replicates = {};
  std::optional<std::uint64_t> draws = {};
  stats::PairedTestsOptions tests = {};
};

/// n_test / n_train as the flags say it; nothing when they do not.
std::optional<double> test_to_train(const TTestFlags& flags) {
  if (flags.test_fraction > 0) return flags.test_fraction / (1 - flags.test_fraction);
  if (flags.n_train == 0) return std::nullopt;
  const stats::FoldSize size{flags.n_train, flags.n_test};
  return stats::test_to_train_ratio({&size, 1});
}

/// As many rounds over `pairs` as take a second or two, where the user does not ask for a number.
std::uint64_t affordable(std::uint64_t rounds, std::size_t pairs) {
  constexpr std::uint64_t numbers = 100'000'000;
  return std::clamp<std::uint64_t>(numbers / std::max<std::size_t>(1, pairs), 1000, rounds);
}

void run_ttest(TTestFlags flags) {
  const auto text = read_file(flags.file);
  std::istringstream input(text);
  const auto pairs = stats::read_paired_csv(input, flags.file);
  flags.tests.test_to_train = test_to_train(flags);
  flags.tests.bootstrap.replicates =
      flags.replicates.value_or(static_cast<int>(affordable(10'000, pairs.a.size())));
  flags.tests.sign_flip.draws = flags.draws.value_or(affordable(100'000, pairs.a.size()));
  flags.tests.bootstrap.seed = flags.tests.sign_flip.seed = flags.seed;
  auto json = paired_tests_json(stats::paired_tests(pairs.a, pairs.b, flags.tests));
  json["seed"] = flags.seed;
  json["data_digest"] = Digest().raw(text).hex();
  std::cout << json.dump(2) << "\n";
}

void add_ttest_flags(CLI::App& command, TTestFlags& flags) {
  using stats::Alternative;
  auto& tests = flags.tests;
  auto* train = command.add_option("--n-train", flags.n_train, "texts that each fold trains on");
  auto* test = command.add_option("--n-test", flags.n_test, "texts that each fold tests on");
  constexpr std::int64_t most_texts = 1'000'000'000'000;
  train->check(whole_number(1, most_texts))->needs(test);
  test->check(whole_number(1, most_texts))->needs(train);
  command
      .add_option(
          "--test-fraction", flags.test_fraction,
          "share of the texts that a fold tests on; 1 / pairs, as in cross-validation, where nothing is said")
      ->check(number_within(1e-9, 1 - 1e-9))
      ->excludes(train);
  command.add_option("--rope", tests.rope, "differences up to this size count as none, in the scores' unit")
      ->check(number_within(0, 1e100))
      ->capture_default_str();
  const std::map<std::string, Alternative> sides{
      {"two-sided", Alternative::TwoSided}, {"less", Alternative::Less}, {"greater", Alternative::Greater}};
  command.add_option("--alternative", tests.side, "whose power is computed: two-sided, less or greater")
      ->transform(CLI::CheckedTransformer(sides).description(""));
  command.add_option("--alpha", tests.alpha, "level of the test whose power is computed")
      ->check(number_within(1e-12, 0.5))
      ->capture_default_str();
  command.add_option("--power", tests.power, "chance at which a difference counts as detectable")
      ->check(number_within(0.5, 1 - 1e-12))
      ->capture_default_str();
  command.add_flag("--five-by-two", tests.five_by_two,
                   "the ten pairs are those of 5x2cv: repetition 1 fold 1, repetition 1 fold 2, ...");
  command.add_option("--replicates", flags.replicates, "of the bootstrap [10000; fewer beyond 10000 pairs]")
      ->check(CLI::Range(100, 10'000'000));
  command.add_option("--draws", flags.draws, "of signs, beyond 30 pairs [100000; fewer beyond 1000 pairs]")
      ->check(CLI::Range(100, 100'000'000));
  command.add_option("--seed", flags.seed, "of the bootstrap and of drawn sign flips")
      ->check(any_seed())
      ->capture_default_str();
}

}  // namespace

void add_ttest(CLI::App& app) {
  auto flags = std::make_shared<TTestFlags>();
  CLI::App* command = app.add_subcommand("ttest", "paired tests of two columns of numbers");
  command->add_option("FILE", flags->file, "CSV file of two columns, a pair a line; a header is allowed")
      ->required();
  add_ttest_flags(*command, *flags);
  command->footer(
      "Output: one JSON object; the differences are first column minus second. Where the data has no "
      "t-test,\n"
      "`status` says why and the numbers are null; each of the other tests has a `status` of its own.\n"
      "Columns of 0 and 1 (wrong and right, a text a line) have McNemar's test too.\n"
      "Examples:\n"
      "  mtl ttest accuracies.csv\n"
      "  mtl ttest accuracies.csv --n-train 3600 --n-test 450 --rope 0.5");
  command->callback([flags] { run_ttest(*flags); });
}

}  // namespace mtl::program

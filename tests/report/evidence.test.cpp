// What stands beside the paper's test, against counts by hand and against the paper's own test.
#include <cmath>
#include <numeric>
#include <string>

#include <mtl/report/report_html.hpp>
#include <mtl/report/report_json.hpp>

#include <report/made_up_run.hpp>
#include <report/synthetic_run.hpp>
#include <support/catch.hpp>

namespace evidence_tests {

using namespace mtl;
using Catch::Matchers::Contains;
using mtl::tests::close;
using mtl::tests::made_up_layer;
using mtl::tests::made_up_run;

std::string joined(const std::vector<std::string>& paragraphs) {
  std::string text;
  for (const auto& paragraph : paragraphs) text += paragraph + "\n";
  return text;
}

RunSummary two_layers() {
  auto cells = made_up_layer(2, {92, 91, 93, 95, 90}, {90, 90, 90, 90, 91});
  for (auto& cell : made_up_layer(7, {90, 91, 89, 92, 90}, {90, 92, 88, 91, 91})) cells.push_back(cell);
  auto run = made_up_run(cells);
  run.fold_sizes.assign(5, {400, 100});
  return run;
}

TEST_CASE("the evidence is about the folds that the table is about", "[report]") {
  const auto report = make_report(two_layers());
  REQUIRE(report.evidence.layers.size() == 2);
  const auto& row = report.main().layers[0];
  const auto& e = report.evidence.layers[0];
  CHECK_THAT(e.test_to_train, close(0.25));
  CHECK_THAT(e.corrected.t, close(row.test.t / std::sqrt(1 + 5 * 0.25)));  // Nadeau and Bengio
  CHECK_THAT(e.sign_flip.p_greater,
             close(3.0 / 32));  // all gains, or all but one of the two ones
  CHECK(e.by_texts.units == 500);
  CHECK(e.by_folds.units == 5);
  CHECK_THAT(e.by_texts.mean_diff, close(row.test.mean_diff));
  CHECK(e.bayes.p_less + e.bayes.p_rope + e.bayes.p_greater == Approx(1).epsilon(1e-12));
  CHECK_FALSE(report.evidence.sizes_assumed);
  // Holm of two: the smaller p twice, the larger as it is or the former
  const double p = table_p(row), q = table_p(report.main().layers[1]);
  CHECK(p < q);
  CHECK_THAT(row.p_holm, close(2 * p));
  CHECK_THAT(report.main().layers[1].p_holm, close(std::max(2 * p, q)));
  CHECK_THAT(detail::holm_of(e), close(row.p_holm));
}

TEST_CASE("McNemar's counts and the texts that flip are the same texts", "[report]") {
  const auto report = make_report(tests::synthetic_run({.layers = 3, .folds = 4, .texts = 60}));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& outcomes = report.evidence.layers[i].mcnemar.outcomes;
    const auto& flips = report.flips.layers[i];
    CHECK(outcomes.only_a == flips.only_treatment);
    CHECK(outcomes.only_b == flips.only_control);
    CHECK(flips.total() == 240);
    const auto points = 100.0 * static_cast<double>(flips.only_treatment - flips.only_control) / 240;
    CHECK_THAT(report.main().layers[i].test.mean_diff, close(points, 1e-9));
  }
  std::size_t at_some_layer = 0;
  for (const auto& text : report.flips.texts) {
    CHECK_FALSE((text.gained.empty() && text.lost.empty()));
    at_some_layer += text.gained.size() + text.lost.size();
  }
  std::int64_t disagreements = 0;
  for (const auto& layer : report.flips.layers) disagreements += layer.only_treatment + layer.only_control;
  CHECK(static_cast<std::int64_t>(at_some_layer) == disagreements);
}

TEST_CASE("a layer is chosen by the other folds and judged on the one that had no part in it", "[report]") {
  // Without fold 0 layer 7 of the multi-task arm is the better one, without any other fold layer 2 is.
  auto cells = made_up_layer(2, {99, 80, 80}, {70, 70, 70});
  for (auto& cell : made_up_layer(7, {60, 82, 82}, {71, 71, 71})) cells.push_back(cell);
  const auto report = make_report(made_up_run(cells));
  REQUIRE(report.evidence.choices.size() == 1);
  const auto& nested = report.evidence.choices[0].selection.nested;
  CHECK(nested.folds[0].treatment_layer == 7);
  CHECK(nested.folds[1].treatment_layer == 2);
  CHECK(nested.folds[2].treatment_layer == 2);
  CHECK_THAT(nested.treatment, close((60 + 80 + 80) / 3.0));
  CHECK_THAT(nested.over_best_control.mean_diff, close((60 + 80 + 80) / 3.0 - 71));
  CHECK(report.evidence.choices[0].selection.naive.folds[0].treatment_layer == 2);
}

TEST_CASE("where histories hold validation accuracies, they choose a layer too", "[report]") {
  const auto report = make_report(tests::synthetic_run({.layers = 2, .folds = 3, .texts = 30}));
  REQUIRE(report.evidence.choices.size() == 2);
  CHECK(report.evidence.choices[1].by == "validation accuracy");
}

TEST_CASE("without recorded sizes of folds the paper's are assumed, and said to be", "[report]") {
  auto run = two_layers();
  run.fold_sizes.clear();
  const auto report = make_report(run);
  CHECK_THAT(report.evidence.layers[0].test_to_train, close(1.0 / 8));
  CHECK_THAT(joined(evidence_findings(report.main(), report.evidence)),
             Contains("assume eight parts for training and one for testing"));
}

TEST_CASE("the short answer follows the strictest test", "[report]") {
  const auto verdict = [](const std::vector<int>& multi, const std::vector<int>& single) {
    auto run = made_up_run(made_up_layer(2, multi, single));
    run.fold_sizes.assign(multi.size(), {800, 100});
    const auto report = make_report(run);
    return all_findings(report.main(), report.evidence).front();
  };
  CHECK_THAT(verdict({99, 98, 99, 98, 97, 99, 98, 99, 98, 97}, {90, 90, 91, 90, 89, 90, 90, 91, 90, 89}),
             Contains("Multi Task is more accurate than Single Task at layer 2, also after allowing for"));
  CHECK_THAT(
      verdict({92, 91, 93, 90, 92, 91, 90, 94, 91, 92}, {90, 91, 91, 90, 92, 90, 91, 92, 90, 92}),
      Contains("by the paper's test") && Contains("weak evidence for a gain, and no evidence against one"));
  CHECK_THAT(verdict({90, 91, 89}, {91, 90, 90}),
             Contains("does not show that Multi Task is more accurate") &&
                 Contains("does not show either that there is no difference"));
  CHECK_THAT(
      verdict({90, 90, 91, 90, 89, 90, 90, 91, 90, 89}, {99, 98, 99, 98, 97, 99, 98, 99, 98, 97}),
      Contains("does not show that Multi Task is more accurate") &&
          Contains("In the other direction, Single Task is more accurate than Multi Task at layer 2 by "
                   "the paper's test; after both corrections at layer 2."));
  CHECK_THAT(verdict({90, 91, 89}, {91, 90, 90}), !Contains("other direction"));
  CHECK_THAT(verdict({90}, {91}), Contains("no layer at which Multi Task and Single Task can be tested yet"));
}

TEST_CASE("what two folds could have seen is no number above 100 points, and a loss is no largest gain",
          "[report]") {
  const auto report = make_report(made_up_run(made_up_layer(2, {50, 71}, {90, 60})));
  CHECK(report.evidence.layers[0].detectable.difference > 100);
  const auto page = report_html(report);
  CHECK_THAT(page, Contains("<dt>nearest to a gain</dt><dd>-14.500 points</dd>") &&
                       Contains("<dd>over 100 points</dd>") && Contains("a true gain of over 100 points"));
  CHECK(show_detectable(100) == "100.000");
}

TEST_CASE("seeds are described beside the folds", "[report]") {
  auto cells = made_up_layer(2, {92, 91, 93}, {90, 90, 90});
  for (auto& cell : made_up_layer(2, {93, 90, 94}, {90, 91, 90})) {
    cell.cell.seed = 2;
    cells.push_back(cell);
  }
  const auto report = make_report(made_up_run(cells));
  REQUIRE(report.evidence.layers[0].seeds.has_value());
  CHECK(report.evidence.layers[0].seeds->seeds == 2);
  CHECK(report.evidence.layers[0].mcnemar.outcomes.both + report.evidence.layers[0].mcnemar.outcomes.neither +
            report.evidence.layers[0].mcnemar.outcomes.only_a +
            report.evidence.layers[0].mcnemar.outcomes.only_b ==
        300);
  CHECK(report.evidence.seeds == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("report.json holds every number, and null where there is none", "[report]") {
  const auto text = report_json(make_report(made_up_run(made_up_layer(2, {90}, {80}))));
  CHECK(text.find(": nan") == std::string::npos);
  const auto json = nlohmann::json::parse(text);
  const auto& layer = json.at("from_predictions").at("comparisons").at(0).at("layers").at(0);
  CHECK(layer.at("paired_t").at("status") == "too_few_pairs");
  CHECK(layer.at("paired_t").at("p_greater").is_null());
  CHECK(json.at("recorded").at("cells").size() == 2);
}

}  // namespace evidence_tests

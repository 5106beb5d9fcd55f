#include <cmath>
#include <vector>

#include <mtl/report/ttest_json.hpp>

#include <support/catch.hpp>

namespace ttest_json_tests {

using Scores = std::vector<double>;

TEST_CASE("the record of a t-test reads back to the same numbers, in a fixed order", "[report]") {
  const auto test = mtl::stats::paired_t_test(Scores{3, 4, 5, 8, 9}, Scores{6, 1, 3, 2, 1});
  const auto json = nlohmann::ordered_json::parse(mtl::ttest_json(test).dump());
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"status", "n", "mean_a", "mean_b", "mean_diff", "sd_diff", "se", "t",
                                         "df", "p_two_sided", "p_less", "p_greater", "ci95", "dz", "hedges_g",
                                         "dz_ci95", "hedges_g_ci95", "first_bad"});
  CHECK(json["status"] == "ok");
  CHECK(json["n"] == 5);
  CHECK(json["t"].get<double>() == test.t);
  CHECK(json["p_greater"].get<double>() == test.p_greater);
  CHECK(json["ci95"][0].get<double>() == test.ci95.low);
  CHECK(json["ci95"][1].get<double>() == test.ci95.high);
}

TEST_CASE("what does not exist is null, never NaN", "[report]") {
  const auto json = mtl::ttest_json(mtl::stats::paired_t_test(Scores{1}, Scores{2}));
  CHECK(json["status"] == "too_few_pairs");
  CHECK(json["t"].is_null());
  CHECK(json["ci95"][0].is_null());
  CHECK(json.dump().find("nan") == std::string::npos);
}

TEST_CASE("the other tests stand beside it by name, each with its status", "[report]") {
  const Scores a{3, 4, 5, 8, 9, 1, 2, 4, 5, 7}, b{6, 1, 3, 2, 1, 4, 5, 1, 1, 7};
  const auto tests = mtl::stats::paired_tests(a, b, {.bootstrap = {.replicates = 100}});
  const auto json = mtl::paired_tests_json(tests);
  CHECK(json["hedges_g_ci95"][0].get<double>() == tests.t.hedges_g_ci95.low);
  CHECK(json["nadeau_bengio"]["p_greater"].get<double>() == tests.corrected.p_greater);
  CHECK(json["nadeau_bengio"]["test_to_train"].get<double>() == 1.0 / 9);
  CHECK(json["sign_flip"]["assignments"] == 1024);
  CHECK(json["wilcoxon"]["zeros"] == 1);
  CHECK(json["bootstrap"]["bca"][1].get<double>() == tests.bootstrap.bca.high);
  CHECK(json["correlated_bayes"]["p_rope"] == 0);
  CHECK(json["power"]["detectable_difference"].get<double>() == tests.detectable.difference);
  for (const char* name : {"mcnemar", "five_by_two_cv"}) {
    CHECK(json[name]["status"] == "not_applicable");
    for (const auto& [key, value] : json[name].items()) CHECK((key == "status" || value.is_null()));
  }
}

TEST_CASE("the pair that is not finite is named", "[report]") {
  const auto json = mtl::ttest_json(mtl::stats::paired_t_test(Scores{1, std::nan(""), 3}, Scores{1, 2, 3}));
  CHECK(json["status"] == "non_finite");
  CHECK(json["first_bad"] == 1);
}

}  // namespace ttest_json_tests

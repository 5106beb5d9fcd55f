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
                                         "df", "p_two_sided", "p_less", "p_greater", "ci95", "dz",
                                         "hedges_g"});
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

}  // namespace ttest_json_tests

// `mtl ttest`, called as a user calls it.
#include <string>

#include <nlohmann/json.hpp>

#include <support/catch.hpp>

#include "workplace.hpp"

namespace ttest_tests {

using mtl::tests::close;
using mtl::tests::Workplace;

const std::string sleep =
    "drug,placebo\n.7,1.9\n-1.6,.8\n-.2,1.1\n-1.2,.1\n-.1,-.1\n3.4,4.4\n3.7,5.5\n.8,1.6\n0,4.6\n2,3.4\n";

double number(const nlohmann::json& json, const std::string& pointer) {
  return json.at(nlohmann::json::json_pointer(pointer)).get<double>();
}

TEST_CASE("ttest prints every test of Student's sleep data", "[program]") {
  const Workplace place;
  place.write("sleep.csv", sleep);
  const auto result = place.run("ttest sleep.csv --rope 1");
  REQUIRE(result.status == 0);
  const auto json = nlohmann::json::parse(result.out);
  CHECK_THAT(number(json, "/p_less"), close(0.0014164450986921351));
  CHECK_THAT(number(json, "/hedges_g"), close(-1.173924903514205));
  CHECK_THAT(number(json, "/dz_ci95/0"), close(-2.118016514, 1e-9));
  CHECK_THAT(number(json, "/dz_ci95/1"), close(-0.414627756, 1e-9));
  CHECK_THAT(number(json, "/nadeau_bengio/t"), close(-2.7957480106770447));
  CHECK(number(json, "/sign_flip/p_two_sided") == 4.0 / 1024);
  CHECK(json.at("wilcoxon").at("zeros") == 1);
  CHECK_THAT(number(json, "/correlated_bayes/p_rope"), close(0.16509593169977976));
  CHECK(json.at("mcnemar").at("status") == "not_applicable");
  CHECK(json.at("mcnemar").at("p_exact").is_null());
  CHECK(json.at("five_by_two_cv").at("status") == "not_applicable");
  CHECK_THAT(number(json, "/power/detectable_dz"), close(0.996, 1e-3));
  CHECK(json.at("data_digest").get<std::string>().size() == 32);
  CHECK(place.run("ttest sleep.csv --rope 1").out == result.out);
}

TEST_CASE("ttest takes the sizes of the folds in two ways", "[program]") {
  const Workplace place;
  place.write("sleep.csv", sleep);
  for (const char* sizes : {"--n-train 3600 --n-test 450", "--test-fraction 0.1111111111111111"}) {
    const auto json = nlohmann::json::parse(place.run(std::string("ttest sleep.csv ") + sizes).out);
    CHECK_THAT(number(json, "/nadeau_bengio/test_to_train"), close(0.125));
  }
  for (const char* wrong :
       {"--n-train 90", "--n-train 0 --n-test 1", "--test-fraction 1", "--rope -1", "--alternative both",
        "--n-train 9 --n-test 1 --test-fraction 0.1", "--replicates 5", "--alpha 0"})
    CHECK(place.run(std::string("ttest sleep.csv ") + wrong).status == 2);
}

TEST_CASE("ttest of right and wrong texts has McNemar's test, of ten halves the 5x2cv tests", "[program]") {
  const Workplace place;
  std::string texts;
  for (int i = 0; i < 9; ++i) texts += "1,0\n";
  for (int i = 0; i < 3; ++i) texts += "0,1\n1,1\n0,0\n";
  place.write("texts.csv", texts);
  const auto json = nlohmann::json::parse(place.run("ttest texts.csv").out);
  CHECK(json.at("mcnemar").at("only_a") == 9);
  CHECK_THAT(number(json, "/mcnemar/p_exact"), close(299.0 / 2048));
  place.write("sleep.csv", sleep);
  const auto halves = nlohmann::json::parse(
      place.run("ttest sleep.csv --five-by-two --alternative less --alpha 0.01 --power 0.9").out);
  CHECK(halves.at("five_by_two_cv").at("status") == "ok");
  CHECK(number(halves, "/five_by_two_cv/df") == 5);
  CHECK(halves.at("power").at("alternative") == "less");
  CHECK(number(halves, "/power/power") == 0.9);
}

TEST_CASE("ttest answers data without a test by statuses and nulls", "[program]") {
  const Workplace place;
  place.write("equal.csv", "1,1\n2,2\n3,3\n");
  const auto equal = nlohmann::json::parse(place.run("ttest equal.csv").out);
  CHECK(equal.at("status") == "no_difference");
  CHECK(equal.at("hedges_g_ci95").at(0).is_null());
  CHECK(equal.at("nadeau_bengio").at("p_greater").is_null());
  CHECK(equal.at("sign_flip").at("p_greater") == 1);
  CHECK(equal.at("bootstrap").at("status") == "no_difference");
  place.write("none.csv", "");
  const auto none = place.run("ttest none.csv");
  REQUIRE(none.status == 0);
  CHECK(nlohmann::json::parse(none.out).at("power").at("detectable_dz").is_null());
  place.write("missing.csv", "1,2\nNA,3\n4,6\n");
  CHECK(nlohmann::json::parse(place.run("ttest missing.csv").out).at("first_bad") == 1);
}

}  // namespace ttest_tests

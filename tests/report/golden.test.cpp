// The figures, byte for byte: tests/data/report/*.svg. MTL_WRITE_GOLDEN=1 writes them anew; look at the
// change before committing it.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <mtl/report/auxiliary_scores.hpp>
#include <mtl/report/differences_svg.hpp>
#include <mtl/report/learning_svg.hpp>
#include <mtl/report/paper_findings.hpp>
#include <mtl/store/atomic_file.hpp>

#include <report/made_up_run.hpp>
#include <report/well_formed.hpp>
#include <support/catch.hpp>

namespace golden_tests {

using namespace mtl;

void check_golden(const std::string& name, const std::string& drawing) {
  INFO(name);
  const auto path = std::string(MTL_TEST_DATA) + "/report/" + name;
  if (std::getenv("MTL_WRITE_GOLDEN") != nullptr) write_file_atomically(path, drawing + "\n");
  CHECK(tests::markup_fault(drawing) == "");
  CHECK(tests::loaded_resource(drawing) == "");
  CHECK(drawing.find("nan") == std::string::npos);
  REQUIRE(std::filesystem::exists(path));
  CHECK((read_file(path) == drawing + "\n"));
}

TEST_CASE("every figure is the same to the byte", "[report]") {
  const auto run = tests::lifelike_run("livedoor", {"a", "b", "c"}, {1, 2, 3, 7, 12}, 5, 90);
  const auto comparison = compare(run, "loss");
  check_golden("accuracy.svg", accuracy_svg(comparison, find_paper_table("livedoor")));
  check_golden("differences.svg", differences_svg(comparison));
  check_golden("learning.svg", learning_svg(run, comparison, 2, "loss:main"));
  check_golden("auxiliary.svg", auxiliary_svg(auxiliary_curves(run, comparison)));
  check_golden("paper-livedoor.svg", accuracy_svg(paper_comparison(*find_paper_table("livedoor"))));
}

TEST_CASE("figures of hardly any data are whole too", "[report]") {
  const auto one = compare(tests::made_up_run(tests::made_up_layer(5, {100}, {99})), "loss");
  check_golden("accuracy-one-fold.svg", accuracy_svg(one));
  check_golden("differences-one-fold.svg", differences_svg(one));
  CHECK(differences_svg(compare_all(tests::made_up_run({})).front()).empty());
}

}  // namespace golden_tests

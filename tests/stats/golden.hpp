// Lines of tests/data/stats/golden.tsv: numbers that scipy, statsmodels and mpmath gave, by the name of a
// test.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <support/catch.hpp>

namespace mtl::tests {

/// The lines of a file of tests/data/stats that begin with `name`; fails the test when there is none.
inline std::vector<std::vector<double>> lines_named(const std::string& name, const std::string& from) {
  std::ifstream file(MTL_TEST_DATA "/stats/" + from);
  std::vector<std::vector<double>> lines;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string first;
    if (!(fields >> first) || first != name) continue;
    lines.emplace_back();
    for (std::string field; fields >> field;) lines.back().push_back(std::stod(field));
  }
  REQUIRE_FALSE(lines.empty());
  return lines;
}

inline std::vector<std::vector<double>> golden_lines(const std::string& name) {
  return lines_named(name, "golden.tsv");
}

/// Student's data of 1908, as R has it.
inline const std::vector<double> sleep_a{.7, -1.6, -.2, -1.2, -.1, 3.4, 3.7, .8, 0, 2};
inline const std::vector<double> sleep_b{1.9, .8, 1.1, .1, -.1, 4.4, 5.5, 1.6, 4.6, 3.4};

/// Made up so that the means are those of a row of the paper.
inline const std::vector<double> paper_multi{81.30, 80.95, 81.72, 81.05, 81.48,
                                             80.87, 81.19, 81.66, 81.02, 81.16};
inline const std::vector<double> paper_single{81.12, 81.21, 81.55, 81.33, 81.09,
                                              81.04, 81.40, 81.35, 81.27, 81.07};

}  // namespace mtl::tests

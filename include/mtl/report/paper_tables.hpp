// The figures of the paper's tables 1 to 3, as printed there: accuracy in percent, mean and SD over ten
// folds, and the p-value of its paired t-test. They stand beside our own where the data set is one of its
// three. Source: the Japanese paper that this project reproduces (classification with BERT and an auxiliary
// task that predicts important parts of speech), tables 1 (Twitter), 2 (Rakuten) and 3 (livedoor).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace mtl {

/// One line of a table: both models trained with layer `layer` and layer 12.
struct PaperRow {
  int layer;
  double multi_mean, multi_sd;    ///< percent; population SD
  double single_mean, single_sd;  ///< percent; population SD
  double p;                       ///< one-sided, multi greater; ten folds
};

/// One table.
struct PaperTable {
  int number;
  std::string_view dataset;  ///< as mtl names it
  std::int64_t texts;        ///< test texts of one of its ten folds
  std::span<const PaperRow> rows;
};

namespace detail {

inline constexpr std::array<PaperRow, 12> paper_twitter{{
    {1, 81.240, 0.572, 81.243, 0.575, 0.5053},
    {2, 81.627, 0.520, 81.240, 0.488, 0.0289},
    {3, 81.513, 0.524, 81.303, 0.487, 0.1046},
    {4, 81.560, 0.476, 81.520, 0.626, 0.4185},
    {5, 81.500, 0.540, 81.350, 0.395, 0.1192},
    {6, 81.370, 0.727, 81.033, 0.444, 0.0333},
    {7, 81.390, 0.673, 81.017, 0.610, 0.0278},
    {8, 80.790, 0.538, 80.600, 0.735, 0.1666},
    {9, 80.153, 0.623, 79.730, 0.837, 0.0596},
    {10, 79.913, 0.798, 79.727, 0.639, 0.1043},
    {11, 79.463, 0.714, 79.157, 0.853, 0.1496},
    {12, 78.187, 0.912, 78.277, 0.706, 0.7125},
}};

inline constexpr std::array<PaperRow, 12> paper_rakuten{{
    {1, 93.770, 0.316, 93.797, 0.310, 0.6352},
    {2, 93.767, 0.309, 93.927, 0.464, 0.9649},
    {3, 93.795, 0.355, 93.912, 0.325, 0.8655},
    {4, 93.858, 0.314, 93.955, 0.430, 0.9154},
    {5, 93.955, 0.447, 93.995, 0.355, 0.6468},
    {6, 93.970, 0.358, 94.065, 0.244, 0.8246},
    {7, 93.932, 0.297, 93.987, 0.415, 0.6761},
    {8, 93.885, 0.273, 93.953, 0.403, 0.7648},
    {9, 93.812, 0.448, 93.905, 0.411, 0.7702},
    {10, 93.670, 0.372, 93.625, 0.578, 0.3994},
    {11, 93.645, 0.451, 93.775, 0.441, 0.8783},
    {12, 93.267, 0.481, 93.430, 0.450, 0.9576},
}};

inline constexpr std::array<PaperRow, 12> paper_livedoor{{
    {1, 91.467, 1.262, 90.400, 1.051, 0.0099},
    {2, 91.778, 1.116, 90.022, 1.489, 0.0033},
    {3, 91.311, 1.144, 90.400, 1.132, 0.0010},
    {4, 91.489, 1.341, 90.467, 1.049, 0.0119},
    {5, 91.000, 1.566, 90.667, 1.225, 0.2579},
    {6, 91.711, 1.334, 90.244, 0.875, 0.0006},
    {7, 91.400, 1.146, 90.489, 0.788, 0.0116},
    {8, 91.600, 1.299, 90.356, 1.043, 0.0236},
    {9, 91.822, 1.516, 90.578, 1.202, 0.0092},
    {10, 91.311, 1.059, 90.511, 1.265, 0.0154},
    {11, 91.156, 1.264, 90.311, 1.164, 0.0415},
    {12, 90.511, 1.651, 89.556, 0.905, 0.0577},
}};

}  // namespace detail

inline constexpr std::array<PaperTable, 3> paper_tables{{
    {1, "twitter", 3000, detail::paper_twitter},
    {2, "rakuten", 4000, detail::paper_rakuten},
    {3, "livedoor", 450, detail::paper_livedoor},
}};

/// The paper's table for a data set; nullptr where it has none.
constexpr const PaperTable* find_paper_table(std::string_view dataset) {
  for (const PaperTable& table : paper_tables)
    if (table.dataset == dataset) return &table;
  return nullptr;
}

}  // namespace mtl

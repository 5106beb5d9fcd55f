// The settings of `mtl attend`, and the two cells that they mean.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <mtl/attribution/attention_picture.hpp>
#include <mtl/experiment/run_folder.hpp>

namespace mtl::program {

/// Every setting has a flag and a TOML key of its name.
struct AttendSettings {
  std::string run, data, model;
  std::string treatment = "multi", control = "single";
  std::optional<int> layer, fold;
  std::optional<std::uint64_t> seed;
  int cases = 3;
  int attention_layer = 0;  ///< 0: the last one
  std::string head = "mean", row = "cls", scale = "shown", shade = "pieces";
  int steps = 50, batch = 16, threads = 0;
  bool png = true;
};

/// The results that are compared, and their folders.
struct CellPair {
  CellResult treatment, control;
  std::string treatment_folder, control_folder;
};

/// The finished cells of both arms. Where the settings name no layer, fold or seed: layer 2, the paper's,
/// where both arms have finished it, else the first layer, fold and seed that both have. Throws Error that
/// says what the run has instead.
CellPair choose_cells(const AttendSettings& settings, const RunSummary& run);

/// The folder of the run's data: --data, else what sweep.toml says. Throws Error where neither is a folder.
std::string data_folder(const AttendSettings& settings);

/// --head as a number from 0, -1 for the mean. Throws Error for anything else.
int head_number(const AttendSettings& settings, int heads);

/// --row as a number: 0 for cls, -1 for mean. Throws Error for anything else.
int row_number(const AttendSettings& settings);

/// What the pictures are drawn by. Throws Error for a layer, head, scale or shade that is none.
PictureSettings picture_settings(const AttendSettings& settings, int layers, int heads);

}  // namespace mtl::program

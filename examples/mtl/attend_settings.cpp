#include "attend_settings.hpp"

#include <charconv>
#include <cmath>
#include <set>

#include "run_data.hpp"

namespace mtl::program {

namespace {

template <class Number>
std::optional<Number> parse(const std::string& text) {
  Number number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class Values>
std::string listed(const Values& values) {
  std::string text;
  for (const auto& value : values) text += fmt::format("{}{}", text.empty() ? "" : ", ", value);
  return text.empty() ? "none" : text;
}

/// The cell without its arm, in the order of preference: the paper's layer first.
struct Place {
  bool other_layer;
  std::uint64_t seed;
  int layer, fold;
  auto operator<=>(const Place&) const = default;
};

bool wanted(const AttendSettings& s, const Cell& cell) {
  return (!s.layer || cell.layer == *s.layer) && (!s.fold || cell.fold == *s.fold) &&
         (!s.seed || cell.seed == *s.seed);
}

std::set<Place> finished(const AttendSettings& s, const RunSummary& run, const std::string& arm) {
  std::set<Place> places;
  for (const auto& result : run.cells)
    if (result.cell.arm == arm && wanted(s, result.cell))
      places.insert({result.cell.layer != 2, result.cell.seed, result.cell.layer, result.cell.fold});
  return places;
}

/// Throws Error that says what of the wish the run does not have.
[[noreturn]] void refuse(const AttendSettings& s, const std::vector<PlannedCell>& plan,
                         const RunSummary& run) {
  std::set<std::string> arms;
  std::set<int> layers, folds;
  std::set<std::uint64_t> seeds;
  for (const auto& planned : plan) {
    arms.insert(planned.cell.arm);
    layers.insert(planned.cell.layer);
    folds.insert(planned.cell.fold);
    seeds.insert(planned.cell.seed);
  }
  for (const auto& arm : {s.treatment, s.control})
    require(arms.contains(arm), "{}: has no arm '{}'; its arms are {}", s.run, arm, listed(arms));
  require(!s.layer || layers.contains(*s.layer), "--layer {}: {} has cells of layers {}", s.layer.value_or(0),
          s.run, listed(layers));
  require(!s.fold || folds.contains(*s.fold), "--fold {}: {} has cells of folds {}", s.fold.value_or(0),
          s.run, listed(folds));
  require(!s.seed || seeds.contains(*s.seed), "--seed {}: {} has cells of seeds {}", s.seed.value_or(0),
          s.run, listed(seeds));
  throw Error(
      fmt::format("{}: no cell that was asked for is finished in both arms, '{}' and '{}' ({} of {} cells "
                  "are done); `mtl sweep "
                  "--config {}/sweep.toml` goes on with it",
                  s.run, s.treatment, s.control, run.cells.size(), plan.size(), s.run));
}

}  // namespace

CellPair choose_cells(const AttendSettings& settings, const RunSummary& run) {
  require(settings.treatment != settings.control, "--treatment and --control name the same arm, '{}'",
          settings.control);
  const auto plan = read_plan(settings.run);
  const auto ours = finished(settings, run, settings.treatment),
             theirs = finished(settings, run, settings.control);
  const auto both = std::ranges::find_if(ours, [&](const Place& place) { return theirs.contains(place); });
  if (both == ours.end()) refuse(settings, plan, run);
  const CellStore store(settings.run, run.classes);
  CellPair pair;
  for (const auto& result : run.cells) {
    const Cell& cell = result.cell;
    if (cell.layer != both->layer || cell.fold != both->fold || cell.seed != both->seed) continue;
    if (cell.arm == settings.treatment) {
      pair.treatment = result;
      pair.treatment_folder = store.folder(cell, result.digest).string();
    } else if (cell.arm == settings.control) {
      pair.control = result;
      pair.control_folder = store.folder(cell, result.digest).string();
    }
  }
  return pair;
}

std::string data_folder(const AttendSettings& settings) {
  if (!settings.data.empty()) return settings.data;
  const auto folder = run_data_folder(settings.run);
  require(std::filesystem::is_directory(folder),
          "{}/sweep.toml: its data folder '{}' is not there; name it by --data, where it was moved or the "
          "sweep was started elsewhere",
          settings.run, folder);
  return folder;
}

int head_number(const AttendSettings& settings, int heads) {
  if (settings.head == "mean") return -1;
  const auto number = parse<int>(settings.head);
  require(number && *number >= 1 && *number <= heads, "--head {}: 'mean', or a head from 1 to {}",
          settings.head, heads);
  return *number - 1;
}

int row_number(const AttendSettings& settings) {
  if (settings.row == "cls") return 0;
  if (settings.row == "mean") return -1;
  const auto number = parse<int>(settings.row);
  require(number && *number >= 0, "--row {}: 'cls', 'mean', or the place of a token, 0 being [CLS]",
          settings.row);
  return *number;
}

PictureSettings picture_settings(const AttendSettings& s, int layers, int heads) {
  require(s.attention_layer >= 0 && s.attention_layer <= layers,
          "--attention-layer {}: the model has layers 1 to {} (0: the last)", s.attention_layer, layers);
  const auto full = s.scale == "shown" || s.scale == "all" ? std::optional(1.0) : parse<double>(s.scale);
  require(full && std::isfinite(*full) && *full > 0,
          "--scale {}: 'shown', 'all', or the score of full red, above 0", s.scale);
  require(s.shade == "pieces" || s.shade == "words-sum" || s.shade == "words-mean",
          "--shade {}: 'pieces', 'words-sum' or 'words-mean'", s.shade);
  return {.layer = s.attention_layer == 0 ? layers : s.attention_layer,
          .layers = layers,
          .head = head_number(s, heads),
          .heads = heads,
          .row = row_number(s) == 0 ? "cls" : s.row,
          .scale = s.scale,
          .unit = s.shade};
}

}  // namespace mtl::program

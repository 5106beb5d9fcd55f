// In: results of cells. Out: RUN/cells/<arm>-l<layer>-f<fold>-s<seed>-<digest8>/, and the results read back.
// Assumes one writer a cell. A cell is done when its result.json stands; that file is written last, by
// rename.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <mtl/experiment/cell_json.hpp>
#include <mtl/store/atomic_file.hpp>

namespace mtl {

/// The cells of one run folder.
class CellStore {
 public:
  /// `classes`: names of the labels of the main head, which predictions.tsv spells out.
  CellStore(std::filesystem::path run, std::vector<std::string> classes)
      : run_{std::move(run)}, classes_{std::move(classes)} {}

  /// The run folder.
  const std::filesystem::path& run() const { return run_; }

  /// The folder of a cell; it may not exist.
  std::filesystem::path folder(const Cell& cell, const std::string& digest) const {
    return run_ / "cells" /
           fmt::format("{}-l{}-f{}-s{}-{}", cell.arm, cell.layer, cell.fold, cell.seed, digest.substr(0, 8));
  }

  /// How many cells of any plan are done.
  std::size_t results() const {
    std::size_t count = 0;
    std::error_code none;
    for (const auto& cell : std::filesystem::directory_iterator(run_ / "cells", none))
      count += std::filesystem::exists(cell.path() / "result.json");
    return count;
  }

  /// Whether the cell's result.json is there, which is written last.
  bool done(const Cell& cell, const std::string& digest) const {
    return std::filesystem::exists(folder(cell, digest) / "result.json");
  }

  /// The file, in the cell's folder, of the weights that a watched quantity chose: "best.safetensors" for the
  /// first quantity, which is the result; "best-accuracy-main.safetensors" for another.
  static std::string weights_file(std::size_t index, std::string watch) {
    std::ranges::replace(watch, ':', '-');
    return index == 0 ? "best.safetensors" : "best-" + watch + ".safetensors";
  }

  /// Writes predictions.tsv, history.jsonl and, last, result.json.
  void save(const CellResult& result) const {
    const auto place = folder(result.cell, result.digest);
    std::filesystem::create_directories(place);
    std::string history;
    for (const auto& record : result.history) history += nlohmann::json(record).dump() + "\n";
    write_file_atomically((place / "history.jsonl").string(), history);
    write_file_atomically((place / "predictions.tsv").string(), predictions(result));
    write_file_atomically((place / "result.json").string(), nlohmann::json(result).dump(2) + "\n");
  }

  /// The result of a cell, when it is done. Throws Error, naming the file, when what stands there is damaged.
  std::optional<CellResult> load(const Cell& cell, const std::string& digest) const {
    if (!done(cell, digest)) return std::nullopt;
    const auto place = folder(cell, digest);
    const auto written = read_file((place / "result.json").string());
    auto result = parse<CellResult>(place / "result.json", written);
    require(result.cell == cell && result.digest == digest,
            "{} is the result of another cell; likely cause: folders of two runs were mixed", place.string());
    std::istringstream history(read_file((place / "history.jsonl").string()));
    for (std::string line; std::getline(history, line);)
      result.history.push_back(parse<EpochRecord>(place / "history.jsonl", line));
    read_predictions(place / "predictions.tsv", result);
    const auto counts = parse<nlohmann::json>(place / "result.json", written);
    require_counts(counts.at("watches"), result, (place / "predictions.tsv").string());
    return result;
  }

 private:
  template <class Value>
  static Value parse(const std::filesystem::path& file, const std::string& text) {
    try {
      return nlohmann::json::parse(text).get<Value>();
    } catch (const nlohmann::json::exception& problem) {
      throw Error(fmt::format("{}: {}; likely cause: the file is damaged. Remove its folder and sweep again",
                              file.string(), problem.what()));
    }
  }

  /// result.json says how many texts were predicted, and how many rightly.
  static void require_counts(const nlohmann::json& counts, const CellResult& result,
                             const std::string& file) {
    const nlohmann::json found = result.watches;
    for (std::size_t i = 0; i < found.size(); ++i)
      for (const char* count : {"n_test", "correct"})
        require(
            counts.at(i).contains(count) && counts.at(i).at(count) == found.at(i).at(count),
            "{}: {} of '{}' is {} here, but another number in result.json; likely cause: the file was edited "
            "or cut short. Remove its folder and sweep again",
            file, count, result.watches[i].watch, found.at(i).at(count).dump());
  }

  std::string predictions(const CellResult& result) const {
    std::string table = "watch\tid\tgold\tpredicted\n";
    for (const auto& watch : result.watches)
      for (const auto& row : watch.predictions)
        table += fmt::format("{}\t{}\t{}\t{}\n", watch.watch, row.id,
                             classes_.at(static_cast<std::size_t>(row.gold)),
                             classes_.at(static_cast<std::size_t>(row.predicted)));
    return table;
  }

  int class_number(const std::string& name, const std::string& where) const {
    for (std::size_t i = 0; i < classes_.size(); ++i)
      if (classes_[i] == name) return static_cast<int>(i);
    throw Error(fmt::format("{}: '{}' is no class of this run", where, name));
  }

  void read_predictions(const std::filesystem::path& file, CellResult& result) const {
    std::istringstream lines(read_file(file.string()));
    std::string line;
    std::getline(lines, line);
    for (int number = 2; std::getline(lines, line); ++number) {
      const auto where = fmt::format("{}, line {}", file.string(), number);
      std::vector<std::string> field;
      std::istringstream fields(line);
      for (std::string one; std::getline(fields, one, '\t');) field.push_back(one);
      require(field.size() == 4, "{}: {} fields where watch, id, gold and predicted belong", where,
              field.size());
      const auto watch = std::ranges::find(result.watches, field[0], &WatchResult::watch);
      require(watch != result.watches.end(), "{}: result.json knows no watched quantity '{}'", where,
              field[0]);
      watch->predictions.push_back({field[1], class_number(field[2], where), class_number(field[3], where)});
    }
  }

  std::filesystem::path run_;
  std::vector<std::string> classes_;
};

}  // namespace mtl

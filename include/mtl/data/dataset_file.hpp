// In: a data set with its folds and what describes it. Out: a folder of three files, and the same back,
// checked.
//   dataset.json    name, labels of every head, counts, digests, settings and report of its preparation
//   examples.jsonl  one text a line: id, text, ids, targets
//   folds.tsv       one text a line: id, tab, fold
#pragma once

#include <limits>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include <mtl/data/dataset_digest.hpp>
#include <mtl/data/folds_file.hpp>
#include <mtl/detail/parallel_for.hpp>
#include <mtl/store/atomic_folder.hpp>

namespace mtl {

/// What a data folder holds. `about` is free: settings, report, tokenizer; it is saved with the data.
struct StoredDataset {
  Dataset dataset;
  Folds folds;
  nlohmann::json about = nlohmann::json::object();
};

/// The files of a data folder.
inline const std::vector<std::string>& dataset_files() {
  static const std::vector<std::string> names{"dataset.json", "examples.jsonl", "folds.tsv"};
  return names;
}

namespace detail {

inline constexpr int dataset_version = 1;

/// The example as JSON. Its numbers are put there one by one: as values of the JSON library they would take
/// longer than their tokenisation.
inline std::string example_line(const Example& example) {
  const auto quoted = [](const std::string& text) { return nlohmann::json(text).dump(); };
  std::string line;
  const auto append_numbers = [&line](const std::vector<std::int32_t>& numbers) {
    char before = '[';
    for (const std::int32_t number : numbers) {
      line += std::exchange(before, ',');
      const fmt::format_int digits(number);
      line.append(digits.data(), digits.size());
    }
    line += numbers.empty() ? "[]" : "]";
  };
  line += "{\"id\":" + quoted(example.id) + ",\"ids\":";
  append_numbers(example.ids);
  line += ",\"targets\":{";
  for (const char* before = ""; const auto& [head, values] : example.targets) {
    line += std::exchange(before, ",") + quoted(head) + ":";
    append_numbers(values);
  }
  return line + "},\"text\":" + quoted(example.text) + "}";
}

/// Runs `read` and turns what the JSON library throws into an Error with the place.
template <class Read>
auto at_place(const std::string& where, Read read) {
  try {
    return read();
  } catch (const nlohmann::json::exception& error) {
    throw Error(
        fmt::format("{}: not what `mtl prepare` writes: {}; likely cause: the file was edited or cut short",
                    where, error.what()));
  }
}

/// Checks one text against the labels of the data set.
inline void check_example(const Example& example, const Dataset& dataset, const std::string& where) {
  require(!example.id.empty(), "{}: the id is empty", where);
  require(!example.ids.empty(), "{}: text '{}' has no token ids", where, example.id);
  require(std::ranges::min(example.ids) >= 0, "{}: text '{}' has a negative token id", where, example.id);
  require(example.targets.size() == dataset.labels.size(),
          "{}: text '{}' has {} targets, the data set {} heads", where, example.id, example.targets.size(),
          dataset.labels.size());
  for (const auto& [head, values] : example.targets) {
    const auto labels = dataset.labels.find(head);
    require(labels != dataset.labels.end(), "{}: head '{}' is not one of the data set's", where, head);
    require(values.size() == 1 || values.size() == example.ids.size(),
            "{}: head '{}' has {} targets for {} tokens; expected 1 or one a token", where, head,
            values.size(), example.ids.size());
    for (const std::int32_t value : values)
      require(
          value == ignored_label || (value >= 0 && static_cast<std::size_t>(value) < labels->second.size()),
          "{}: target {} of head '{}' is none of its {} labels", where, value, head, labels->second.size());
  }
}

/// A list of whole numbers. The JSON library alone would cut fractions and bits off.
inline std::vector<std::int32_t> whole_numbers(const nlohmann::json& list, const std::string& where) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  std::vector<std::int32_t> numbers;
  for (const auto& value : list.get_ref<const nlohmann::json::array_t&>()) {
    const bool fits = value.is_number_unsigned()
                          ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
                          : value.is_number_integer() && value.get<std::int64_t>() >= -most &&
                                value.get<std::int64_t>() <= most;
    if (!fits) throw Error(fmt::format("{}: {} is not a whole number of 32 bits", where, value.dump()));
    numbers.push_back(value.get<std::int32_t>());
  }
  return numbers;
}

inline std::vector<Example> load_examples(const std::string& path, const Dataset& dataset) {
  const std::string content = read_file(path);
  std::vector<Example> examples;
  std::set<std::string> seen;
  for (const std::string_view line : lines_of(content)) {
    const std::string where = fmt::format("{}, line {}", path, examples.size() + 1);
    examples.push_back(at_place(where, [&] {
      const auto json = nlohmann::json::parse(line);
      Example example;
      json.at("id").get_to(example.id);
      json.at("text").get_to(example.text);
      example.ids = whole_numbers(json.at("ids"), where);
      for (const auto& [head, values] : json.at("targets").items())
        example.targets[head] = whole_numbers(values, where);
      return example;
    }));
    check_example(examples.back(), dataset, where);
    require(seen.insert(examples.back().id).second, "{}: text '{}' stands twice", where, examples.back().id);
  }
  return examples;
}

/// What a data folder says of its examples: their lines, and their digests.
struct WrittenExamples {
  std::vector<std::string> lines;  ///< some of them together
  std::string data_digest, inputs_digest;
};

inline WrittenExamples write_examples(const Dataset& dataset, int threads) {
  constexpr std::size_t together = 64;
  const auto& examples = dataset.examples;
  WrittenExamples written;
  written.lines.resize((examples.size() + together - 1) / together);
  const auto write_part = [&](std::size_t part) {
    const std::size_t end = std::min(examples.size(), (part + 1) * together);
    for (std::size_t i = part * together; i < end; ++i)
      written.lines[part] += example_line(examples[i]) + "\n";
  };
  parallel_for(written.lines.size() + 2, threads, [&] {
    return [&](std::size_t task) {
      if (task == 0) written.data_digest = data_digest(dataset);
      if (task == 1) written.inputs_digest = inputs_digest(dataset);
      if (task > 1) write_part(task - 2);
    };
  });
  return written;
}

}  // namespace detail

/// What save_dataset writes, by file name.
inline FileParts dataset_contents(const StoredDataset& stored, int threads = 1) {
  auto examples = detail::write_examples(stored.dataset, threads);
  nlohmann::json head{{"format", "mtl data set"},
                      {"version", detail::dataset_version},
                      {"name", stored.dataset.name},
                      {"examples", stored.dataset.examples.size()},
                      {"labels", stored.dataset.labels},
                      {"digests", {{"data", examples.data_digest}, {"inputs", examples.inputs_digest}}},
                      {"about", stored.about}};
  // `about` may name files whose paths are not UTF-8: no reason to lose the work
  constexpr auto replace = nlohmann::json::error_handler_t::replace;
  FileParts files;
  files["dataset.json"] = {head.dump(2, ' ', false, replace) + "\n"};
  files["examples.jsonl"] = std::move(examples.lines);
  files["folds.tsv"] = {format_folds(stored.folds, stored.dataset)};
  return files;
}

/// Writes the folder whole or not at all; an earlier data folder there is replaced in one step. `threads`: 0
/// for one a core. Throws Error when the folder holds anything else.
inline void save_dataset(const std::string& folder, const StoredDataset& stored, int threads = 1) {
  write_folder_atomically(folder, dataset_contents(stored, threads));
}

/// Reads a data folder.
///
/// Throws Error with file and line for anything that save_dataset would not have written: a missing file or
/// key, sizes that disagree, labels out of range, a text that stands twice or was changed since.
inline StoredDataset load_dataset(const std::string& folder) {
  const std::string path = folder + "/dataset.json";
  require(std::filesystem::is_directory(folder),
          "{}: no such folder; `mtl prepare --out {}` makes a data set", folder, folder);
  StoredDataset stored;
  Dataset& dataset = stored.dataset;
  const auto [examples, digest] = detail::at_place(path, [&] {
    const auto head = nlohmann::json::parse(read_file(path));
    require(head.at("format") == "mtl data set" && head.at("version") == detail::dataset_version,
            "{}: not a data set of version {}; prepare it again", path, detail::dataset_version);
    head.at("name").get_to(dataset.name);
    for (const auto& [name, labels] : head.at("labels").items())
      dataset.labels[name] = labels.get<std::vector<std::string>>();
    stored.about = head.at("about");
    return std::pair(head.at("examples").get<std::size_t>(),
                     head.at("digests").at("data").get<std::string>());
  });
  const std::string lines = folder + "/examples.jsonl";
  dataset.examples = detail::load_examples(lines, dataset);
  require(dataset.examples.size() == examples,
          "{}: {} texts where dataset.json says {}; the file is cut short", lines, dataset.examples.size(),
          examples);
  require(
      data_digest(dataset) == digest,
      "{}: its texts are not those that dataset.json describes; the file was changed since it was written",
      lines);
  stored.folds = load_folds(folder + "/folds.tsv", dataset);
  return stored;
}

}  // namespace mtl

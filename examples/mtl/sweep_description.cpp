#include "sweep_description.hpp"

#include <fmt/format.h>

#include <mtl/data/dataset_digest.hpp>

namespace mtl::program {

namespace {

using nlohmann::json;

/// As a reader sees it: a list by its members, "none" for an empty one.
std::string spelled(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (!value.is_array()) return value.dump();
  std::string list;
  for (const auto& member : value) list += (list.empty() ? "" : ", ") + spelled(member);
  return list.empty() ? "none" : list;
}

/// Nested settings as one list: "normalize: digits" = "each".
void flatten(const json& settings, const std::string& prefix, RunSummary::Facts& facts) {
  for (const auto& [name, value] : settings.items())
    if (value.is_object())
      flatten(value, prefix + name + ": ", facts);
    else
      facts.emplace_back(prefix + name, spelled(value));
}

/// How many texts were read, what was passed over before, what was left out after, and what was cut.
void add_counts(const json& report, RunSummary& summary) {
  const auto sum = [](const json& by_class) {
    std::int64_t all = 0;
    for (const auto& count : by_class) all += count.get<std::int64_t>();
    return all;
  };
  summary.provenance.emplace_back(
      "texts read",
      fmt::format("{}; of those kept {} were cut after the most words, {} after the most tokens",
                  sum(report.at("read")), report.at("cut_by_words").get<std::int64_t>(),
                  report.at("cut_by_pieces").get<std::int64_t>()));
  for (const auto& [reason, count] : report.at("skipped").items())
    summary.dropped.push_back({"no text of the corpus: " + reason, count.get<std::int64_t>()});
  for (const auto& [reason, counts] : report.at("dropped").items())
    summary.dropped.push_back({reason, sum(counts)});
}

/// What `mtl prepare` wrote into dataset.json, as far as the report shows it.
void add_preparation(const json& about, RunSummary& summary) {
  summary.provenance.emplace_back("input", spelled(about.at("input")));
  if (const auto versions = about.value("input-versions", ""); !versions.empty())
    summary.provenance.emplace_back("versions of the input", versions);
  summary.provenance.emplace_back("tokenizer", spelled(about.at("tokenizer").at("digest")));
  summary.choices.emplace_back("dictionary of the labels", spelled(about.at("label-dic").at("directory")));
  summary.provenance.emplace_back(
      "dictionary of the labels",
      spelled(about.at("label-dic").at("directory")) + ", " + spelled(about.at("label-dic").at("digest")));
  const std::string word_dictionary = about.at("word-dic");
  summary.choices.emplace_back("dictionary of the sub-words",
                               word_dictionary.empty() ? "the checkpoint's own" : word_dictionary);
  flatten(about.at("label-source"), "labels: ", summary.choices);
  const auto add = [&](const char* name, const char* value) { summary.choices.emplace_back(name, value); };
  add("labels of sub-words", "B on the first piece of a span, I on the others");
  add("words inside a region", "each region analysed alone, by the tokenizer's own analyser");
  add("order of cleaning", "digits, width, URLs, symbols, newlines, spaces");
  add("tokens of the single-task arm", "those of the multi-task arm");
  if (about.contains("corpus")) flatten(about.at("corpus"), "corpus: ", summary.choices);
  flatten(about.at("settings"), "", summary.choices);
  add_counts(about.at("report"), summary);
}

void add_training(const SweepSettings& settings, const BertConfig& config, RunSummary::Facts& choices) {
  const auto add = [&](const std::string& name, const auto& value) {
    choices.emplace_back(name, fmt::format("{}", value));
  };
  const auto changed = changed_from_profile(settings);
  add("profile", changed.empty() ? settings.profile : settings.profile + ", but for " + changed);
  add("batch", settings.batch);
  add("epochs",
      settings.epochs == 0 ? std::string("no limit but early stopping") : std::to_string(settings.epochs));
  add("patience of early stopping, epochs", settings.patience);
  for (const auto& quantity : settings.watch) add("early stopping watches", quantity);
  add("learning rate of encoder layers", settings.rate_backbone);
  add("learning rate of heads", settings.rate_heads);
  add("learning rate of the auxiliary head",
      settings.rate_auxiliary == 0 ? settings.rate_heads : settings.rate_auxiliary);
  add("λ_main", settings.lambda_main);
  add("λ_sub", settings.lambda_sub);
  add("mean in L_sub", "over the labelled pieces of the batch");
  add("the [CLS] vector", "last hidden state of the first token");
  add("dropout of the auxiliary head", settings.head_dropout);
  add("dropout in the layers from l up", config.hidden_dropout);
  add("dropout of attention probabilities there", config.attention_dropout);
  add("dropout in the frozen layers below l", settings.dropout_below ? "on" : "off");
  add("validation fold", "the one after the test fold");
  add("first weights of heads", "normal 0.02, bias 0; the main head's shared by both arms of a fold");
  add("last partial batch", "kept");
  add("folds", "stratified by class, from a seed, saved with the data");
  add("SD in the tables", "population; n - 1 beside it");
  add("attention pictures: layer, row, scale",
      fmt::format("{}, [CLS], the largest of the shown tokens", config.layers));
}

}  // namespace

RunSummary describe_run(const SweepSettings& settings, const StoredDataset& stored, const BertConfig& config,
                        const Computation& computation) {
  const auto& [dataset, folds, about] = stored;
  RunSummary summary{.dataset = dataset.name, .classes = dataset.labels.at("main")};
  if (!config.note.empty()) summary.notes.push_back(config.note);
  std::string seeds;
  for (const auto seed : settings.seeds) seeds += (seeds.empty() ? "" : ", ") + std::to_string(seed);
  summary.provenance = {{"model", settings.model},
                        {"model weights", computation.weights},
                        {"texts", fmt::format("{}, {}", dataset.examples.size(), data_digest(dataset))},
                        {"folds", fmt::format("{} of {} from seed {}, {}", settings.folds, folds.k,
                                              folds.seed, folds_digest(folds))},
                        {"seeds of training", seeds},
                        {"engine", describe(computation.engine)}};
  try {
    add_preparation(about, summary);
  } catch (const json::exception& problem) {
    throw Error(
        fmt::format("{}/dataset.json: {}; likely cause: it was prepared by another version. Prepare it again",
                    settings.data, problem.what()));
  }
  add_training(settings, config, summary.choices);
  summary.choices.emplace_back("hidden states below l", computation.frozen);
  for (int fold = 0; fold < folds.k; ++fold)
    summary.fold_sizes.push_back({static_cast<std::int64_t>(folds.train(fold).size()),
                                  static_cast<std::int64_t>(folds.test(fold).size())});
  return summary;
}

}  // namespace mtl::program

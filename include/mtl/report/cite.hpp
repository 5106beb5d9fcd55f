// In: a report. Out: a methods paragraph in English and in Japanese, and BibTeX, each with the digests that
// tell this run from every other.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/report/escape.hpp>
#include <mtl/report/evidence.hpp>
#include <mtl/report/findings.hpp>
#include <mtl/report/report.hpp>
#include <mtl/store/digest.hpp>
#include <mtl/version.hpp>

namespace mtl {

/// What a methods paragraph says of a run, collected.
struct CitedRun {
  std::string digest = {};  ///< of all cells' digests
  std::string model = {}, weights = {}, data = {}, folds = {};
  std::string batch = {}, rate_backbone = {}, rate_heads = {}, lambda_sub = {}, watch = {}, libtorch = {};
  std::vector<int> layers = {};
  std::size_t test_folds = 0, texts = 0, seeds = 0;
};

namespace detail {

/// The value of a recorded fact, "not recorded" without one.
inline std::string fact_of(const RunSummary::Facts& facts, std::string_view name) {
  for (const auto& [known, value] : facts)
    if (known == name) return value;
  return "not recorded";
}

/// The last part of a path: a methods paragraph names a model, not a folder of one machine.
inline std::string last_part(const std::string& path) {
  const auto end = path.find_last_not_of('/');
  if (end == std::string::npos) return path;
  const auto from = path.find_last_of('/', end);
  return path.substr(from == std::string::npos ? 0 : from + 1, end - (from == std::string::npos ? -1 : from));
}

inline std::string run_digest(const RunSummary& run) {
  std::set<std::string> digests;
  for (const auto& cell : run.cells) digests.insert(describe(cell.cell) + " " + cell.digest);
  Digest all;
  for (const auto& digest : digests) all.add(digest);
  return all.hex();
}

/// "MeCab, ipadic-utf8" where parts of speech are the labels; empty where spans of one's own are, or where
/// the run does not say.
inline std::string analyser_of(const RunSummary& run) {
  const auto dictionary = fact_of(run.choices, "dictionary of the labels");
  const bool own = fact_of(run.choices, "labels: file") != "not recorded";
  return own || dictionary == "not recorded" ? std::string() : "MeCab, " + last_part(dictionary);
}

/// Whose IOB2 labels the auxiliary head predicts.
inline std::string labels_of(const RunSummary& run, std::string_view own, std::string_view parts_of_speech,
                             std::string_view opening, std::string_view closing) {
  if (fact_of(run.choices, "labels: file") != "not recorded") return std::string(own);
  const auto analyser = analyser_of(run);
  return fmt::format("{}{}{}{}", parts_of_speech, analyser.empty() ? "" : opening, analyser,
                     analyser.empty() ? "" : closing);
}

inline std::size_t tested_texts(const RunSummary& run) {
  std::set<std::string> ids;
  for (const auto& cell : run.cells)
    for (const auto& watch : cell.watches)
      for (const auto& text : watch.predictions) ids.insert(text.id);
  return ids.size();
}

}  // namespace detail

inline CitedRun cited_run(const Report& report) {
  const auto& run = report.run;
  const auto setting = [&](std::string_view name) { return detail::fact_of(run.choices, name); };
  CitedRun cited{.digest = detail::run_digest(run),
                 .model = detail::last_part(detail::fact_of(run.provenance, "model")),
                 .weights = detail::fact_of(run.provenance, "model weights"),
                 .data = report.evidence.data_digest,
                 .folds = report.evidence.folds_digest,
                 .batch = setting("batch"),
                 .rate_backbone = setting("learning rate of encoder layers"),
                 .rate_heads = setting("learning rate of heads"),
                 .lambda_sub = setting("λ_sub"),
                 .watch = report.main().watch,
                 .libtorch = detail::fact_of(run.provenance, "libtorch")};
  std::set<int> folds;
  for (const auto& row : report.main().layers) {
    if (!row.folds.empty()) cited.layers.push_back(row.layer);
    for (const auto& fold : row.folds) folds.insert(fold.fold);
  }
  cited.test_folds = folds.size();
  cited.texts = detail::tested_texts(run);
  cited.seeds = report.main().seeds.size();
  return cited;
}

/// In English, plain text. Throws Error when the run has nothing to compare yet.
inline std::string methods_english(const Report& report) {
  const auto r = cited_run(report);
  require(!r.layers.empty(), "nothing to cite: no layer has a test fold that both arms have finished");
  auto text = fmt::format(
      "We fine-tuned {} (weights {}) on {} ({} test texts in {}) with mtl {} on libtorch {}. The multi-task "
      "model adds a "
      "token-level head that predicts IOB2 labels of {} at encoder layer l (λ_sub = "
      "{}); the "
      "single-task model trains the same layers, l and the last, without it; they were compared at {}. Both "
      "were trained by Adam (learning rates {} for the encoder, {} for the heads, batches of {}) with early "
      "stopping on {}, "
      "from {}, on the same folds, batch orders and initial main head. Accuracies on the test folds were "
      "compared layer by layer "
      "with a paired t-test, one-sided as in the original study; we also report Holm's correction over the "
      "layers, the test "
      "of Nadeau and Bengio, exact sign-flip tests, and 95 percent intervals.",
      r.model, r.weights, report.run.dataset, r.texts, count_of(r.test_folds, "fold"), MTL_VERSION,
      r.libtorch, detail::labels_of(report.run, "spans of our own", "important parts of speech", " (", ")"),
      r.lambda_sub, detail::name_layers(r.layers), r.rate_backbone, r.rate_heads, r.batch, r.watch,
      count_of(r.seeds, "seed"));
  const auto& main = report.main();
  if (main.done < main.planned)
    text += fmt::format(" The run is not complete: {} of {} cells are done.", main.done, main.planned);
  for (const auto& note : report.run.notes) text += " " + note + ".";
  return text + fmt::format(" Run {}; test texts {}; folds {}.\n", r.digest, r.data, r.folds);
}

/// The same in Japanese.
inline std::string methods_japanese(const Report& report) {
  const auto r = cited_run(report);
  require(!r.layers.empty(), "nothing to cite: no layer has a test fold that both arms have finished");
  std::string layers;
  for (const int layer : r.layers) layers += (layers.empty() ? "" : "、") + std::to_string(layer);
  auto text = fmt::format(
      "{}（重み {}）を {}（テスト文書 {} 件、{} 分割）でファインチューニングした。実装は mtl {}（libtorch "
      "{}）である。"
      "マルチタスクモデルは、エンコーダの第 l 層に{}の IOB2 "
      "ラベルをトークンごとに予測するヘッドを加え（λ_sub = {}）、"
      "シングルタスクモデルは、そのヘッドなしで同じ層（第 l 層と最終層）を学習する。比較した層は {} である。"
      "両モデルとも Adam（学習率はエンコーダ {}、ヘッド {}、バッチサイズ {}）を用い、{} "
      "を監視する早期終了を行い、"
      "分割、バッチの順序、主ヘッドの初期値を共有した（シード数 "
      "{}）。テスト分割上の正解率を層ごとに、原論文と同じ片側の対応のある "
      "t 検定で比較し、あわせて層の数に対する Holm の補正、Nadeau と Bengio の補正 t "
      "検定、正確な符号反転検定、95 % 信頼区間を示す。",
      r.model, r.weights, report.run.dataset, r.texts, r.test_folds, MTL_VERSION, r.libtorch,
      detail::labels_of(report.run, "独自に付与したスパン", "重要な品詞", "（", "）"), r.lambda_sub, layers,
      r.rate_backbone, r.rate_heads, r.batch, r.watch, r.seeds);
  const auto& main = report.main();
  if (main.done < main.planned)
    text += fmt::format("実験は途中で、セル {} 個のうち {} 個が終わっている。", main.planned, main.done);
  for (const auto& note : report.run.notes) text += "（" + note + "）";
  return text + fmt::format("実行 {}、テスト文書 {}、分割 {}。\n", r.digest, r.data, r.folds);
}

/// Two entries: the software, and this run of it.
inline std::string bibtex(const Report& report) {
  const auto r = cited_run(report);
  return fmt::format(
      "@software{{mtl,\n"
      "  title   = {{mtl: multi-task fine-tuning of {{BERT}} with heads tapped at chosen layers}},\n"
      "  author  = {{{{The mtl authors}}}},\n"
      "  version = {{{0}}},\n"
      "  license = {{Apache-2.0}}\n"
      "}}\n\n"
      "@misc{{mtl-run-{1},\n"
      "  title        = {{Multi-task against single-task fine-tuning on {2}}},\n"
      "  author       = {{{{The mtl authors}}}},\n"
      "  howpublished = {{Run of mtl {0}}},\n"
      "  note         = {{run {3}; model weights {4}; test texts {5}; folds {6}}}\n"
      "}}\n",
      MTL_VERSION, r.digest.substr(0, 8), escape_latex(report.run.dataset), r.digest, escape_latex(r.weights),
      r.data, r.folds);
}

}  // namespace mtl

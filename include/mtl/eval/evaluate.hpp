// In: a model and a data set. Out: what every head predicts for every text, beside the truth, and its loss.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <mtl/data/batch.hpp>
#include <mtl/eval/scores.hpp>
#include <mtl/eval/stopped.hpp>
#include <mtl/loss/combiner.hpp>
#include <mtl/model/trainable_model.hpp>

namespace mtl {

/// What one head said of one text: one label, or one for each token.
struct LabelledText {
  std::vector<int> gold;  ///< ignored_label where the truth is unknown
  std::vector<int> predicted;
};

/// What one head said of a data set.
struct HeadEvaluation {
  std::string head = {};
  bool labels_tokens = false;
  std::vector<LabelledText> texts = {};  ///< in the order of the data set
  double loss_sum = 0;                   ///< over labelled rows
  std::int64_t loss_count = 0;

  /// Loss of a labelled row; 0 where there is none.
  double mean_loss() const { return loss_count == 0 ? 0.0 : loss_sum / static_cast<double>(loss_count); }

  /// Correct labels by labelled rows; 0 when nothing is labelled.
  double accuracy() const {
    std::int64_t correct = 0, labelled = 0;
    for (const auto& text : texts)
      for (std::size_t i = 0; i < text.gold.size(); ++i) {
        if (text.gold[i] == ignored_label) continue;
        ++labelled;
        correct += text.gold[i] == text.predicted[i];
      }
    return labelled == 0 ? 0.0 : static_cast<double>(correct) / static_cast<double>(labelled);
  }
};

namespace detail {

inline std::vector<int> to_ints(const torch::Tensor& labels) {
  const auto on_cpu = labels.to(torch::kCPU).contiguous();
  const auto* first = on_cpu.const_data_ptr<std::int64_t>();
  return {first, first + on_cpu.numel()};
}

inline void add_batch(HeadEvaluation& result, const HeadOutput& output, const Batch& batch) {
  if (output.loss.sum.defined()) {
    result.loss_sum += output.loss.sum.item<double>();
    result.loss_count += output.loss.count;
  }
  result.labels_tokens = output.logits.size(0) != batch.texts();
  const auto predicted = to_ints(output.logits.argmax(1));
  const auto gold = to_ints(batch.targets.at(std::string{output.head}));
  const auto* start = batch.starts.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < batch.texts(); ++i) {
    const auto from = result.labels_tokens ? start[i] : i, to = result.labels_tokens ? start[i + 1] : i + 1;
    result.texts.push_back(
        {{gold.begin() + from, gold.begin() + to}, {predicted.begin() + from, predicted.begin() + to}});
  }
}

}  // namespace detail

/// Runs the model, without dropout or gradients, over the whole data set in batches of `batch_size` texts,
/// from what `prefix` has of them where it is given. Throws Error when the data set lacks the target of a
/// head, Stopped when should_stop says so.
inline std::vector<HeadEvaluation> evaluate(TrainableModel& model, const Dataset& dataset, int batch_size,
                                            const StopRequest& should_stop = {},
                                            const PrefixReader& prefix = {}) {
  const torch::NoGradGuard no_grad;
  std::vector<HeadEvaluation> heads;
  for (const auto& head : model.heads()) {
    require(dataset.labels.contains(head.name), "data set '{}' has no target for head '{}'", dataset.name,
            head.name);
    heads.push_back({.head = head.name});
  }
  std::vector<std::size_t> order(dataset.examples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t from = 0; from < order.size(); from += static_cast<std::size_t>(batch_size)) {
    const auto count = std::min(order.size() - from, static_cast<std::size_t>(batch_size));
    const Batch batch = make_batch(dataset, std::span{order}.subspan(from, count), prefix);
    const auto outputs = model.outputs(batch);
    for (std::size_t h = 0; h < heads.size(); ++h) detail::add_batch(heads[h], outputs[h], batch);
    stop_if(should_stop);
  }
  return heads;
}

/// Scores by name of a head whose labels are called `label_names`.
inline Scores head_scores(const HeadEvaluation& head, const std::vector<std::string>& label_names) {
  if (head.labels_tokens) {
    TokenEvaluation tokens(label_names);
    for (const auto& text : head.texts) tokens.add(text.gold, text.predicted);
    return scores(tokens);
  }
  ConfusionMatrix matrix(static_cast<int>(label_names.size()));
  for (const auto& text : head.texts) matrix.add(text.gold.at(0), text.predicted.at(0));
  return scores(matrix);
}

/// The watched quantities of an evaluation: "loss" (combined as in training, from exact sums), "loss:<head>",
/// "accuracy:<head>".
inline std::map<std::string, double> quantities(const std::vector<HeadEvaluation>& heads,
                                                const AnyLossCombiner& combine) {
  std::map<std::string, double> values;
  std::vector<NamedLoss> losses;
  for (const auto& head : heads) {
    losses.push_back({head.head, {torch::tensor(head.loss_sum, torch::kDouble), head.loss_count}});
    values["loss:" + head.head] = head.mean_loss();
    values["accuracy:" + head.head] = head.accuracy();
  }
  values["loss"] = combine(losses).item<double>();
  return values;
}

}  // namespace mtl

// In: pretrained weights and a data set. Out: the paper's two arms: multi-task at layer l, and single-task
// with the same trainable layers.
#pragma once

#include <mtl/detail/torch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <mtl/data/dataset.hpp>
#include <mtl/data/dataset_digest.hpp>
#include <mtl/engine/prefix_cache.hpp>
#include <mtl/experiment/arm.hpp>
#include <mtl/heads/iob2_token_head.hpp>
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/loss/weighted_sum.hpp>
#include <mtl/model/bert_backbone.hpp>
#include <mtl/model/multi_task_encoder.hpp>
#include <mtl/train/freezing.hpp>
#include <mtl/train/weights.hpp>

namespace mtl {

/// Pretrained weights, loaded once and handed from cell to cell. One cell uses them at a time: fresh() undoes
/// what the last one changed. Cells train encoder layers, never the embeddings.
class PretrainedBackbone {
 public:
  /// Keeps a copy of the weights that `backbone` has now.
  explicit PretrainedBackbone(std::shared_ptr<BertBackbone> backbone) : backbone_{std::move(backbone)} {
    auto original = std::make_shared<std::vector<NamedParameter>>();
    for (const auto& item : backbone_->named_parameters())
      if (item.key().starts_with("encoder."))
        original->push_back({item.key(), item.value().detach().clone()});
    original_ = std::move(original);
  }

  /// A backbone for a cell beside this one's. What no cell writes is there once for both: the embeddings and
  /// the copy of the pretrained layers.
  std::shared_ptr<PretrainedBackbone> another() const {
    const torch::NoGradGuard no_grad;
    auto twin = std::make_shared<BertBackbone>(backbone_->config(), InitialWeights{.seed = std::nullopt});
    auto parameters = twin->named_parameters();
    for (const auto& item : backbone_->named_parameters())
      if (!item.key().starts_with("encoder.")) parameters[item.key()].set_data(item.value().detach());
    twin->set_engine(backbone_->engine());
    return std::shared_ptr<PretrainedBackbone>(new PretrainedBackbone(std::move(twin), original_));
  }

  /// The backbone with its pretrained weights in every layer, without the memory of the last cell's steps.
  std::shared_ptr<BertBackbone> fresh() {
    const torch::NoGradGuard no_grad;
    backbone_->set_engine(backbone_->engine());
    auto parameters = backbone_->named_parameters();
    for (const auto& [name, value] : *original_) {
      parameters[name].copy_(value);
      parameters[name].mutable_grad().reset();
    }
    return backbone_;
  }

  const BertConfig& config() const { return backbone_->config(); }

  /// The backbone as the cell under way has it.
  BertBackbone& in_use() { return *backbone_; }

 private:
  PretrainedBackbone(std::shared_ptr<BertBackbone> backbone,
                     std::shared_ptr<const std::vector<NamedParameter>> original)
      : backbone_{std::move(backbone)}, original_{std::move(original)} {}

  std::shared_ptr<BertBackbone> backbone_;
  std::shared_ptr<const std::vector<NamedParameter>> original_;
};

/// What the paper fixes (section 3.4) and what it leaves open about the arms.
struct PaperArmOptions {
  double lambda_main = 1.0;
  double lambda_sub = 0.5;
  double head_dropout = 0.1;   ///< of the auxiliary head
  double auxiliary_rate = 0;   ///< its learning rate; 0: that of the other heads
  bool dropout_below = false;  ///< dropout also in the frozen layers below l, as a plain train() call has it
};

/// The seed of batch order, dropout and heads: one a fold, whatever the arm and the layer.
inline std::uint64_t training_seed(const Cell& cell) {
  return RandomStream{cell.seed}.named("fold").at(static_cast<std::uint64_t>(cell.fold)).key();
}

/// The models of the two arms; the sweep says at which layer the auxiliary head taps.
using PaperMultiTask =
    MultiTaskEncoder<BertBackbone, IOB2TokenHead<dynamic_layer>, SequenceClassifier<dynamic_layer>>;
using PaperSingleTask = MultiTaskEncoder<BertBackbone, SequenceClassifier<dynamic_layer>>;

namespace detail {

inline std::int64_t label_count(const Dataset& dataset, std::string_view head) {
  const auto found = dataset.labels.find(head);
  require(found != dataset.labels.end(), "data set '{}' has no labels for head '{}'", dataset.name, head);
  return static_cast<std::int64_t>(found->second.size());
}

/// Layers l and N learn; nothing below l draws dropout unless it is asked to.
inline void freeze_as_in_the_paper(TrainableModel& model, BertBackbone& backbone, const Cell& cell,
                                   bool dropout_below) {
  train_only(model, {cell.layer, model.layers()});
  backbone.set_dropout_from(dropout_below ? 0 : cell.layer);
}

/// What is fixed below l: layer l - 1, unless dropout is drawn there.
inline ArmPrefix prefix_below(const std::shared_ptr<PrefixCache>& cache,
                              const std::shared_ptr<PretrainedBackbone>& pretrained, bool dropout_below) {
  if (!cache || dropout_below) return {};
  return {.layer = [](const Cell& cell) { return cell.layer - 1; },
          .states = [=](const Cell& cell) { return cache->at(pretrained->in_use(), cell.layer - 1); },
          .signature = fmt::format("stored as {}", name_of(cache->type()))};
}

}  // namespace detail

/// The arms "multi" and "single". In both, layers l and N and the heads learn (paper, section 3.4). `cache`,
/// of the same data set: keeps the hidden states of layer l - 1, where nothing draws dropout below l.
inline std::vector<Arm> paper_arms(const std::shared_ptr<PretrainedBackbone>& pretrained,
                                   const Dataset& dataset, const PaperArmOptions& options = {},
                                   const std::shared_ptr<PrefixCache>& cache = nullptr) {
  const auto hidden = static_cast<std::int64_t>(pretrained->config().hidden);
  const auto classes = detail::label_count(dataset, "main"), labels = detail::label_count(dataset, "pos");
  const auto classifier = [=](const Cell& cell, int top) {
    return SequenceClassifier<dynamic_layer>{
        {.hidden = hidden, .labels = classes, .layer = top, .seed = training_seed(cell)}};
  };
  const auto multi = [=](const Cell& cell) -> std::unique_ptr<TrainableModel> {
    const auto backbone = pretrained->fresh();
    IOB2TokenHead<dynamic_layer> auxiliary{{.hidden = hidden,
                                            .labels = labels,
                                            .dropout = options.head_dropout,
                                            .layer = cell.layer,
                                            .seed = training_seed(cell)}};
    auto model = std::make_unique<PaperMultiTask>(backbone, std::move(auxiliary),
                                                  classifier(cell, backbone->layers()));
    detail::freeze_as_in_the_paper(*model, *backbone, cell, options.dropout_below);
    return model;
  };
  const auto single = [=](const Cell& cell) -> std::unique_ptr<TrainableModel> {
    const auto backbone = pretrained->fresh();
    auto model = std::make_unique<PaperSingleTask>(backbone, classifier(cell, backbone->layers()));
    detail::freeze_as_in_the_paper(*model, *backbone, cell, options.dropout_below);
    return model;
  };
  const auto both = fmt::format("main λ {} dropout below {} inputs {}", options.lambda_main,
                                options.dropout_below, inputs_digest(dataset));
  const auto of_multi =
      fmt::format("{} pos λ {} rate {} dropout {} labels {}", both, options.lambda_sub,
                  options.auxiliary_rate, options.head_dropout, inputs_digest(dataset, {"main", "pos"}));
  std::vector<HeadRate> auxiliary_rate;
  if (options.auxiliary_rate != 0) auxiliary_rate.push_back({"pos", options.auxiliary_rate});
  const auto main = lambda<"main">(options.lambda_main);
  const auto prefix = detail::prefix_below(cache, pretrained, options.dropout_below);
  return {{"multi", of_multi, weighted_sum(main, lambda<"pos">(options.lambda_sub)), auxiliary_rate, multi,
           prefix},
          {"single", both, weighted_sum(main), {}, single, prefix}};
}

}  // namespace mtl

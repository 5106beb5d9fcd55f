// In: a backbone and heads, each tapped at a layer. Out: one model: losses to train, predictions to use.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/heads/distinct_names.hpp>
#include <mtl/heads/head.hpp>
#include <mtl/model/backbone.hpp>
#include <mtl/model/trainable_model.hpp>

namespace mtl {

namespace detail {

/// The target of `head`. Throws Error that names it and those that the batch has.
inline const torch::Tensor& target_of(const Batch& batch, std::string_view head) {
  const auto found = batch.targets.find(head);
  if (found != batch.targets.end()) return found->second;
  std::string present;
  for (const auto& target : batch.targets)
    present += fmt::format("{}'{}'", present.empty() ? "" : ", ", target.first);
  throw Error(fmt::format("the batch has no target for head '{}'; it has {}", head,
                          present.empty() ? "none" : present));
}

inline void check_tap(std::string_view head, int layer, int layers) {
  require(layer >= 0 && layer <= layers,
          "head '{}' taps layer {}, but the backbone has layers 1 to {} (0 is the embedding)", head, layer,
          layers);
}

/// Whether the head says that it reads no other rows.
template <class H>
constexpr bool reads_first_rows(const H&) {
  if constexpr (requires { H::reads_first_rows; }) return H::reads_first_rows;
  return false;
}

/// Whether a head whose type names its layer taps deeper than a backbone whose type names its depth.
template <class B, class H>
consteval bool taps_too_deep() {
  if constexpr (requires {
                  B::depth;
                  H::tap;
                })
    return B::depth >= 0 && H::tap > B::depth;
  return false;
}

}  // namespace detail

/// A backbone with heads tapped at its layers.
///
/// Each head is known by its name: the key of its target, λ, scores and parameters. Nothing above the highest
/// tap is computed. Throws Error at construction when a head taps deeper than the backbone; where both types
/// say so, it does not compile.
template <Backbone B, Head... Hs>
class MultiTaskEncoder : public TrainableModel {
  static_assert(sizeof...(Hs) > 0, "MultiTaskEncoder: a model needs at least one head");
  static_assert(
      distinct_names(std::array<std::string_view, sizeof...(Hs)>{Hs::name...}),
      "MultiTaskEncoder: two heads have one name; give each its own, as in IOB2TokenHead<2, \"entities\">");
  static_assert((!detail::taps_too_deep<B, Hs>() && ...),
                "MultiTaskEncoder: a head taps a layer deeper than the backbone");

 public:
  /// Throws Error when a head taps a layer that the backbone does not have.
  explicit MultiTaskEncoder(std::shared_ptr<B> backbone, Hs... heads)
      : backbone_{std::move(backbone)},
        heads_{std::make_shared<Hs>(std::move(heads))...},
        module_{std::make_shared<torch::nn::Module>()} {
    module_->register_module("backbone", backbone_);
    const auto all = module_->register_module("heads", std::make_shared<torch::nn::Module>());
    each([&](auto& head) {
      detail::check_tap(head->name, head->layer(), backbone_->layers());
      highest_ = std::max(highest_, head->layer());
      all->register_module(std::string(head->name), head);
    });
    each([&](auto& head) {
      if (detail::reads_first_rows(*head) && head->layer() == highest_)
        first_rows_ = true;
      else
        read_.push_back(head->layer());
    });
  }

  /// Loss of every head, in the order of the type list. Throws Error when the batch misses a target.
  std::array<Loss, sizeof...(Hs)> losses(const Batch& batch,
                                         const std::optional<RandomStream>& dropout = {}) {
    each([&](auto& head) { detail::target_of(batch, head->name); });  // before the work, not after it
    const Taps taps = backbone_->forward(batch, pass(dropout));
    const auto one = [&](auto& head) {
      return head.loss(head.forward(taps), detail::target_of(batch, head.name));
    };
    return std::apply([&](auto&... head) { return std::array<Loss, sizeof...(Hs)>{one(*head)...}; }, heads_);
  }

  /// One prediction a text from every head, in the order of the type list. Without dropout and gradients.
  std::tuple<std::vector<typename Hs::Prediction>...> predict(const Batch& batch) {
    const torch::NoGradGuard no_grad;
    const Taps taps = backbone_->forward(batch, pass({}));
    const auto one = [&](auto& head) { return head.decode(head.forward(taps), taps); };
    return std::apply([&](auto&... head) { return std::tuple{one(*head)...}; }, heads_);
  }

  /// The head of that name.
  template <fixed_string Name>
  auto& head() {
    constexpr std::array<std::string_view, sizeof...(Hs)> names{Hs::name...};
    constexpr auto index =
        static_cast<std::size_t>(std::ranges::find(names, std::string_view(Name)) - names.begin());
    static_assert(index < sizeof...(Hs), "MultiTaskEncoder: no head has this name");
    return *std::get<index>(heads_);
  }

  /// What all heads share.
  B& backbone() { return *backbone_; }

  std::vector<HeadInfo> heads() const override {
    std::vector<HeadInfo> infos;
    std::apply(
        [&](const auto&... head) {
          (infos.push_back({std::string(head->name), head->layer()}), ...);
        },
        heads_);
    return infos;
  }

  int layers() const override { return std::as_const(*backbone_).layers(); }

  std::vector<HeadOutput> outputs(const Batch& batch,
                                  const std::optional<RandomStream>& dropout = {}) override {
    const Taps taps = backbone_->forward(batch, pass(dropout));
    std::vector<HeadOutput> outputs;
    each([&](auto& head) {
      const auto logits = head->forward(taps);
      const auto target = batch.targets.find(head->name);
      const bool labelled = target != batch.targets.end();
      outputs.push_back({head->name, logits, labelled ? head->loss(logits, target->second) : Loss{{}, 0}});
    });
    return outputs;
  }

  torch::nn::Module& module() override { return *module_; }

 private:
  Pass pass(const std::optional<RandomStream>& dropout) const {
    return {highest_, dropout, read_, first_rows_};
  }

  void each(auto act) {
    std::apply([&](auto&... head) { (act(head), ...); }, heads_);
  }

  std::shared_ptr<B> backbone_;
  std::tuple<std::shared_ptr<Hs>...> heads_;
  std::shared_ptr<torch::nn::Module> module_;
  int highest_ = 0;
  std::vector<int> read_;    ///< layers that heads read row by row
  bool first_rows_ = false;  ///< a head reads the first rows of the highest layer
};

}  // namespace mtl

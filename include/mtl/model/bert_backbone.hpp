// In: a ragged batch. Out: Taps. BERT as a Backbone, with a depth that its type may name.
#pragma once

#include <mtl/detail/torch.hpp>

#include <mtl/detail/error.hpp>
#include <mtl/model/backbone.hpp>
#include <mtl/model/bert_stack.hpp>

namespace mtl {

/// Stands for "the configuration says how many layers", as dynamic_layer does for a tap.
inline constexpr int dynamic_depth = -1;

/// BERT with `Depth` encoder layers. Parameters have the names of Hugging Face's BertModel, without its
/// pooler. Throws Error when the configuration has another number of layers than the type.
template <int Depth = dynamic_depth>
class BasicBertBackbone : public BertStack {
 public:
  static constexpr int depth = Depth;

  /// Throws Error when the configuration has another number of layers than the type.
  explicit BasicBertBackbone(const BertConfig& config, const InitialWeights& initial = {})
      : BertStack{checked(config), initial} {}

 private:
  static const BertConfig& checked(const BertConfig& config) {
    require(Depth == dynamic_depth || config.layers == Depth,
            "the type asks for {} encoder layers, the model has {}", Depth, config.layers);
    return config;
  }
};

/// A BERT of any depth.
using BertBackbone = BasicBertBackbone<dynamic_depth>;

/// BERT-base and every other BERT of 12 layers: a head that taps deeper does not compile.
using BertBaseBackbone = BasicBertBackbone<12>;

static_assert(Backbone<BertBackbone> && Backbone<BertBaseBackbone>);

}  // namespace mtl

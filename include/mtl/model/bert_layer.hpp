// In: the output of one encoder layer. Out: that of the next. The layer of BERT (Devlin et al., 2019),
// post-norm.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/engine/layer_parameters.hpp>
#include <mtl/model/attention_probabilities.hpp>
#include <mtl/model/bert_config.hpp>
#include <mtl/model/dropout.hpp>
#include <mtl/model/first_row_attention.hpp>
#include <mtl/model/parameter_tree.hpp>
#include <mtl/model/ragged_attention.hpp>
#include <mtl/model/ragged_layout.hpp>

namespace mtl {

/// x W^T + b, with W [out, in].
struct Affine {
  torch::Tensor weight, bias;

  Affine(torch::nn::Module& owner, const std::string& name, std::int64_t out, std::int64_t in,
         torch::Device device)
      : weight{add_parameter(owner, name + ".weight", {out, in}, device)},
        bias{add_parameter(owner, name + ".bias", {out}, device)} {}

  torch::Tensor operator()(const torch::Tensor& x) const { return at::linear(x, weight, bias); }

  bool learns() const { return weight.requires_grad() || bias.requires_grad(); }
};

/// Layer normalisation over the columns of a row.
struct RowNorm {
  torch::Tensor weight, bias;
  double eps;

  RowNorm(torch::nn::Module& owner, const std::string& name, std::int64_t width, double epsilon,
          torch::Device device)
      : weight{add_parameter(owner, name + ".weight", {width}, device)},
        bias{add_parameter(owner, name + ".bias", {width}, device)},
        eps{epsilon} {}

  torch::Tensor operator()(const torch::Tensor& x) const {
    return at::layer_norm(x, {x.size(1)}, weight, bias, eps);
  }

  bool learns() const { return weight.requires_grad() || bias.requires_grad(); }
};

/// The activation, element by element.
inline torch::Tensor activate(const torch::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::Relu:
      return at::relu(x);
    case Activation::GeluTanh:
      return at::gelu(x, "tanh");
    case Activation::Gelu:
      break;
  }
  return at::gelu(x, "none");
}

/// One encoder layer. Its parameters are registered in `owner` under `prefix`, named as in Hugging Face's
/// BERT.
class BertLayer {
 public:
  BertLayer(torch::nn::Module& owner, const std::string& prefix, const BertConfig& config,
            torch::Device device)
      : query_{owner, prefix + "attention.self.query", config.hidden, config.hidden, device},
        key_{owner, prefix + "attention.self.key", config.hidden, config.hidden, device},
        value_{owner, prefix + "attention.self.value", config.hidden, config.hidden, device},
        attention_output_{owner, prefix + "attention.output.dense", config.hidden, config.hidden, device},
        attention_norm_{owner, prefix + "attention.output.LayerNorm", config.hidden, config.layer_norm_eps,
                        device},
        intermediate_{owner, prefix + "intermediate.dense", config.intermediate, config.hidden, device},
        output_{owner, prefix + "output.dense", config.hidden, config.intermediate, device},
        output_norm_{owner, prefix + "output.LayerNorm", config.hidden, config.layer_norm_eps, device},
        heads_{config.heads},
        activation_{config.activation},
        hidden_dropout_{config.hidden_dropout},
        attention_dropout_{config.attention_dropout} {}

  /// x: [tokens, hidden]; the same comes back. `bits`: the layer's dropout stream, absent for none.
  torch::Tensor forward(const torch::Tensor& x, const RaggedLayout& layout,
                        const std::optional<RandomStream>& bits) const {
    const auto gathered =
        ragged_attention(queries_keys_values(x), heads_, layout, attention_dropout_, site(bits, "attention"));
    return after_attention(gathered, x, site(bits, "attention_output"), site(bits, "output"), {});
  }

  /// The rows starts[i] of forward(), [texts, hidden], with the same dropout bits, at the cost of those rows.
  /// x: [tokens, hidden]; starts: [texts + 1] int64 on the CPU.
  torch::Tensor first_rows(const torch::Tensor& x, const torch::Tensor& starts,
                           const std::optional<RandomStream>& bits) const {
    const auto first = starts.slice(0, 0, -1).contiguous();
    const auto gathered =
        first_row_attention(x, starts, parameters(), heads_, attention_dropout_, site(bits, "attention"));
    return after_attention(gathered, x.index_select(0, first), site(bits, "attention_output"),
                           site(bits, "output"), first);
  }

  /// What trace() gives back.
  struct Traced {
    torch::Tensor attention;  ///< [heads, tokens, tokens], part of the graph of `output`
    torch::Tensor output;     ///< [tokens, hidden]
  };

  /// forward() of one text without dropout, with its attention probabilities as a node of the graph, so that
  /// something can be differentiated by them. x: [tokens, hidden].
  Traced trace(const torch::Tensor& x) const {
    const auto tokens = x.size(0), hidden = x.size(1);
    const auto rows = queries_keys_values(x);
    auto attention =
        attention_probabilities(rows, heads_, torch::tensor({std::int64_t{0}, tokens}, torch::kInt64))
            .front();
    const auto value =
        rows.narrow(1, 2 * hidden, hidden).view({tokens, heads_, hidden / heads_}).transpose(0, 1);
    const auto gathered = torch::matmul(attention, value).transpose(0, 1).reshape({tokens, hidden});
    return {std::move(attention), after_attention(gathered, x, std::nullopt, std::nullopt, {})};
  }

  /// How every head divides the attention of each token among the tokens of its text: one tensor
  /// [heads, tokens, tokens] a text. x: [tokens, hidden], the layer's input.
  std::vector<torch::Tensor> attention(const torch::Tensor& x, const torch::Tensor& starts) const {
    return attention_probabilities(queries_keys_values(x), heads_, starts);
  }

  /// The layer's parameters, as the fast engine takes them.
  LayerParameters parameters() const {
    return {query_.weight,
            query_.bias,
            key_.weight,
            key_.bias,
            value_.weight,
            value_.bias,
            attention_output_.weight,
            attention_output_.bias,
            attention_norm_.weight,
            attention_norm_.bias,
            intermediate_.weight,
            intermediate_.bias,
            output_.weight,
            output_.bias,
            output_norm_.weight,
            output_norm_.bias};
  }

  /// Whether any parameter of the layer learns.
  bool learns() const {
    for (const auto* part : {&query_, &key_, &value_, &attention_output_, &intermediate_, &output_})
      if (part->learns()) return true;
    return attention_norm_.learns() || output_norm_.learns();
  }

 private:
  /// The dropout stream of one place in the layer; absent where the layer's is.
  static std::optional<RandomStream> site(const std::optional<RandomStream>& bits, std::string_view name) {
    return bits ? std::optional{bits->named(name)} : std::nullopt;
  }

  /// From what the heads gathered to the layer's output; x: the layer's input. `numbers`: of the rows, for
  /// dropout; undefined: 0, 1, ...
  torch::Tensor after_attention(const torch::Tensor& gathered, const torch::Tensor& x,
                                const std::optional<RandomStream>& attention_site,
                                const std::optional<RandomStream>& output_site,
                                const torch::Tensor& numbers) const {
    const auto drop = [&](const torch::Tensor& rows, const std::optional<RandomStream>& site) {
      return dropout_rows(rows, hidden_dropout_, site, numbers);
    };
    const auto attended = attention_norm_(drop(attention_output_(gathered), attention_site) + x);
    const auto wide = activate(intermediate_(attended), activation_);
    return output_norm_(drop(output_(wide), output_site) + attended);
  }

  /// [tokens, 3 * hidden], in one product.
  torch::Tensor queries_keys_values(const torch::Tensor& x) const {
    return at::linear(x, torch::cat({query_.weight, key_.weight, value_.weight}),
                      torch::cat({query_.bias, key_.bias, value_.bias}));
  }

  Affine query_, key_, value_, attention_output_;
  RowNorm attention_norm_;
  Affine intermediate_, output_;
  RowNorm output_norm_;
  std::int64_t heads_;
  Activation activation_;
  double hidden_dropout_, attention_dropout_;
};

}  // namespace mtl

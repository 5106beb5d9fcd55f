// What a head gives back (Loss), and what it must offer to be composed (Head).
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <vector>

#include <mtl/model/backbone.hpp>

namespace mtl {

/// A loss that stays exact over missing labels, accumulation and ranks: the mean is sum / count.
struct Loss {
  torch::Tensor sum;   ///< scalar, with a gradient where anything was labelled
  std::int64_t count;  ///< labelled rows; 0 makes sum a zero without a gradient
};

/// Stands for "the constructor says which layer", as std::dynamic_extent stands for a size.
inline constexpr int dynamic_layer = -1;

/// A string as a template argument: the name of a head is part of its type.
template <std::size_t N>
struct fixed_string {
  char text[N];
  /// From a literal, with its closing NUL.
  consteval fixed_string(const char (&s)[N]) { std::copy_n(s, N, text); }
  /// Without the closing NUL.
  constexpr operator std::string_view() const { return {text, N - 1}; }
};

/// What MultiTaskEncoder composes.
///
/// Beyond the syntax: forward() reads only taps.layer[layer()], or only taps.first_rows(layer()) where the
/// head says `static constexpr bool reads_first_rows = true`, and draws dropout only from taps.dropout; the
/// logits are [rows, labels], one row a text or one a token; loss() sums over labelled rows and never
/// divides; decode() gives one prediction a text, whatever the head predicts; nothing depends on the other
/// heads.
template <class H>
concept Head = Module<H> &&
    requires(H& head, const Taps& taps, const torch::Tensor& logits, const typename H::Target& target) {
  typename H::Prediction;
  { H::name } -> std::convertible_to<std::string_view>;
  { head.layer() } -> std::same_as<int>;
  { head.forward(taps) } -> std::same_as<torch::Tensor>;
  { head.loss(logits, target) } -> std::same_as<Loss>;
  { head.decode(logits, taps) } -> std::same_as<std::vector<typename H::Prediction>>;
};

}  // namespace mtl

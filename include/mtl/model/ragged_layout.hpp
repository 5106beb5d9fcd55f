// In: where the texts of a ragged batch begin. Out: how their rows are laid out for attention (RaggedLayout).
// Everything but attention works on the rows as they are; attention needs texts of one length side by side.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include <mtl/detail/error.hpp>

namespace mtl {

/// Texts of similar length, padded to the longest of them.
struct TextGroup {
  std::int64_t first = 0;  ///< its first row among the padded rows of all groups
  std::int64_t texts = 0;
  std::int64_t longest = 0;  ///< rows of each of its texts
  /// [texts, 1, 1, longest] bool, false where a key is padding; undefined without padding.
  torch::Tensor real = {};
  torch::Tensor bias = {};  ///< the same as float32: 0 or -infinity
  /// [texts * heads * longest] int64: token * heads + head, the row's number for dropout.
  torch::Tensor numbers = {};
};

/// A ragged batch as attention sees it.
struct RaggedLayout {
  torch::Tensor positions;  ///< [tokens] int64: place of each token in its text
  /// [padded rows] int64: token of each, -1 where it is padding; undefined: the tokens in order.
  torch::Tensor place;
  torch::Tensor back;  ///< [tokens] int64: padded row of each token; undefined together with place
  std::vector<TextGroup> groups;
};

namespace detail {

inline torch::Tensor int64_tensor(const std::vector<std::int64_t>& values) {
  return torch::tensor(values, torch::kInt64);
}

/// Lengths of the texts. Throws Error unless every text has a row and the last one ends at `tokens`.
inline std::vector<std::int64_t> text_lengths(const torch::Tensor& starts, std::int64_t tokens) {
  require(starts.is_cpu() && starts.scalar_type() == torch::kInt64 && starts.dim() == 1 && starts.size(0) > 1,
          "a batch needs starts on the CPU, int64, one for each text and one more");
  const auto line = starts.contiguous();
  const auto* const start = line.const_data_ptr<std::int64_t>();
  std::vector<std::int64_t> lengths;
  for (std::int64_t i = 0; i + 1 < line.size(0); ++i) {
    lengths.push_back(start[i + 1] - start[i]);
    require(lengths.back() > 0, "text {} of the batch has no tokens", i);
  }
  require(start[0] == 0 && start[lengths.size()] == tokens,
          "the texts of the batch cover rows {} .. {}, but it has {} tokens", start[0], start[lengths.size()],
          tokens);
  return lengths;
}

/// Where to cut the texts, longest first: a new group begins where going on would cost more padding than a
/// group.
inline std::vector<std::size_t> cut_into_groups(const std::vector<std::int64_t>& lengths,
                                                const std::vector<std::size_t>& order) {
  constexpr std::int64_t cost_of_group =
      1 << 16;  // in query-key pairs; measured on two cores with 12 heads of 32
  std::vector<std::size_t> cuts{0};
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto longest = lengths[order[cuts.back()]], length = lengths[order[i]];
    const auto padding = static_cast<std::int64_t>(order.size() - i) * (longest * longest - length * length);
    if (padding > cost_of_group) cuts.push_back(i);
  }
  cuts.push_back(order.size());
  return cuts;
}

/// One group, whose texts are order[begin .. end). Appends its rows to `place` and fills `back`.
inline TextGroup make_group(const std::vector<std::int64_t>& lengths, const std::int64_t* start,
                            const std::vector<std::size_t>& order, std::size_t begin, std::size_t end,
                            std::int64_t heads, std::vector<std::int64_t>& place,
                            std::vector<std::int64_t>& back) {
  TextGroup group{.first = static_cast<std::int64_t>(place.size()),
                  .texts = static_cast<std::int64_t>(end - begin),
                  .longest = lengths[order[begin]]};
  group.real = torch::ones({group.texts, 1, 1, group.longest}, torch::kBool);
  group.numbers = torch::empty({group.texts * heads * group.longest}, torch::kInt64);
  auto* const real = group.real.mutable_data_ptr<bool>();
  auto* number = group.numbers.mutable_data_ptr<std::int64_t>();
  for (std::size_t i = begin; i < end; ++i) {
    const auto length = lengths[order[i]], first = start[order[i]];
    for (std::int64_t row = 0; row < group.longest; ++row) {
      if (row < length) back[static_cast<std::size_t>(first + row)] = static_cast<std::int64_t>(place.size());
      place.push_back(row < length ? first + row : -1);
      real[static_cast<std::int64_t>(i - begin) * group.longest + row] = row < length;
    }
    for (std::int64_t head = 0; head < heads; ++head)
      for (std::int64_t row = 0; row < group.longest; ++row) *number++ = (first + row) * heads + head;
  }
  return group;
}

}  // namespace detail

/// The place of each token in its text: [tokens] int64 on the CPU. `starts`: [texts + 1] int64 on the CPU.
inline torch::Tensor places_in_texts(const torch::Tensor& starts) {
  const auto line = starts.contiguous();
  const auto* const start = line.const_data_ptr<std::int64_t>();
  auto places = torch::empty({start[line.size(0) - 1]}, torch::kInt64);
  auto* place = places.mutable_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i + 1 < line.size(0); ++i)
    for (std::int64_t row = 0; row < start[i + 1] - start[i]; ++row) *place++ = row;
  return places;
}

/// Lays out a batch of `tokens` rows for attention with `heads` heads. `starts`: [texts + 1] int64 on the
/// CPU. Throws Error when starts do not cut the rows into texts of at least one row.
inline RaggedLayout make_ragged_layout(const torch::Tensor& starts, std::int64_t tokens, std::int64_t heads,
                                       torch::Device device) {
  const auto lengths = detail::text_lengths(starts, tokens);
  const auto line = starts.contiguous();
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t i) { return lengths[i]; });
  const auto cuts = detail::cut_into_groups(lengths, order);
  std::vector<std::int64_t> place, back(static_cast<std::size_t>(tokens));
  RaggedLayout layout{.positions = places_in_texts(starts).to(device), .place = {}, .back = {}, .groups = {}};
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    auto group = detail::make_group(lengths, line.const_data_ptr<std::int64_t>(), order, cuts[i], cuts[i + 1],
                                    heads, place, back);
    if (group.real.all().item<bool>()) {
      group.real.reset();
    } else {
      group.bias = torch::zeros_like(group.real, torch::kFloat);
      group.bias.masked_fill_(group.real.logical_not(), -std::numeric_limits<float>::infinity());
      group.real = group.real.to(device);
      group.bias = group.bias.to(device);
    }
    layout.groups.push_back(std::move(group));
  }
  const bool as_they_are = std::ranges::is_sorted(place) && place.size() == back.size();
  if (as_they_are) return layout;
  layout.place = detail::int64_tensor(place).to(device);
  layout.back = detail::int64_tensor(back).to(device);
  return layout;
}

}  // namespace mtl

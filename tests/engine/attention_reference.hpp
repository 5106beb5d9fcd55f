// Attention with dropout in double, as the formulas have it, and the same by a set of kernels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <mtl/engine/kernels.hpp>

#include "numbers.hpp"

namespace mtl::tests {

/// A batch and its inputs.
struct AttentionCase {
  NumberType type;
  std::int64_t heads, size;
  std::vector<std::int64_t> starts{0};
  DropoutMask mask;
  Numbers qkv, out_gradient;

  AttentionCase(NumberType of, std::int64_t head_count, std::int64_t head_size,
                const std::vector<std::int64_t>& lengths, double p, double query_scale = 1)
      : type{of},
        heads{head_count},
        size{head_size},
        mask{DropoutMask::make(RandomStream(3).key(), p)},
        qkv{of, 0},
        out_gradient{of, 0} {
    for (const auto length : lengths) starts.push_back(starts.back() + length);
    qkv = Numbers::normal(of, tokens() * 3 * hidden(), "qkv");
    for (std::int64_t i = 0; i < qkv.size(); ++i)
      if (i % (3 * hidden()) < hidden()) qkv.set(i, qkv[i] * query_scale);
    out_gradient = Numbers::normal(of, tokens() * hidden(), "out_gradient");
  }

  std::int64_t tokens() const { return starts.back(); }
  std::int64_t hidden() const { return heads * size; }
  AttentionShape shape() const {
    return {type, heads, size, static_cast<std::int64_t>(starts.size()) - 1, starts.data()};
  }
};

/// What a forward and a backward pass leave.
struct AttentionResult {
  Numbers out, qkv_gradient;
  std::vector<float> log_sum_exp, bias_sums;
  std::vector<std::uint16_t> kept;
  bool operator==(const AttentionResult&) const = default;
};

/// Both passes by a set of kernels, the items in steps of `step`, the last ones first.
inline AttentionResult run_attention(const Kernels& kernels, const AttentionCase& c, std::int64_t step) {
  const auto shape = c.shape();
  AttentionResult r{Numbers(c.type, c.tokens() * c.hidden()), Numbers(c.type, c.qkv.size()), {}, {}, {}};
  r.log_sum_exp.resize(static_cast<std::size_t>(c.heads * c.tokens()));
  r.bias_sums.resize(static_cast<std::size_t>(shape.texts * 3 * c.hidden()));
  if (c.mask.threshold) r.kept.resize(static_cast<std::size_t>(attention_bits(shape)));
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::vector<Line> workspace((kernels.attention_workspace(shape) + 63) / 64);
  auto qkv = c.qkv;
  const AttentionForward forward{shape,         qkv.data(), nullptr, r.out.data(), r.log_sum_exp.data(),
                                 r.kept.data(), c.mask};
  const AttentionBackward backward{shape,
                                   qkv.data(),
                                   r.out.data(),
                                   r.log_sum_exp.data(),
                                   r.kept.data(),
                                   c.mask,
                                   c.out_gradient.data(),
                                   r.qkv_gradient.data(),
                                   r.bias_sums.data()};
  for (auto end = shape.items(); end > 0; end -= step)
    kernels.attention_forward(forward, std::max<std::int64_t>(0, end - step), end, workspace.data());
  for (auto end = shape.items(); end > 0; end -= step)
    kernels.attention_backward(backward, std::max<std::int64_t>(0, end - step), end, workspace.data());
  return r;
}

struct AttentionReference {
  std::vector<double> out, qkv_gradient, log_sum_exp;
};

/// One head of one text.
inline void reference_head(const AttentionCase& c, std::int64_t text, std::int64_t head,
                           AttentionReference& r) {
  const auto first = c.starts[static_cast<std::size_t>(text)],
             keys = c.starts[static_cast<std::size_t>(text) + 1] - first;
  const auto at = [&](std::int64_t row, std::int64_t part, std::int64_t i) {
    return ((first + row) * 3 + part) * c.hidden() + head * c.size + i;
  };
  const auto index = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  const double scale = 1 / std::sqrt(static_cast<double>(c.size));
  for (std::int64_t query = 0; query < keys; ++query) {
    std::vector<double> p(index(keys)), of_p(index(keys)), kept(index(keys));
    double largest = -INFINITY, sum = 0, inner = 0;
    for (std::int64_t key = 0; key < keys; ++key) {
      double score = 0;
      for (std::int64_t i = 0; i < c.size; ++i)
        score += c.qkv[at(query, 0, i)] * c.qkv[at(key, 1, i)] * scale;
      p[index(key)] = score;
      largest = std::max(largest, score);
    }
    for (auto& x : p) sum += x = std::exp(x - largest);
    r.log_sum_exp[index(head * c.tokens() + first + query)] = (largest + std::log(sum)) / std::log(2.0);
    const auto row = static_cast<std::uint64_t>((first + query) * c.heads + head);
    for (std::int64_t key = 0; key < keys; ++key) {
      p[index(key)] /= sum;
      kept[index(key)] = c.mask.keeps(row, static_cast<std::uint64_t>(key)) ? c.mask.scale : 0;
      for (std::int64_t i = 0; i < c.size; ++i) {
        const auto place = (first + query) * c.hidden() + head * c.size + i;
        r.out[index(place)] += p[index(key)] * kept[index(key)] * c.qkv[at(key, 2, i)];
        of_p[index(key)] += c.out_gradient[place] * c.qkv[at(key, 2, i)] * kept[index(key)];
        r.qkv_gradient[index(at(key, 2, i))] += p[index(key)] * kept[index(key)] * c.out_gradient[place];
      }
      inner += p[index(key)] * of_p[index(key)];
    }
    for (std::int64_t key = 0; key < keys; ++key)
      for (std::int64_t i = 0; i < c.size; ++i) {
        const double of_score = p[index(key)] * (of_p[index(key)] - inner) * scale;
        r.qkv_gradient[index(at(query, 0, i))] += of_score * c.qkv[at(key, 1, i)];
        r.qkv_gradient[index(at(key, 1, i))] += of_score * c.qkv[at(query, 0, i)];
      }
  }
}

inline AttentionReference reference_attention(const AttentionCase& c) {
  const auto rows = static_cast<std::size_t>(c.tokens());
  AttentionReference r{std::vector<double>(rows * static_cast<std::size_t>(c.hidden())),
                       std::vector<double>(rows * static_cast<std::size_t>(3 * c.hidden())),
                       std::vector<double>(rows * static_cast<std::size_t>(c.heads))};
  for (std::int64_t text = 0; text < c.shape().texts; ++text)
    for (std::int64_t head = 0; head < c.heads; ++head) reference_head(c, text, head, r);
  return r;
}

}  // namespace mtl::tests

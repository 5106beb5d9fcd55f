// The attention kernels in plain C++: one query at a time, in float32. What the other sets are tested
// against, and what a processor without AVX2 runs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <mtl/detail/random.hpp>
#include <mtl/engine/attention_call.hpp>
#include <mtl/engine/attention_place.hpp>

namespace mtl::detail::portable {

/// The numbers of one head of a text as float32, and one row of scores.
struct AttentionRows {
  float *query, *key, *value, *out_gradient;  ///< [length, head_size]
  float *query_gradient, *key_gradient, *value_gradient;
  float *probability, *score_gradient;  ///< [length]

  AttentionRows(void* workspace, std::int64_t length, std::int64_t head_size) {
    auto* next = static_cast<float*>(workspace);
    for (float** part :
         {&query, &key, &value, &out_gradient, &query_gradient, &key_gradient, &value_gradient}) {
      *part = next;
      next += length * head_size;
    }
    probability = next;
    score_gradient = next + length;
  }

  static std::size_t bytes(std::int64_t length, std::int64_t head_size) {
    return static_cast<std::size_t>(length * (7 * head_size + 2)) * sizeof(float);
  }
};

/// Four numbers, in a register where the processor has such: a type of g++ and clang++ on every processor.
using Four [[gnu::vector_size(16)]] = float;

inline Four load_four(const float* from) {
  Four x;
  std::memcpy(&x, from, sizeof x);
  return x;
}

/// a . b of n numbers, a multiple of 8.
inline float dot(const float* a, const float* b, std::int64_t n) {
  Four even = {}, odd = {};
  for (std::int64_t i = 0; i < n; i += 8) {
    even += load_four(a + i) * load_four(b + i);
    odd += load_four(a + i + 4) * load_four(b + i + 4);
  }
  even += odd;
  return (even[0] + even[1]) + (even[2] + even[3]);
}

/// to += factor * from, n numbers, a multiple of 4.
inline void add_scaled(float* to, float factor, const float* from, std::int64_t n) {
  for (std::int64_t i = 0; i < n; i += 4) {
    const Four x = load_four(to + i) + factor * load_four(from + i);
    std::memcpy(to + i, &x, sizeof x);
  }
}

/// Copies `rows` rows of head_size numbers from `from`, whose rows are `stride` numbers apart.
inline void load_rows(NumberType type, const void* from, std::int64_t stride, std::int64_t rows,
                      std::int64_t head_size, float* to) {
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t i = 0; i < head_size; ++i)
      to[row * head_size + i] = load_number(type, from, row * stride + i);
}

inline void store_rows(NumberType type, const float* from, float factor, std::int64_t rows,
                       std::int64_t head_size, std::int64_t stride, void* to) {
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t i = 0; i < head_size; ++i)
      store_number(type, to, row * stride + i, factor * from[row * head_size + i]);
}

/// Adds the bias to query, key and value of one head of a text, where they stand.
inline void add_attention_bias(const AttentionForward& call, const AttentionPlace& at) {
  const auto hidden = call.shape.hidden();
  for (std::int64_t row = at.first; row < at.first + at.length; ++row)
    for (std::int64_t part = 0; part < 3; ++part)
      for (std::int64_t i = 0; i < call.shape.head_size; ++i) {
        const auto column = part * hidden + at.column + i;
        const auto place = row * 3 * hidden + column;
        store_number(call.shape.type, call.qkv, place,
                     load_number(call.shape.type, call.qkv, place) + call.bias[column]);
      }
}

/// Draws which keys a query keeps.
inline void draw_row(const DropoutMask& mask, std::uint64_t row, std::int64_t query, std::int64_t keys,
                     std::uint16_t* kept) {
  kept += query / 16 * padded_keys(keys);
  const auto bit = static_cast<std::uint16_t>(1U << query % 16);
  for (std::int64_t block = 0; block < keys; block += 8) {
    const auto words = mask.bits(row, static_cast<std::uint64_t>(block) / 8);
    for (std::int64_t i = 0; i < 8 && block + i < keys; ++i) {
      const auto word = words[static_cast<std::size_t>(i) / 2];
      auto& bits = kept[block + i];
      bits = static_cast<std::uint16_t>(
          (i % 2 ? word >> 16 : word & 0xFFFFU) >= mask.threshold ? bits | bit : bits & ~bit);
    }
  }
}

inline bool keeps(const std::uint16_t* kept, std::int64_t query, std::int64_t key, std::int64_t keys) {
  return kept[query / 16 * padded_keys(keys) + key] >> query % 16 & 1;
}

/// Fills `probability` with exp(score - largest score) of one query; returns log2 of the sum of exp(score).
inline float exponentials(const AttentionRows& rows, std::int64_t query, std::int64_t keys,
                          std::int64_t head_size, float& sum) {
  const float factor = score_factor(head_size);
  float largest = -INFINITY;
  for (std::int64_t key = 0; key < keys; ++key) {
    rows.probability[key] =
        factor * dot(rows.query + query * head_size, rows.key + key * head_size, head_size);
    largest = std::max(largest, rows.probability[key]);
  }
  sum = 0;
  for (std::int64_t key = 0; key < keys; ++key)
    sum += rows.probability[key] = std::exp2(rows.probability[key] - largest);
  return largest + std::log2(sum);
}

inline void attend_forward(const AttentionForward& call, const AttentionPlace& at, void* workspace) {
  const auto& shape = call.shape;
  const auto hidden = shape.hidden(), size = shape.head_size, keys = at.length;
  const AttentionRows rows(workspace, keys, size);
  if (call.bias) add_attention_bias(call, at);
  const void* const qkv = number_at(shape.type, call.qkv, at.first * 3 * hidden + at.column);
  float* const parts[] = {rows.query, rows.key, rows.value};
  for (std::int64_t part = 0; part < 3; ++part)
    load_rows(shape.type, number_at(shape.type, qkv, part * hidden), 3 * hidden, keys, size, parts[part]);
  std::uint16_t* const kept = call.dropout.threshold ? call.kept + at.bits : nullptr;
  for (std::int64_t query = 0; query < keys; ++query) {
    float sum = 0;
    call.log_sum_exp[at.head * shape.tokens() + at.first + query] =
        exponentials(rows, query, keys, size, sum);
    if (kept) draw_row(call.dropout, at.dropout_row(query, shape.heads), query, keys, kept);
    float* const gathered = rows.out_gradient;
    std::fill(gathered, gathered + size, 0.0F);
    for (std::int64_t key = 0; key < keys; ++key)
      if (!kept || keeps(kept, query, key, keys))
        add_scaled(gathered, rows.probability[key], rows.value + key * size, size);
    const float factor = (kept ? call.dropout.scale : 1) / sum;
    store_rows(shape.type, gathered, factor, 1, size, 0,
               number_at(shape.type, call.out, (at.first + query) * hidden + at.column));
  }
}

/// One query's part of the gradients. `inner`: out . out_gradient of the query.
inline void attend_backward_row(const AttentionBackward& call, const AttentionPlace& at,
                                const AttentionRows& rows, std::int64_t query, float inner) {
  const auto size = call.shape.head_size, keys = at.length;
  const float factor = score_factor(size),
              largest = call.log_sum_exp[at.first + query + at.head * call.shape.tokens()];
  const std::uint16_t* const kept = call.dropout.threshold ? call.kept + at.bits : nullptr;
  const float* const out_gradient = rows.out_gradient + query * size;
  for (std::int64_t key = 0; key < keys; ++key) {
    const float score = factor * dot(rows.query + query * size, rows.key + key * size, size);
    const float probability = std::exp2(score - largest);
    const float scale = !kept ? 1 : keeps(kept, query, key, keys) ? call.dropout.scale : 0;
    const float of_score = probability * (scale * dot(out_gradient, rows.value + key * size, size) - inner);
    add_scaled(rows.value_gradient + key * size, probability * scale, out_gradient, size);
    add_scaled(rows.key_gradient + key * size, of_score, rows.query + query * size, size);
    add_scaled(rows.query_gradient + query * size, of_score, rows.key + key * size, size);
  }
}

inline void attend_backward(const AttentionBackward& call, const AttentionPlace& at, void* workspace) {
  const auto& shape = call.shape;
  const auto hidden = shape.hidden(), size = shape.head_size, keys = at.length;
  const AttentionRows rows(workspace, keys, size);
  const void* const qkv = number_at(shape.type, call.qkv, at.first * 3 * hidden + at.column);
  float* const parts[] = {rows.query, rows.key, rows.value};
  for (std::int64_t part = 0; part < 3; ++part)
    load_rows(shape.type, number_at(shape.type, qkv, part * hidden), 3 * hidden, keys, size, parts[part]);
  const auto first = at.first * hidden + at.column;
  load_rows(shape.type, number_at(shape.type, call.out_gradient, first), hidden, keys, size,
            rows.out_gradient);
  std::fill(rows.query_gradient, rows.query_gradient + 3 * keys * size, 0.0F);
  for (std::int64_t query = 0; query < keys; ++query) {
    float inner = 0;
    for (std::int64_t i = 0; i < size; ++i)
      inner +=
          load_number(shape.type, call.out, first + query * hidden + i) * rows.out_gradient[query * size + i];
    attend_backward_row(call, at, rows, query, inner);
  }
  const float scale = 1 / std::sqrt(static_cast<float>(size));
  const float* const gradients[] = {rows.query_gradient, rows.key_gradient, rows.value_gradient};
  for (std::int64_t part = 0; part < 3; ++part) {
    const auto column = part * hidden + at.column;
    const float factor = part < 2 ? scale : 1;
    store_rows(shape.type, gradients[part], factor, keys, size, 3 * hidden,
               number_at(shape.type, call.qkv_gradient, at.first * 3 * hidden + column));
    if (!call.bias_sums) continue;
    float* const sums = call.bias_sums + at.text * 3 * hidden + column;
    std::fill(sums, sums + size, 0.0F);
    for (std::int64_t row = 0; row < keys; ++row)
      add_scaled(sums, factor, gradients[part] + row * size, size);
  }
}

inline std::size_t attention_workspace(const AttentionShape& shape) {
  return AttentionRows::bytes(most_tokens(shape), shape.head_size);
}

inline void attention_forward(const AttentionForward& call, std::int64_t begin, std::int64_t end,
                              void* workspace) {
  for (auto item = begin; item < end; ++item)
    attend_forward(call, AttentionPlace::of(call.shape, item), workspace);
}

inline void attention_backward(const AttentionBackward& call, std::int64_t begin, std::int64_t end,
                               void* workspace) {
  for (auto item = begin; item < end; ++item)
    attend_backward(call, AttentionPlace::of(call.shape, item), workspace);
}

}  // namespace mtl::detail::portable

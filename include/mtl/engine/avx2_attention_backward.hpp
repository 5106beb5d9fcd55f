// Attention backward with AVX2 and FMA. With p = exp2(score - log-sum-exp) and D = out . out_gradient, the
// gradient of a score is p (kept * dP / (1 - p_drop) - D).
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <mtl/engine/avx2_attention.hpp>

namespace mtl::detail::avx2 {

/// What 16 queries subtract; those behind the text have 0.
struct QueryNumbers {
  float log_sum_exp[16] = {}, inner[16] = {};
};

[[gnu::target("avx2,fma")]] inline QueryNumbers query_numbers(const AttentionBackward& call,
                                                              const AttentionPlace& at, const float* out_rows,
                                                              std::int64_t query) {
  const auto& shape = call.shape;
  QueryNumbers numbers;
  for (std::int64_t row = 0; row < std::min(queries_of_block, at.length - query); ++row) {
    const auto place = (at.first + query + row) * shape.hidden() + at.column;
    __m256 inner = _mm256_setzero_ps();
    for (std::int64_t i = 0; i < shape.head_size; i += 8)
      inner = _mm256_fmadd_ps(load(shape.type, call.out, place + i),
                              _mm256_loadu_ps(out_rows + (query + row) * shape.head_size + i), inner);
    numbers.inner[row] = sum_of_lanes(inner);
    numbers.log_sum_exp[row] = call.log_sum_exp[at.head * shape.tokens() + at.first + query + row];
  }
  return numbers;
}

/// Turns scores into probabilities times the dropout's factor, and gradients of probabilities into those of
/// scores.
[[gnu::target("avx2,fma")]] inline void score_gradients(const AttentionBackward& call,
                                                        const QueryNumbers& numbers,
                                                        const std::uint16_t* kept, std::int64_t keys,
                                                        float* scores, float* gradients) {
  const __m256 factor = _mm256_set1_ps(score_factor(call.shape.head_size)),
               scale = _mm256_set1_ps(kept ? call.dropout.scale : 1);
  for (std::int64_t half = 0; half < 2; ++half) {
    const __m256 log_sum_exp = _mm256_loadu_ps(numbers.log_sum_exp + 8 * half),
                 inner = _mm256_loadu_ps(numbers.inner + 8 * half);
    for (std::int64_t key = 0; key < keys; ++key) {
      const auto place = key * queries_of_block + 8 * half;
      const __m256 p = exp2(_mm256_fmsub_ps(_mm256_loadu_ps(scores + place), factor, log_sum_exp));
      __m256 keep = scale;
      if (kept) keep = _mm256_and_ps(keep, lanes_of_bits(static_cast<unsigned>(kept[key] >> 8 * half)));
      const __m256 difference = _mm256_fmsub_ps(_mm256_loadu_ps(gradients + place), keep, inner);
      _mm256_storeu_ps(gradients + place, _mm256_mul_ps(p, difference));
      _mm256_storeu_ps(scores + place, _mm256_mul_ps(p, keep));
    }
  }
}

/// Writes the gradients of query, key and value into the batch, and their sums over the text.
[[gnu::target("avx2,fma")]] inline void store_gradients(const AttentionBackward& call,
                                                        const AttentionPlace& at,
                                                        const AttentionParts& parts) {
  const auto hidden = call.shape.hidden(), size = call.shape.head_size;
  const float* const gradients[] = {parts.query_gradient, parts.key_gradient, parts.value_gradient};
  for (std::int64_t part = 0; part < 3; ++part) {
    const __m256 factor = _mm256_set1_ps(part < 2 ? 1 / std::sqrt(static_cast<float>(size)) : 1);
    const auto column = part * hidden + at.column;
    for (std::int64_t i = 0; i < size; i += 8) {
      __m256 sum = _mm256_setzero_ps();
      for (std::int64_t row = 0; row < at.length; ++row) {
        const __m256 x = _mm256_mul_ps(_mm256_loadu_ps(gradients[part] + row * size + i), factor);
        sum = _mm256_add_ps(sum, x);
        store(call.shape.type, call.qkv_gradient, (at.first + row) * 3 * hidden + column + i, x);
      }
      if (call.bias_sums) _mm256_storeu_ps(call.bias_sums + at.text * 3 * hidden + column + i, sum);
    }
  }
}

/// One head of one text.
[[gnu::target("avx2,fma")]] inline void attend_backward(const AttentionBackward& call,
                                                        const AttentionPlace& at, void* workspace) {
  const auto& shape = call.shape;
  const auto size = shape.head_size, keys = at.length, rows = padded_rows(keys), eights = padded_keys(keys);
  WorkspaceParts taken(workspace);
  const AttentionParts parts(taken, rows, size);
  pack_parts(shape, at, const_cast<void*>(call.qkv), nullptr, parts);
  void* const out_gradient = const_cast<void*>(call.out_gradient);
  pack_rows(shape.type, number_at(shape.type, out_gradient, at.first * shape.hidden() + at.column),
            shape.hidden(), keys, size, nullptr, parts.out_rows);
  transpose(parts.out_rows, rows, size, parts.out_columns);
  for (float* gradient : {parts.query_gradient, parts.key_gradient, parts.value_gradient})
    std::fill(gradient, gradient + rows * size, 0.0F);
  for (std::int64_t query = 0; query < keys; query += queries_of_block) {
    const auto* const kept = call.dropout.threshold ? call.kept + at.bits + query / 16 * eights : nullptr;
    score_block(parts.key_rows, parts.query_columns + query, eights, rows, size, parts.probabilities);
    score_block(parts.value_rows, parts.out_columns + query, eights, rows, size, parts.gradients);
    const auto numbers = query_numbers(call, at, parts.out_rows, query);
    score_gradients(call, numbers, kept, keys, parts.probabilities, parts.gradients);
    const ScalarOperand by_key{parts.probabilities, queries_of_block, 1};
    add_product(by_key, {parts.out_rows + query * size, size}, queries_of_block, parts.value_gradient, size,
                eights, size);
    add_product({parts.gradients, queries_of_block, 1}, {parts.query_rows + query * size, size},
                queries_of_block, parts.key_gradient, size, eights, size);
    add_product({parts.gradients, 1, queries_of_block}, {parts.key_rows, size}, keys,
                parts.query_gradient + query * size, size, queries_of_block, size);
  }
  store_gradients(call, at, parts);
}

[[gnu::target("avx2,fma")]] inline void attention_backward(const AttentionBackward& call, std::int64_t begin,
                                                           std::int64_t end, void* workspace) {
  for (auto item = begin; item < end; ++item)
    attend_backward(call, AttentionPlace::of(call.shape, item), workspace);
}

}  // namespace mtl::detail::avx2
#endif

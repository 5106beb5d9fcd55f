// In: the parts of a layer that work row by row, in their order. Out: all of them done: a few rows at a time
// go through all parts while they are in the cache, and no thread waits for the others between two parts.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include <ATen/ops/mm.h>

#include <mtl/engine/layer_task.hpp>

namespace mtl {

/// Stages are collected until run(). Where libtorch multiplies, for want of kernels, a product is done at
/// once for all rows, after what was collected. What a stage reads and writes must live until run().
class RowStages {
 public:
  RowStages(NumberType type, std::int64_t rows) : type_{type}, rows_{rows} {}

  /// A kernel whose items are blocks of rows.
  template <class Call>
  void kernel(void (*function)(const Call&, std::int64_t, std::int64_t), const Call& call) {
    stages_.emplace_back(
        [function, call](std::int64_t begin, std::int64_t end) { function(call, begin, end); });
  }

  /// out = in W^T, of in [rows, W.in] and out [rows, W.out].
  void forward(const torch::Tensor& in, const Operand& weight, const torch::Tensor& out) {
    if (weight.forward.defined()) return product(of(in, weight.in, weight.forward, weight.out, out));
    multiply(in, weight.plain.t(), out);
  }

  /// f(in W^T + bias), of in [rows, W.in], as `call` says, whose `in` is the memory of `place`, [rows,
  /// W.out].
  void activated(const torch::Tensor& in, const Operand& weight, const torch::Tensor& place,
                 const ActivationForward& call) {
    if (weight.forward.defined()) {
      auto fused = of(in, weight.in, weight.forward, weight.out, place);
      fused.out = call.out;
      fused.bias = call.bias;
      fused.activation = call.activation;
      fused.derivative = call.derivative ? call.in : nullptr;
      return product(fused);
    }
    multiply(in, weight.plain.t(), place);
    kernel(kernels().activation_forward, call);
  }

  /// out = in W, of in [rows, W.out] and out [rows, W.in].
  void backward(const torch::Tensor& in, const Operand& weight, const torch::Tensor& out) {
    if (weight.backward.defined()) return product(of(in, weight.out, weight.backward, weight.in, out));
    multiply(in, weight.plain, out);
  }

  void run() {
    if (stages_.empty()) return;
    const auto blocks = row_blocks(rows_);
    // Three blocks of 64 rows fill the tiles of a product; fewer where threads would go without.
    const auto grain = std::clamp<std::int64_t>(blocks / (8 * at::get_num_threads()), 1, 3);
    share_items(blocks, grain, [&](std::int64_t begin, std::int64_t end) {
      for (auto block = begin; block < end; block += grain)
        for (const auto& stage : stages_) stage(block, std::min(block + grain, end));
    });
    stages_.clear();
  }

 private:
  RowProduct of(const torch::Tensor& in, std::int64_t depth, const torch::Tensor& packed,
                std::int64_t columns, const torch::Tensor& out) const {
    return {.type = type_,
            .rows = rows_,
            .depth = depth,
            .columns = columns,
            .in = in.const_data_ptr(),
            .packed = packed.const_data_ptr(),
            .out = out.mutable_data_ptr(),
            .bias = nullptr,
            .activation = Activation::Gelu,
            .derivative = nullptr};
  }

  void product(const RowProduct& call) { kernel(kernels().products->multiply, call); }

  /// By libtorch, at once.
  void multiply(const torch::Tensor& in, const torch::Tensor& right, torch::Tensor out) {
    run();
    at::mm_out(out, in, right);
  }

  NumberType type_;
  std::int64_t rows_;
  std::vector<std::function<void(std::int64_t, std::int64_t)>> stages_;
};

}  // namespace mtl

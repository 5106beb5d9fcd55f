// In: the parts of a layer that work row by row, in their order. Out: all of them done. Where there are rows
// enough for all threads, a few at a time go through all parts while they are in the cache, and no thread
// waits for the others between two parts.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <ATen/ops/mm.h>

#include <mtl/engine/layer_task.hpp>

namespace mtl {

/// Stages are collected until run(). Where libtorch multiplies, for want of kernels, a product is done at
/// once for all rows, after what was collected. What a stage reads and writes must live until run().
class RowStages {
 public:
  explicit RowStages(const LayerTask& task)
      : type_{task.shape.type}, rows_{task.tokens()}, products_{task.operands.products} {}

  /// A kernel whose items are blocks of rows.
  template <class Call>
  void add(void (*function)(const Call&, std::int64_t, std::int64_t), const Call& call) {
    stages_.push_back(
        {[function, call](std::int64_t begin, std::int64_t end) { function(call, begin, end); }, {}});
  }

  /// out = in W^T, of in [rows, W.in] and out [rows, W.out].
  void forward(const torch::Tensor& in, const Operand& weight, const torch::Tensor& out) {
    if (weight.forward.defined())
      return add_product(row_product(in, weight.in, weight.forward, weight.out, out));
    multiply_now(in, weight.plain.t(), out);
  }

  /// f(in W^T + bias), of in [rows, W.in], as `call` says, whose `in` is the memory of `place`, [rows,
  /// W.out].
  void activated(const torch::Tensor& in, const Operand& weight, const torch::Tensor& place,
                 const ActivationForward& call) {
    if (weight.forward.defined()) {
      auto fused = row_product(in, weight.in, weight.forward, weight.out, place);
      fused.out = call.out;
      fused.bias = call.bias;
      fused.activation = call.activation;
      fused.derivative = call.derivative ? call.in : nullptr;
      return add_product(fused);
    }
    multiply_now(in, weight.plain.t(), place);
    add(kernels().activation_forward, call);
  }

  /// out = in W, of in [rows, W.out] and out [rows, W.in].
  void backward(const torch::Tensor& in, const Operand& weight, const torch::Tensor& out) {
    if (weight.backward.defined())
      return add_product(row_product(in, weight.out, weight.backward, weight.in, out));
    multiply_now(in, weight.plain, out);
  }

  void run() {
    const auto blocks = row_blocks(rows_), threads = std::int64_t{at::get_num_threads()};
    if (blocks < 2 * threads) return run_apart(blocks);
    // Three blocks of 64 rows fill the tiles of a product; fewer where threads would go without.
    const auto grain = std::clamp<std::int64_t>(blocks / (8 * threads), 1, 3);
    if (!stages_.empty())
      share_items(blocks, grain, [&](std::int64_t begin, std::int64_t end) {
        for (auto block = begin; block < end; block += grain)
          for (const auto& stage : stages_) stage.rows(block, std::min(block + grain, end));
      });
    stages_.clear();
  }

 private:
  /// What is done to blocks of rows; a product as itself too.
  struct Stage {
    std::function<void(std::int64_t, std::int64_t)> rows;
    std::optional<RowProduct> product;
  };

  /// Few rows for many threads: one stage after another, products shared by columns too.
  void run_apart(std::int64_t blocks) {
    for (const auto& stage : stages_) {
      if (!stage.product) {
        share_items(blocks, 1, stage.rows);
        continue;
      }
      const auto panels = weight_panels(stage.product->columns);
      share_items(blocks * panels, 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto item = begin; item < end; ++item) {
          auto part = *stage.product;
          part.first_panel = item % panels;
          part.panels = 1;
          products_->multiply(part, item / panels, item / panels + 1);
        }
      });
    }
    stages_.clear();
  }

  RowProduct row_product(const torch::Tensor& in, std::int64_t depth, const torch::Tensor& packed,
                         std::int64_t columns, const torch::Tensor& out) const {
    return {.type = type_,
            .rows = rows_,
            .depth = depth,
            .columns = columns,
            .in = in.const_data_ptr(),
            .packed = packed.const_data_ptr(),
            .out = out.mutable_data_ptr()};
  }

  void add_product(const RowProduct& call) {
    add(products_->multiply, call);
    stages_.back().product = call;
  }

  /// By libtorch, behind all that was collected.
  void multiply_now(const torch::Tensor& in, const torch::Tensor& right, torch::Tensor out) {
    run();
    at::mm_out(out, in, right);
  }

  NumberType type_;
  std::int64_t rows_;
  const ProductKernels* products_;
  std::vector<Stage> stages_;
};

}  // namespace mtl

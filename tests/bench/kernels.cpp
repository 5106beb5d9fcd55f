// What the engine's kernels cost: microseconds a token on one thread, best of several runs, by the clock on
// the wall and by the processor time that the run was given. A run that got less than the wall shows was
// disturbed.
//
// Usage: bench_kernels [kernel set, or "" for the fastest] [texts' tokens] [head size] [hidden]
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <mtl/detail/random.hpp>
#include <mtl/engine/kernels.hpp>

namespace {

using mtl::NumberType;

double processor_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Cost {
  double wall = 1e9, processor = 1e9;
};

/// The cheapest of the runs that fit into half a second, at least 5.
Cost measure(const std::function<void()>& run) {
  using clock = std::chrono::steady_clock;
  const auto start = clock::now();
  Cost best;
  for (int i = 0; i < 5 || std::chrono::duration<double>(clock::now() - start).count() < 0.5; ++i) {
    const auto wall = clock::now();
    const double processor = processor_seconds();
    run();
    best.processor = std::min(best.processor, processor_seconds() - processor);
    best.wall = std::min(best.wall, std::chrono::duration<double>(clock::now() - wall).count());
  }
  return best;
}

/// Numbers of either type, normal times `scale`.
std::vector<float> normal(NumberType type, std::int64_t count, float scale = 1) {
  std::vector<float> numbers(static_cast<std::size_t>(count));  // room for either type
  const mtl::RandomStream stream(5);
  std::vector<float> some(4093);
  for (std::size_t i = 0; i < some.size(); ++i) some[i] = scale * static_cast<float>(stream.normal(i));
  for (std::int64_t i = 0; i < count; ++i)
    mtl::store_number(type, numbers.data(), i, some[static_cast<std::size_t>(i) % some.size()]);
  return numbers;
}

class Bench {
 public:
  Bench(std::int64_t length, std::int64_t head_size, std::int64_t hidden)
      : length_{length}, texts_{std::max<std::int64_t>(1, 2048 / length)}, size_{head_size}, hidden_{hidden} {
    for (std::int64_t i = 0; i <= texts_; ++i) starts_.push_back(i * length);
  }

  void run(const mtl::Kernels& kernels) {
    fmt::print(
        "{}: texts of {} tokens, head size {}, hidden {}; microseconds a token, one thread: processor "
        "(wall)\n",
        kernels.name, length_, size_, hidden_);
    for (const auto type : {NumberType::Bfloat16, NumberType::Float32}) {
      for (const double p : {0.0, 0.1}) attention(kernels, type, p);
      layer(kernels, type);
      if (kernels.products) products(*kernels.products, type);
    }
  }

 private:
  std::int64_t tokens() const { return starts_.back(); }

  void print(NumberType type, const std::string& what, const Cost& cost, std::int64_t tokens) const {
    const double to = 1e6 / static_cast<double>(tokens);
    fmt::print("{:9} {:32} {:8.3f} ({:.3f})\n", type == NumberType::Float32 ? "float32" : "bfloat16", what,
               cost.processor * to, cost.wall * to);
  }

  void attention(const mtl::Kernels& kernels, NumberType type, double p) const {
    const mtl::AttentionShape shape{type, hidden_ / size_, size_, texts_, starts_.data()};
    auto qkv = normal(type, tokens() * 3 * hidden_);
    auto out = normal(type, tokens() * hidden_);
    const auto gradient = normal(type, tokens() * hidden_);
    auto qkv_gradient = qkv;
    std::vector<float> log_sum_exp(static_cast<std::size_t>(tokens() * shape.heads));
    std::vector<float> sums(static_cast<std::size_t>(texts_ * 3 * hidden_));
    std::vector<float> bias(static_cast<std::size_t>(3 * hidden_));
    std::vector<std::uint16_t> kept(static_cast<std::size_t>(mtl::attention_bits(shape)));
    const auto bytes = (kernels.attention_workspace(shape) + 63) / 64 * 64;
    void* const workspace = std::aligned_alloc(64, bytes);
    const auto mask = mtl::DropoutMask::make(1234567, p);
    const mtl::AttentionForward forward{shape,       qkv.data(), bias.data(), out.data(), log_sum_exp.data(),
                                        kept.data(), mask};
    const mtl::AttentionBackward backward{shape,       qkv.data(), out.data(),      log_sum_exp.data(),
                                          kept.data(), mask,       gradient.data(), qkv_gradient.data(),
                                          sums.data()};
    print(type, fmt::format("attention forward, dropout {}", p),
          measure([&] { kernels.attention_forward(forward, 0, shape.items(), workspace); }), tokens());
    print(type, fmt::format("attention backward, dropout {}", p),
          measure([&] { kernels.attention_backward(backward, 0, shape.items(), workspace); }), tokens());
    std::free(workspace);
  }

  void layer(const mtl::Kernels& kernels, NumberType type) const {
    const auto rows = tokens(), columns = 4 * hidden_, blocks = mtl::row_blocks(rows);
    auto wide = normal(type, rows * columns), other = wide, in = normal(type, rows * hidden_),
         in_gradient = in, normalised = in;
    const auto past = normal(NumberType::Float32, rows * hidden_);
    auto past_out = past;
    std::vector<float> sums(static_cast<std::size_t>(blocks * columns)), more = sums, most = sums;
    std::vector<float> scale(static_cast<std::size_t>(columns), 1.0F),
        inverse_sd(static_cast<std::size_t>(rows));
    std::vector<std::uint32_t> kept(static_cast<std::size_t>(rows * mtl::mask_words(hidden_)));
    print(type, "bias + GELU forward", measure([&] {
            kernels.activation_forward({.type = type,
                                        .rows = rows,
                                        .columns = columns,
                                        .in = wide.data(),
                                        .bias = scale.data(),
                                        .out = other.data()},
                                       0, blocks);
          }),
          rows);
    for (float* const bias_sums : {static_cast<float*>(nullptr), sums.data()})
      print(type, bias_sums ? "GELU backward, bias sums" : "GELU backward", measure([&] {
              kernels.activation_backward({.type = type,
                                           .rows = rows,
                                           .columns = columns,
                                           .derivative = wide.data(),
                                           .gradient = other.data(),
                                           .bias_sums = bias_sums},
                                          0, blocks);
            }),
            rows);
    for (const double p : {0.0, 0.1}) {  // with the arguments that the engine gives
      const auto mask = mtl::DropoutMask::make(77, p);
      print(type, fmt::format("norm forward, dropout {}", p), measure([&] {
              kernels.norm_forward({.type = type,
                                    .rows = rows,
                                    .columns = hidden_,
                                    .in = in.data(),
                                    .bias = scale.data(),
                                    .wide_residual = past.data(),
                                    .scale = scale.data(),
                                    .shift = scale.data(),
                                    .out = in.data(),
                                    .wide_out = type == NumberType::Float32 ? nullptr : past_out.data(),
                                    .normalised = normalised.data(),
                                    .inverse_sd = inverse_sd.data(),
                                    .dropout = mask,
                                    .kept = kept.data()},
                                   0, blocks);
            }),
            rows);
      for (const bool learns : {false, true})
        print(type, fmt::format("norm backward, dropout {}{}", p, learns ? ", sums" : ""), measure([&] {
                kernels.norm_backward({.type = type,
                                       .rows = rows,
                                       .columns = hidden_,
                                       .gradient = in.data(),
                                       .wide_gradient = past.data(),
                                       .scale = scale.data(),
                                       .normalised = normalised.data(),
                                       .inverse_sd = inverse_sd.data(),
                                       .dropout = mask,
                                       .kept = kept.data(),
                                       .wide_residual_gradient = past_out.data(),
                                       .in_gradient = in_gradient.data(),
                                       .scale_sums = learns ? sums.data() : nullptr,
                                       .shift_sums = learns ? more.data() : nullptr,
                                       .bias_sums = learns ? most.data() : nullptr},
                                      0, blocks);
              }),
              rows);
    }
  }

  /// Those of the feed-forward layer's first weight: forward, forward with bias and GELU, and its gradient.
  void products(const mtl::ProductKernels& kernels, NumberType type) const {
    const auto rows = tokens(), wide = 4 * hidden_;
    const auto in = normal(type, rows * hidden_), weight = normal(type, wide * hidden_, 0.05F);
    auto packed = normal(type, mtl::packed_numbers(hidden_, wide)), out = normal(type, rows * wide),
         other = out;
    const std::vector<float> bias(static_cast<std::size_t>(wide));
    kernels.pack({type, hidden_, wide, weight.data(), true, packed.data()}, 0, mtl::weight_panels(wide));
    mtl::RowProduct product{type, rows, hidden_, wide, in.data(), packed.data(), out.data()};
    const auto multiply = [&] {
      for (std::int64_t block = 0; block < mtl::row_blocks(rows); block += 3)
        kernels.multiply(product, block, std::min(block + 3, mtl::row_blocks(rows)));
    };
    print(type, "product with a weight", measure(multiply), rows);
    product.bias = bias.data();
    product.derivative = other.data();
    print(type, "product, bias, GELU", measure(multiply), rows);
    std::vector<float> gradient(static_cast<std::size_t>(wide * hidden_));
    const mtl::WeightGradient call{type, rows, wide, hidden_, out.data(), in.data(), gradient.data()};
    void* const workspace = std::aligned_alloc(64, (kernels.gradient_workspace() + 63) / 64 * 64);
    print(type, "gradient of a weight",
          measure([&] { kernels.weight_gradient(call, 0, call.items(), workspace); }), rows);
    std::free(workspace);
  }

  std::int64_t length_, texts_, size_, hidden_;
  std::vector<std::int64_t> starts_;
};

}  // namespace

int main(int count, char** arguments) try {
  const auto number = [&](int i, std::int64_t otherwise) {
    return count > i ? std::strtoll(arguments[i], nullptr, 10) : otherwise;
  };
  if (count > 1) mtl::use_kernels(arguments[1]);
  Bench(number(2, 512), number(3, 32), number(4, 384)).run(mtl::kernels());
} catch (const std::exception& problem) {
  fmt::print(stderr, "bench_kernels: {}\n", problem.what());
  return 2;
}

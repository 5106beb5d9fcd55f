// Which computation of the encoder is used, and in which number type. Torch-free.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <mtl/detail/error.hpp>
#include <mtl/engine/number_type.hpp>
#include <mtl/engine/processor.hpp>

namespace mtl {

/// Two computations of the same function. Plain is the reference: libtorch's operators and its autograd.
/// Fast has kernels and a backward pass of its own, on a CPU.
enum class Engine : std::uint8_t { Fast, Plain };

/// Bfloat16 where the processor multiplies it in hardware, else Float32.
inline NumberType natural_precision() {
  return has_avx512_bf16() ? NumberType::Bfloat16 : NumberType::Float32;
}

/// Fast, but for processors that have only the portable kernels, which are there to be right.
inline Engine natural_engine() { return has_avx2() ? Engine::Fast : Engine::Plain; }

struct EngineOptions {
  Engine engine = natural_engine();
  NumberType precision =
      natural_precision();  ///< of Fast: what it stores and multiplies; Plain has the weights'
};

constexpr std::string_view name_of(Engine engine) { return engine == Engine::Fast ? "fast" : "plain"; }

constexpr std::string_view name_of(NumberType precision) {
  return precision == NumberType::Bfloat16 ? "bf16" : "fp32";
}

/// The engine called "fast" or "plain", or natural_engine() for "auto". Throws Error for another name.
inline Engine engine_named(std::string_view name) {
  if (name == "auto") return natural_engine();
  for (const auto engine : {Engine::Fast, Engine::Plain})
    if (name == name_of(engine)) return engine;
  throw Error(fmt::format("there is no engine '{}'; there are 'auto', 'fast' and 'plain'", name));
}

/// The precision called "bf16" or "fp32", or natural_precision() for "auto". Throws Error for another name.
inline NumberType precision_named(std::string_view name) {
  if (name == "auto") return natural_precision();
  for (const auto precision : {NumberType::Bfloat16, NumberType::Float32})
    if (name == name_of(precision)) return precision;
  throw Error(fmt::format("there is no precision '{}'; there are 'auto', 'bf16' and 'fp32'", name));
}

/// As in provenance: "fast bf16", "fast fp32" or "plain fp32".
inline std::string describe(const EngineOptions& options) {
  if (options.engine == Engine::Plain) return "plain fp32";
  return fmt::format("{} {}", name_of(options.engine), name_of(options.precision));
}

}  // namespace mtl

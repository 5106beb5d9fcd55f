// The CPU kernels in use: the best set that the processor has, unless MTL_KERNELS or use_kernels() names
// another. No compiler flag is needed: each set carries its instructions in the attributes of its functions.
#pragma once

#include <array>
#include <atomic>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include <mtl/detail/error.hpp>
#include <mtl/engine/avx2.hpp>
#include <mtl/engine/avx512.hpp>
#include <mtl/engine/kernel_table.hpp>
#include <mtl/engine/portable.hpp>
#include <mtl/engine/processor.hpp>

namespace mtl {

namespace detail {

/// A set of kernels and whether this processor has its instructions.
struct KernelChoice {
  const Kernels* kernels;
  bool supported;
};

/// Every set, the fastest first.
inline auto kernel_choices() {
  return std::to_array<KernelChoice>({
#if defined(__x86_64__)
    {&avx512_kernels, has_avx512_bf16()}, {&avx2_kernels, has_avx2()},
#endif
        {&portable_kernels, true},
  });
}

/// The set of that name among `choices`, or the first that is supported without one.
inline const Kernels& choose_kernels(std::string_view name, std::span<const KernelChoice> choices) {
  std::string names;
  for (const auto& choice : choices) {
    const bool named = choice.kernels->name == name;
    require(
        !named || choice.supported,
        "kernels: this processor lacks the instructions of \"{}\"; leave MTL_KERNELS unset to use the best "
        "set that it has",
        name);
    if (named || (name.empty() && choice.supported)) return *choice.kernels;
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", choice.kernels->name);
  }
  throw Error(fmt::format("kernels: there is no set \"{}\" (MTL_KERNELS or use_kernels()); there are {}",
                          name, names));
}

inline const Kernels& choose_kernels(std::string_view name) { return choose_kernels(name, kernel_choices()); }

inline std::atomic<const Kernels*>& kernels_in_use() {
  static std::atomic<const Kernels*> kernels{[] {
    const char* const name = std::getenv("MTL_KERNELS");
    return &choose_kernels(name ? name : "");
  }()};
  return kernels;
}

}  // namespace detail

/// The kernels in use. The first call chooses them; throws Error when MTL_KERNELS names a set that does not
/// exist or that this processor cannot run.
inline const Kernels& kernels() { return *detail::kernels_in_use().load(); }

/// The name of the kernels in use: "avx512", "avx2" or "portable".
inline std::string_view active_kernels() { return kernels().name; }

/// Whether this processor can run the set of that name.
inline bool has_kernels(std::string_view name) {
  for (const auto& choice : detail::kernel_choices())
    if (choice.kernels->name == name) return choice.supported;
  return false;
}

/// Forces a set by name, or the fastest with "". A forward and its backward pass must use the same set.
/// Throws Error like kernels().
inline void use_kernels(std::string_view name) {
  detail::kernels_in_use().store(&detail::choose_kernels(name));
}

}  // namespace mtl

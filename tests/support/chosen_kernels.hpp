// A test body, run with every set of kernels that the processor has, whatever the set in use.
#pragma once

#include <support/catch.hpp>

#include <string>
#include <string_view>

#include <mtl/engine/kernels.hpp>

namespace mtl::tests {

/// Chooses kernels; those that were in use before again at its end, also when a test throws.
class ChosenKernels {
 public:
  explicit ChosenKernels(std::string_view name) : before_{active_kernels()} { use_kernels(name); }
  ~ChosenKernels() { use_kernels(before_); }
  ChosenKernels(const ChosenKernels&) = delete;
  ChosenKernels& operator=(const ChosenKernels&) = delete;

 private:
  std::string before_;
};

/// Calls test() once with each set that this processor runs; active_kernels() names it, and so does a CHECK
/// that fails.
template <class Test>
void with_every_kernel_set(const Test& test) {
  for (const auto& choice : detail::kernel_choices()) {
    if (!choice.supported) continue;
    const ChosenKernels chosen(choice.kernels->name);
    INFO("kernels: " << active_kernels());
    REQUIRE(active_kernels() == choice.kernels->name);
    test();
  }
}

}  // namespace mtl::tests

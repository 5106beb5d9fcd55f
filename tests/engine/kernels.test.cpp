// Which set of kernels is used, and who says so.
#include <cstdlib>
#include <set>
#include <string>

#include <mtl/engine/kernels.hpp>

#include "numbers.hpp"

#include <support/catch.hpp>

namespace kernels_tests {

TEST_CASE("every set can be forced by name, and the fastest is the default", "[engine]") {
  const std::string before(mtl::active_kernels());
  const auto sets = mtl::tests::runnable_kernels();
  for (const auto* kernels : sets) {
    mtl::use_kernels(kernels->name);
    CHECK(mtl::active_kernels() == kernels->name);
    CHECK(&mtl::kernels() == kernels);
    CHECK(mtl::has_kernels(kernels->name));
  }
  mtl::use_kernels("");
  CHECK(mtl::active_kernels() == sets.front()->name);
  mtl::use_kernels(before);
}

TEST_CASE("a set that does not exist is refused by name", "[engine]") {
  CHECK_THROWS_WITH(mtl::use_kernels("sse9"), Catch::Contains("sse9") && Catch::Contains("portable"));
  CHECK_FALSE(mtl::has_kernels("sse9"));
}

TEST_CASE("a set whose instructions are missing is refused", "[engine]") {
  for (const auto& choice : mtl::detail::kernel_choices())
    if (!choice.supported)
      CHECK_THROWS_WITH(mtl::use_kernels(choice.kernels->name), Catch::Contains("this processor lacks"));
  const mtl::Kernels other{.name = "other"};
  const mtl::detail::KernelChoice choices[] = {{&other, false}, {&mtl::portable_kernels, true}};
  CHECK_THROWS_WITH(mtl::detail::choose_kernels("other", choices), Catch::Contains("this processor lacks"));
  CHECK(&mtl::detail::choose_kernels("", choices) == &mtl::portable_kernels);
}

TEST_CASE("every set has every kernel and a name of its own", "[engine]") {
  std::set<std::string> names;
  for (const auto& choice : mtl::detail::kernel_choices()) {
    const auto& k = *choice.kernels;
    CHECK(names.insert(k.name).second);
    CHECK((k.attention_workspace && k.attention_forward && k.attention_backward && k.activation_forward &&
           k.activation_backward && k.norm_forward && k.norm_backward));
    if (k.products)
      CHECK((k.products->pack && k.products->multiply && k.products->gradient_workspace &&
             k.products->gradient_items > 0 && k.products->weight_gradient));
  }
}

}  // namespace kernels_tests

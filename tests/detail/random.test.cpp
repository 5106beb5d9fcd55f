// Philox against the known answers that its authors publish with it (Random123, kat_vectors).
#include <array>
#include <cstdint>

#include <mtl/detail/random.hpp>
#include <mtl/model/dropout_mask.hpp>

#include <support/catch.hpp>

namespace random_tests {

using Words = std::array<std::uint32_t, 4>;

/// A key, a counter, and what 7 and 10 rounds make of them.
struct KnownAnswer {
  std::uint64_t key, low, high;
  Words seven, ten;
};

constexpr std::uint64_t ones = ~std::uint64_t{0};
constexpr std::array<KnownAnswer, 3> known_answers{{
    {0,
     0,
     0,
     {0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48},
     {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {ones,
     ones,
     ones,
     {0x5207ddc2, 0x45165e59, 0x4d8ee751, 0x8c52f662},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {0x299f31d0a4093822,
     0x85a308d3243f6a88,
     0x0370734413198a2e,
     {0x4dfccaba, 0x190a87f0, 0xc47362ba, 0xb6b5242a},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
}};

TEST_CASE("Philox gives its authors' known answers, with ten rounds and with seven", "[detail]") {
  for (const auto& known : known_answers) {
    CHECK(mtl::philox(known.key, known.low, known.high) == known.ten);
    CHECK(mtl::philox(known.key, known.low, known.high, 7) == known.seven);
    CHECK(mtl::DropoutMask{known.key}.bits(known.low, known.high) == known.seven);
  }
}

}  // namespace random_tests

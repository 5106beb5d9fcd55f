// Arrays of either number type for the tests of kernels, and how far results are from a reference in double.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <mtl/detail/random.hpp>
#include <mtl/engine/kernels.hpp>

namespace mtl::tests {

/// An array of `type`, exactly as large as its numbers, so that AddressSanitizer sees every step outside.
struct Numbers {
  NumberType type;
  std::vector<std::byte> bytes;

  Numbers(NumberType of, std::int64_t count)
      : type{of}, bytes(static_cast<std::size_t>(count) * bytes_of(of)) {}

  std::int64_t size() const { return static_cast<std::int64_t>(bytes.size() / bytes_of(type)); }
  void* data() { return bytes.data(); }
  const void* data() const { return bytes.data(); }
  double operator[](std::int64_t i) const { return load_number(type, bytes.data(), i); }
  void set(std::int64_t i, double x) { store_number(type, bytes.data(), i, static_cast<float>(x)); }
  bool operator==(const Numbers&) const = default;

  /// Normal numbers times `scale`.
  static Numbers normal(NumberType type, std::int64_t count, const char* name, double scale = 1) {
    Numbers numbers(type, count);
    const auto stream = RandomStream(7).named(name);
    for (std::int64_t i = 0; i < count; ++i)
      numbers.set(i, scale * stream.normal(static_cast<std::uint64_t>(i)));
    return numbers;
  }
};

inline std::vector<float> normal_floats(std::int64_t count, const char* name, double scale = 1) {
  std::vector<float> numbers(static_cast<std::size_t>(count));
  const auto stream = RandomStream(11).named(name);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(scale * stream.normal(i));
  return numbers;
}

/// |a - b| / |b| in the Euclidean norm. NaN where a has one.
template <class Array>
double distance(const Array& a, const std::vector<double>& b) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    const double x = a[static_cast<decltype(a.size())>(i)] - b[i];
    difference += x * x;
    norm += b[i] * b[i];
  }
  return std::sqrt(difference / norm);
}

/// The kernel sets that this processor can run.
inline std::vector<const Kernels*> runnable_kernels() {
  std::vector<const Kernels*> sets;
  for (const auto& choice : detail::kernel_choices())
    if (choice.supported) sets.push_back(choice.kernels);
  return sets;
}

inline std::string name_of(NumberType type) { return type == NumberType::Float32 ? "float32" : "bfloat16"; }

}  // namespace mtl::tests

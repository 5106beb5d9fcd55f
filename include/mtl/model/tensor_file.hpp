// Tensors as safetensors files: in, named tensors or a path; out, the same on the other side, bit for bit.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/safetensors.hpp>

namespace mtl {

namespace detail {

inline constexpr std::array<std::pair<Dtype, torch::ScalarType>, 11> torch_types{
    {{Dtype::BOOL, torch::kBool},
     {Dtype::U8, torch::kUInt8},
     {Dtype::I8, torch::kInt8},
     {Dtype::I16, torch::kInt16},
     {Dtype::F16, torch::kHalf},
     {Dtype::BF16, torch::kBFloat16},
     {Dtype::I32, torch::kInt32},
     {Dtype::F32, torch::kFloat},
     {Dtype::I64, torch::kInt64},
     {Dtype::F64, torch::kDouble},
     {Dtype::C64, torch::kComplexFloat}}};

}  // namespace detail

/// A stored tensor, copied into memory of its own (its bytes need not be aligned for its type).
/// Throws Error for a type that is not read into tensors here.
inline torch::Tensor read_tensor(const TensorView& stored) {
  const auto* const type =
      std::ranges::find(detail::torch_types, stored.dtype, &std::pair<Dtype, torch::ScalarType>::first);
  require(type != detail::torch_types.end(), "tensor '{}' is of type {}, which cannot be read", stored.name,
          dtype_name(stored.dtype));
  auto tensor = torch::empty(stored.shape, type->second);
  if (!stored.bytes.empty()) std::memcpy(tensor.mutable_data_ptr(), stored.bytes.data(), stored.bytes.size());
  return tensor;
}

/// The same of one tensor of a safetensors file.
inline torch::Tensor read_tensor(const SafetensorsFile& file, const TensorEntry& entry) {
  return read_tensor({entry.name, entry.dtype, entry.shape, file.bytes(entry)});
}

/// Writes named tensors, of any device and layout, to a safetensors file (see write_safetensors).
inline void write_tensors(const std::string& path,
                          const std::vector<std::pair<std::string, torch::Tensor>>& tensors,
                          const std::map<std::string, std::string>& metadata = {}) {
  std::vector<torch::Tensor> kept;  // their bytes must live until they are written
  std::vector<TensorView> entries;
  for (const auto& [name, value] : tensors) {
    const auto& plain = kept.emplace_back(value.detach().to(torch::kCPU).contiguous());
    const auto* const type = std::ranges::find(detail::torch_types, plain.scalar_type(),
                                               &std::pair<Dtype, torch::ScalarType>::second);
    require(type != detail::torch_types.end(), "{}: tensor '{}' has a type that cannot be written", path,
            name);
    const auto* const bytes = static_cast<const char*>(plain.const_data_ptr());
    entries.push_back({name, type->first, plain.sizes().vec(), {bytes, plain.nbytes()}});
  }
  write_safetensors(path, entries, metadata);
}

}  // namespace mtl

// In: tensors as bytes. Out: a safetensors file, whole or not at all, the same bytes for the same tensors.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/detail/error.hpp>
#include <mtl/store/atomic_file.hpp>
#include <mtl/store/tensor_view.hpp>

namespace mtl {

namespace detail {

/// Wide types first, then by name: every tensor begins aligned for its type, whatever order they came in.
inline std::vector<const TensorView*> order_to_write(std::span<const TensorView> tensors,
                                                     const std::string& path) {
  std::vector<const TensorView*> order;
  for (const auto& tensor : tensors) {
    const auto bytes = tensor_bytes(tensor.dtype, tensor.shape);
    require(bytes && *bytes == tensor.bytes.size(),
            "{}: tensor '{}' has {} bytes, which is not what its shape needs", path, tensor.name,
            tensor.bytes.size());
    require(tensor.name != "__metadata__", "{}: no tensor can be named __metadata__", path);
    order.push_back(&tensor);
  }
  std::ranges::sort(order, [](const TensorView* a, const TensorView* b) {
    const auto wide_a = dtype_bytes(a->dtype), wide_b = dtype_bytes(b->dtype);
    return wide_a != wide_b ? wide_a > wide_b : a->name < b->name;
  });
  return order;
}

/// The header with its length in front, padded with spaces to a multiple of 8 bytes.
inline std::string header_text(const std::vector<const TensorView*>& order,
                               const std::map<std::string, std::string>& metadata, const std::string& path) {
  nlohmann::ordered_json json;
  json["__metadata__"] = metadata;
  std::uint64_t begin = 0;
  for (const auto* tensor : order) {
    require(!json.contains(tensor->name), "{}: two tensors are named '{}'", path, tensor->name);
    json[tensor->name] = {{"dtype", dtype_name(tensor->dtype)},
                          {"shape", tensor->shape},
                          {"data_offsets", {begin, begin + tensor->bytes.size()}}};
    begin += tensor->bytes.size();
  }
  std::string text = json.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string length(8, '\0');
  for (unsigned i = 0; i < 8; ++i) length[i] = static_cast<char>(text.size() >> (8 * i) & 0xFF);
  return length + text;
}

}  // namespace detail

/// Writes the tensors to `path`, atomically and in blocks: nothing is copied. The metadata always says
/// {"format": "pt"}, which other readers ask for.
///
/// Throws Error when two tensors have one name, when a tensor's bytes do not fit its shape, when a text is
/// not UTF-8; and as AtomicFile does.
inline void write_safetensors(const std::string& path, std::span<const TensorView> tensors,
                              std::map<std::string, std::string> metadata = {}) {
  metadata.emplace("format", "pt");
  const auto order = detail::order_to_write(tensors, path);
  std::string header;
  try {
    header = detail::header_text(order, metadata, path);
  } catch (const nlohmann::json::exception& problem) {
    throw Error(fmt::format("{}: a name or its metadata cannot be written: {}", path, problem.what()));
  }
  AtomicFile file(path);
  file.write(header);
  for (const auto* tensor : order) file.write(tensor->bytes);
  file.commit();
}

}  // namespace mtl

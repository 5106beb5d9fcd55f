// In: the header of a safetensors file. Out: its tensors and metadata, checked against the file's size.
// Source: the safetensors format, version 0.4; every rule of its strict reader is obeyed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/dtype.hpp>
#include <mtl/store/safetensors_header_reader.hpp>

namespace mtl {

namespace detail {

/// No name stands twice.
inline void check_names(const std::vector<TensorEntry>& tensors, const std::string& path) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const auto& tensor : tensors) names.push_back(tensor.name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  require(twice == names.end(), "{}: its header has the key \"{}\" twice; the file is damaged or forged",
          path, twice == names.end() ? "" : *twice);
}

/// The first tensor begins at 0, each next one where the last ended, and the last ends with the file.
inline void check_layout(const std::vector<TensorEntry>& tensors, std::uint64_t data,
                         const std::string& path) {
  std::uint64_t end = 0;
  for (const auto& tensor : tensors) end = std::max(end, tensor.end);
  require(end <= data,
          "{}: is cut short: its tensors need {} bytes of data, {} are there; was the download interrupted?",
          path, end, data);
  end = 0;
  for (const auto& tensor : tensors) {
    require(tensor.begin >= end, "{}: tensor '{}' overlaps the one before it; the file is damaged or forged",
            path, tensor.name);
    require(tensor.begin == end,
            "{}: {} bytes before tensor '{}' belong to no tensor; the file is damaged or forged", path,
            tensor.begin - end, tensor.name);
    end = tensor.end;
  }
  require(end == data,
          "{}: {} bytes behind the last tensor belong to no tensor; the file is damaged or forged", path,
          data - end);
}

}  // namespace detail

/// Reads the JSON text of a header. `data`: bytes of the file behind it. `path` is named in errors.
/// Takes memory for the tensors it finds, and for nothing that the header only claims.
inline SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data,
                                                  const std::string& path) {
  require(text.starts_with('{'), "{}: is not a safetensors file: its header does not begin with {{", path);
  SafetensorsHeader header;
  detail::SafetensorsHeaderReader(header, path).read(text, path + ": its header");
  detail::check_names(header.tensors, path);
  std::ranges::sort(header.tensors, [](const TensorEntry& a, const TensorEntry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  detail::check_layout(header.tensors, data, path);
  return header;
}

}  // namespace mtl

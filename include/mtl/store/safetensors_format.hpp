// In: the header of a safetensors file. Out: its tensors and metadata, checked against the file's size.
// Source: the safetensors format, version 0.4; every rule of its strict reader is obeyed.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/detail/error.hpp>

namespace mtl {

/// Element types of a safetensors file, named as in the file. Types narrower than a byte are not supported.
enum class Dtype { BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, F16, BF16, I32, U32, F32, I64, U64, F64, C64 };

/// A tensor of a file: bytes begin .. end of the data behind the header, little-endian, row by row.
struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::F32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

/// What a header says.
struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;  ///< in the order of their bytes
  std::map<std::string, std::string> metadata;
};

namespace detail {

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  std::uint64_t bytes;
};

inline constexpr std::array<DtypeRow, 16> dtype_table{{{Dtype::BOOL, "BOOL", 1},
                                                       {Dtype::U8, "U8", 1},
                                                       {Dtype::I8, "I8", 1},
                                                       {Dtype::F8_E5M2, "F8_E5M2", 1},
                                                       {Dtype::F8_E4M3, "F8_E4M3", 1},
                                                       {Dtype::I16, "I16", 2},
                                                       {Dtype::U16, "U16", 2},
                                                       {Dtype::F16, "F16", 2},
                                                       {Dtype::BF16, "BF16", 2},
                                                       {Dtype::I32, "I32", 4},
                                                       {Dtype::U32, "U32", 4},
                                                       {Dtype::F32, "F32", 4},
                                                       {Dtype::I64, "I64", 8},
                                                       {Dtype::U64, "U64", 8},
                                                       {Dtype::F64, "F64", 8},
                                                       {Dtype::C64, "C64", 8}}};

}  // namespace detail

/// "F32", ...
inline std::string_view dtype_name(Dtype dtype) {
  return std::ranges::find(detail::dtype_table, dtype, &detail::DtypeRow::dtype)->name;
}

/// Bytes of one element.
inline std::uint64_t dtype_bytes(Dtype dtype) {
  return std::ranges::find(detail::dtype_table, dtype, &detail::DtypeRow::dtype)->bytes;
}

/// The type of that name, if it is a supported one.
inline std::optional<Dtype> find_dtype(std::string_view name) {
  const auto found = std::ranges::find(detail::dtype_table, name, &detail::DtypeRow::name);
  return found == detail::dtype_table.end() ? std::nullopt : std::optional{found->dtype};
}

/// Bytes of a tensor; nothing when a size is negative or the product leaves 63 bits.
inline std::optional<std::uint64_t> tensor_bytes(Dtype dtype, const std::vector<std::int64_t>& shape) {
  std::int64_t product = static_cast<std::int64_t>(dtype_bytes(dtype));
  for (const auto size : shape)
    if (size < 0 || __builtin_mul_overflow(product, size, &product)) return std::nullopt;
  return static_cast<std::uint64_t>(product);
}

namespace detail {

using Json = nlohmann::json;

/// JSON of a header: duplicate keys and more than the three levels that a header needs are refused while
/// reading, so that no text can make it use more memory than a small multiple of its own size.
inline Json parse_strictly(std::string_view text, const std::string& path) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    require(depth <= 3, "{}: its header is nested too deeply; the file is damaged or not what it seems",
            path);
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const bool fresh = keys.back().insert(value.get<std::string>()).second;
      require(fresh, "{}: its header has the key {} twice; the file is damaged or forged", path,
              value.dump());
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), watch);
  } catch (const Json::exception& problem) {
    throw Error(
        fmt::format("{}: its header is not valid JSON ({}); the file is damaged", path, problem.what()));
  }
}

inline std::vector<std::uint64_t> whole_numbers(const Json& list, const std::string& path,
                                                const std::string& name, std::string_view key) {
  bool fits = list.is_array();
  for (const auto& number : fits ? list : Json::array())
    fits = fits && number.is_number_unsigned() &&
           number.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max();
  require(fits, "{}: tensor '{}': \"{}\" must be a list of whole numbers; the file is damaged", path, name,
          key);
  return list.get<std::vector<std::uint64_t>>();
}

inline TensorEntry read_entry(const Json& json, const std::string& path, const std::string& name) {
  const bool complete = json.is_object() && json.size() == 3 && json.contains("dtype") &&
                        json["dtype"].is_string() && json.contains("shape") && json.contains("data_offsets");
  require(complete,
          "{}: tensor '{}' must have dtype, shape and data_offsets, and nothing else; the file is damaged",
          path, name);
  const auto spelled = json["dtype"].get<std::string>();
  const auto dtype = find_dtype(spelled);
  require(dtype.has_value(), "{}: tensor '{}' is of type {}, which is not supported", path, name, spelled);
  const auto shape = whole_numbers(json["shape"], path, name, "shape");
  const auto offsets = whole_numbers(json["data_offsets"], path, name, "data_offsets");
  require(offsets.size() == 2 && offsets[0] <= offsets[1],
          "{}: tensor '{}': data_offsets must be its first byte and the one behind its last", path, name);
  TensorEntry entry{name, *dtype, {shape.begin(), shape.end()}, offsets[0], offsets[1]};
  const auto bytes = tensor_bytes(entry.dtype, entry.shape);
  require(bytes.has_value(), "{}: tensor '{}': its shape has more elements than any file could hold", path,
          name);
  require(*bytes == entry.end - entry.begin,
          "{}: tensor '{}': its shape needs {} bytes, its data_offsets span {}", path, name, *bytes,
          entry.end - entry.begin);
  return entry;
}

inline std::map<std::string, std::string> read_metadata(const Json& json, const std::string& path) {
  require(json.is_object(), "{}: __metadata__ must be an object of texts; the file is damaged", path);
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : json.items()) {
    require(value.is_string(), "{}: __metadata__ '{}' is not a text; the file is damaged", path, key);
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
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
inline SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data,
                                                  const std::string& path) {
  require(text.starts_with('{'), "{}: is not a safetensors file: its header does not begin with {{", path);
  const auto json = detail::parse_strictly(text, path);
  SafetensorsHeader header;
  for (const auto& [name, value] : json.items()) {
    if (name == "__metadata__")
      header.metadata = detail::read_metadata(value, path);
    else
      header.tensors.push_back(detail::read_entry(value, path, name));
  }
  std::ranges::sort(header.tensors, [](const TensorEntry& a, const TensorEntry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  detail::check_layout(header.tensors, data, path);
  return header;
}

}  // namespace mtl

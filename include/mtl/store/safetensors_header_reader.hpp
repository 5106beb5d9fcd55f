// In: the JSON text of a safetensors header. Out: the tensors and metadata it lists, each one well formed.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/dtype.hpp>
#include <mtl/store/json_events.hpp>
#include <mtl/store/tensor_view.hpp>

namespace mtl {

/// A tensor of a file: bytes begin .. end of the data behind the header, little-endian, row by row.
struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::F32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

/// What a header says.
struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;
  std::map<std::string, std::string> metadata;
};

namespace detail {

/// Fills a SafetensorsHeader. Depth 1 is the header, depth 2 one tensor or the metadata, depth 3 a list of
/// numbers.
class SafetensorsHeaderReader final : public JsonEvents {
 public:
  /// Both live longer than this.
  SafetensorsHeaderReader(SafetensorsHeader& header, const std::string& path)
      : header_{header}, path_{path} {}

 private:
  void opened(bool object) override {
    require(depth() <= 3, "{}: its header is nested too deeply; the file is damaged or not what it seems",
            path_);
    if (depth() == 2) require_shape(object);
    if (depth() == 3) {
      require_text(!in_metadata_);
      require_shape(!object && key_ != "dtype");
      numbers_.clear();
    }
  }

  void closed() override {
    if (depth() == 3 && key_ == "shape") entry_.shape.assign(numbers_.begin(), numbers_.end());
    if (depth() == 3 && key_ == "data_offsets") take_offsets();
    if (depth() != 2 || in_metadata_) return;
    require_shape(seen_ == std::array{true, true, true});
    check_size();
    require(header_.tensors.size() < most_tensors, "{}: has more than {} tensors; is it forged?", path_,
            most_tensors);
    header_.tensors.push_back(std::exchange(entry_, {}));
  }

  void named(std::string_view key) override {
    key_ = key;
    if (depth() == 1) {
      in_metadata_ = key == "__metadata__";
      if (in_metadata_) return require_first(!std::exchange(any_metadata_, true));
      require_tensor_name(key, path_);
      entry_.name = key;
      seen_ = {};
    } else if (!in_metadata_) {
      const auto field = key == "dtype" ? 0u : key == "shape" ? 1u : key == "data_offsets" ? 2u : 3u;
      require_shape(field < seen_.size());
      require_first(!std::exchange(seen_[field], true));
    }
  }

  void valued(const JsonScalar& value) override {
    if (depth() < 2) return require_shape(false);
    const bool text = value.kind == JsonScalar::Kind::Text;
    if (in_metadata_) {
      require_text(text);
      require(header_.metadata.size() < most_tensors,
              "{}: has more than {} entries of metadata; is it forged?", path_, most_tensors);
      return require_first(header_.metadata.emplace(key_, value.text).second);
    }
    if (depth() == 3 || key_ != "dtype") return add_number(value);
    require_shape(text);
    const auto dtype = find_dtype(value.text);
    require(dtype.has_value(), "{}: tensor '{}' is of type {}, which is not supported", path_, entry_.name,
            printable(value.text));
    entry_.dtype = *dtype;
  }

  void add_number(const JsonScalar& value) {
    const bool fits = depth() == 3 && value.kind == JsonScalar::Kind::Whole &&
                      value.whole <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    require(fits, "{}: tensor '{}': \"{}\" must be a list of whole numbers; the file is damaged", path_,
            entry_.name, key_);
    require(numbers_.size() < most_dimensions,
            "{}: tensor '{}' has more than {} dimensions; the file is damaged or forged", path_, entry_.name,
            most_dimensions);
    numbers_.push_back(value.whole);
  }

  void take_offsets() {
    require(numbers_.size() == 2 && numbers_[0] <= numbers_[1],
            "{}: tensor '{}': data_offsets must be its first byte and the one behind its last", path_,
            entry_.name);
    entry_.begin = numbers_[0];
    entry_.end = numbers_[1];
  }

  void check_size() const {
    const auto bytes = tensor_bytes(entry_.dtype, entry_.shape);
    require(bytes.has_value(), "{}: tensor '{}': its shape has more elements than any file could hold", path_,
            entry_.name);
    require(*bytes == entry_.end - entry_.begin,
            "{}: tensor '{}': its shape needs {} bytes, its data_offsets span {}", path_, entry_.name, *bytes,
            entry_.end - entry_.begin);
  }

  /// What a tensor, or the metadata, must look like.
  void require_shape(bool ok) const {
    require(ok || !in_metadata_, "{}: __metadata__ must be an object of texts; the file is damaged", path_);
    require(ok,
            "{}: tensor '{}' must have dtype, shape and data_offsets, and nothing else; the file is damaged",
            path_, entry_.name);
  }

  void require_text(bool ok) const {
    require(ok, "{}: __metadata__ '{}' is not a text; the file is damaged", path_, printable(key_));
  }

  void require_first(bool ok) const {
    require(ok, "{}: its header has the key \"{}\" twice; the file is damaged or forged", path_,
            printable(key_));
  }

  SafetensorsHeader& header_;
  const std::string& path_;
  TensorEntry entry_;
  std::string key_;
  std::vector<std::uint64_t> numbers_;
  std::array<bool, 3> seen_{};  ///< dtype, shape, data_offsets
  bool in_metadata_ = false, any_metadata_ = false;
};

}  // namespace detail

}  // namespace mtl

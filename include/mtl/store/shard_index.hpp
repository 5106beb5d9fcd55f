// In: model.safetensors.index.json or pytorch_model.bin.index.json. Out: which file holds which tensor.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <mtl/detail/error.hpp>
#include <mtl/store/json_events.hpp>
#include <mtl/store/tensor_view.hpp>

namespace mtl {

/// The file of every tensor. File names are of the index's own folder.
using ShardIndex = std::map<std::string, std::string, std::less<>>;

namespace detail {

/// Takes "weight_map" out of an index; what stands beside it (sizes, notes) is passed over.
class ShardIndexReader final : public JsonEvents {
 public:
  /// Both live longer than this.
  ShardIndexReader(ShardIndex& index, const std::string& path) : index_{index}, path_{path} {}

  bool has_map() const { return has_map_; }

 private:
  void opened(bool object) override {
    require(depth() <= 8, "{}: is nested too deeply for an index of weights", path_);
    require(depth() > 1 || object, "{}: is no index of weights: not an object", path_);
    if (depth() == 2 && in_map_) require_map(object);
    if (depth() == 3) require_map(!in_map_);
  }

  void closed() override {}

  void named(std::string_view key) override {
    if (depth() == 1) {
      in_map_ = key == "weight_map";
      require(!in_map_ || !has_map_, "{}: has weight_map twice", path_);
      has_map_ = has_map_ || in_map_;
    } else if (in_map_) {
      require_tensor_name(key, path_);
      name_ = key;
    }
  }

  void valued(const JsonScalar& value) override {
    require(depth() > 0, "{}: is no index of weights: not an object", path_);
    if (!in_map_) return;
    require_map(depth() == 2 && value.kind == JsonScalar::Kind::Text);
    require(index_.size() < most_tensors, "{}: lists more than {} tensors; is it forged?", path_,
            most_tensors);
    check_file(value.text);
    require(index_.emplace(name_, value.text).second, "{}: lists tensor '{}' twice", path_, name_);
  }

  /// A shard lies beside its index: its name leads nowhere else.
  void check_file(std::string_view file) const {
    const bool plain =
        !file.empty() && file.size() <= 255 && file.front() != '.' &&
        std::ranges::none_of(file, [](char c) { return c == '/' || c == '\\' || (c >= 0 && c < 0x20); });
    require(plain,
            "{}: tensor '{}' is said to be in '{}', which is no file name in the same folder; is it forged?",
            path_, name_, printable(file));
    require(file.ends_with(".safetensors") || file.ends_with(".bin"),
            "{}: tensor '{}' is said to be in '{}', which is neither .safetensors nor .bin", path_, name_,
            printable(file));
  }

  void require_map(bool ok) const {
    require(ok, "{}: its weight_map must be an object of texts: tensor name to file name", path_);
  }

  ShardIndex& index_;
  const std::string& path_;
  std::string name_;
  bool in_map_ = false, has_map_ = false;
};

}  // namespace detail

/// Reads the text of an index. Throws Error, naming `path`, where a rule is broken.
inline ShardIndex parse_shard_index(std::string_view text, const std::string& path) {
  constexpr std::size_t longest_index = std::size_t{16} << 20;
  require(text.size() <= longest_index, "{}: is no index of weights: it has {} bytes (at most {})", path,
          text.size(), longest_index);
  ShardIndex index;
  detail::ShardIndexReader reader(index, path);
  reader.read(text, path + ": it");
  require(reader.has_map() && !index.empty(), "{}: has no weight_map, or an empty one", path);
  return index;
}

}  // namespace mtl

// In: a file of the hidden states of every document at one layer. Out: those of some documents, read from
// memory that the file is mapped to. A file that is not what is wanted, or is harmed, is refused.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <system_error>

#include <mtl/detail/error.hpp>
#include <mtl/engine/arena.hpp>
#include <mtl/engine/prefix_shape.hpp>
#include <mtl/store/digest.hpp>
#include <mtl/store/mapped_file.hpp>

namespace mtl {

/// The hidden states of one layer, in a file.
class PrefixFile {
 public:
  /// The file at `path`; null where there is none. Reads all of it.
  ///
  /// Throws Error for a file that is harmed, is not what `shape` says, or cannot be read: what() tells which.
  static std::shared_ptr<const PrefixFile> open(const std::string& path, const PrefixShape& shape) {
    std::error_code unknown;
    if (!std::filesystem::exists(path, unknown)) return nullptr;
    std::shared_ptr<const PrefixFile> file(new PrefixFile(path, shape));
    require(file->intact(), "{}: is harmed: it was cut or changed", path);
    require(file->fits(),
            "{}: is of another run: of other data, weights or settings, of another machine or another build",
            path);
    return file;
  }

  const PrefixShape& shape() const { return shape_; }

  /// Whether its bytes still have the digest that it ends with. Reads all of them.
  bool intact() const {
    const auto bytes = file_.bytes();
    if (bytes.size() < PrefixShape::trailer_bytes) return false;
    const auto end = bytes.size() - PrefixShape::trailer_bytes;
    return digest_bytes(bytes.substr(0, end)) == bytes.substr(end);
  }

  /// The hidden states of some documents, one after another: [their tokens, hidden], a copy.
  torch::Tensor rows(std::span<const std::size_t> documents) const {
    const auto& starts = *shape_.starts;
    std::int64_t tokens = 0;
    for (const auto i : documents) tokens += starts.at(i + 1) - starts[i];
    auto rows = arena_->take({tokens, shape_.hidden}, shape_.scalar_type());
    auto* to = static_cast<char*>(rows.mutable_data_ptr());
    for (const auto i : documents) {
      const auto bytes = (starts[i + 1] - starts[i]) * shape_.row_bytes();
      std::memcpy(to, first_row() + starts[i] * shape_.row_bytes(), static_cast<std::size_t>(bytes));
      to += bytes;
    }
    return rows;
  }

 private:
  PrefixFile(const std::string& path, const PrefixShape& shape) : shape_{shape}, file_{path} {}

  const char* first_row() const { return file_.bytes().data() + PrefixShape::header_bytes; }

  bool fits() const {
    const auto bytes = file_.bytes();
    return bytes.size() == shape_.file_bytes() && bytes.starts_with(shape_.header());
  }

  PrefixShape shape_;
  detail::MappedFile file_;
  std::shared_ptr<Arena> arena_ = std::make_shared<Arena>();
};

}  // namespace mtl

// In: the hidden states of one layer, as they are computed. Out: a file of them, whole or not at all.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include <mtl/engine/prefix_shape.hpp>
#include <mtl/store/atomic_file.hpp>
#include <mtl/store/digest.hpp>

namespace mtl {

/// Writes a file of hidden states from its first row to its last.
class PrefixWriter {
 public:
  /// Throws Error where no file can be made, WorkFailed where the disk is full.
  PrefixWriter(const std::string& path, const PrefixShape& shape) : shape_{shape}, file_{path} {
    write(shape_.header());
  }

  /// The next rows: [any, hidden], of the file's type. Throws WorkFailed where the disk is full.
  void add(const torch::Tensor& rows) {
    const auto line = rows.to(torch::kCPU, shape_.scalar_type()).contiguous();
    write({static_cast<const char*>(line.const_data_ptr()), line.nbytes()});
    written_ += line.size(0);
  }

  /// Ends the file and puts it in its place. Throws Error when rows are missing, WorkFailed for a full disk.
  void commit() {
    require(written_ == shape_.rows(), "a file of {} rows of hidden states was given {}", shape_.rows(),
            written_);
    file_.write(digest_.hex());
    file_.commit();
  }

 private:
  void write(std::string_view bytes) {
    digest_.raw(bytes);
    file_.write(bytes);
  }

  PrefixShape shape_;
  AtomicFile file_;
  Digest digest_;
  std::int64_t written_ = 0;
};

}  // namespace mtl

// What a file of hidden states holds and how it is laid out:
// 4096 bytes of header (one line of JSON, then spaces), the rows [tokens, hidden] in the order of the
// documents, and 32 hex digits: the digest of all that.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/engine/engine_options.hpp>
#include <mtl/engine/scalar_type.hpp>

namespace mtl {

/// What a file of hidden states must be to be read.
struct PrefixShape {
  std::string fingerprint = {};  ///< of everything that determines the numbers
  int layer = 0;                 ///< whose output they are
  std::int64_t hidden = 0;
  NumberType type = NumberType::Float32;
  /// [documents + 1]: document i is rows starts[i] .. starts[i + 1].
  std::shared_ptr<const std::vector<std::int64_t>> starts = {};

  std::int64_t row_bytes() const { return hidden * static_cast<std::int64_t>(bytes_of(type)); }
  std::int64_t rows() const { return starts->back(); }
  torch::ScalarType scalar_type() const { return scalar_type_of(type); }

  static constexpr std::size_t header_bytes = 4096, trailer_bytes = 32;

  std::uint64_t file_bytes() const {
    return header_bytes + static_cast<std::uint64_t>(rows() * row_bytes()) + trailer_bytes;
  }

  std::string header() const {
    const nlohmann::json json{{"format", "mtl prefix 1"}, {"fingerprint", fingerprint},
                              {"layer", layer},           {"rows", rows()},
                              {"hidden", hidden},         {"type", std::string(name_of(type))}};
    auto text = json.dump();
    text.resize(header_bytes - 1, ' ');
    return text + "\n";
  }
};

}  // namespace mtl

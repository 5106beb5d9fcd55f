// In: which texts, a batch size, and a stream of random numbers. Out: the batches of one epoch, as indices.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/detail/random.hpp>

namespace mtl {

/// `which` cut into batches in its own order, for evaluation. The last one may be smaller. Throws Error for a
/// batch size below one.
inline std::vector<std::vector<std::size_t>> batches_in_order(std::span<const std::size_t> which,
                                                              int batch_size) {
  require(batch_size > 0, "batch size {}; a batch holds at least one text", batch_size);
  const auto size = static_cast<std::size_t>(batch_size);
  std::vector<std::vector<std::size_t>> batches;
  for (std::size_t begin = 0; begin < which.size(); begin += size) {
    const auto part = which.subspan(begin, std::min(size, which.size() - begin));
    batches.emplace_back(part.begin(), part.end());
  }
  return batches;
}

/// The batches of one epoch of training: all of `which` once, shuffled by `stream` alone; the last partial
/// batch is kept. Give each epoch its own stream (stream.at(epoch)); equal streams give equal batches.
inline std::vector<std::vector<std::size_t>> epoch_batches(std::span<const std::size_t> which, int batch_size,
                                                           const RandomStream& stream) {
  std::vector<std::size_t> order(which.begin(), which.end());
  shuffle(order, stream);
  return batches_in_order(order, batch_size);
}

}  // namespace mtl

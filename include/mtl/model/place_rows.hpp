// In: rows and where each goes. Out: the rows in their places, the others zero; gradients go the way back.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <cstring>

#include <torch/csrc/autograd/custom_function.h>

#include <mtl/detail/share_items.hpp>

namespace mtl {

namespace detail {

inline torch::Tensor copy_rows(const torch::Tensor& x, const torch::Tensor& from) {
  const auto rows = x.contiguous();
  if (!rows.is_cpu()) {
    const auto zero_behind = torch::cat({rows, rows.new_zeros({1, rows.size(1)})});
    return zero_behind.index_select(0, torch::where(from.lt(0), rows.size(0), from));
  }
  auto out = torch::empty({from.size(0), rows.size(1)}, rows.options());
  const auto bytes = static_cast<std::size_t>(rows.size(1)) * rows.element_size();
  const auto* const source = static_cast<const char*>(rows.const_data_ptr());
  auto* const target = static_cast<char*>(out.mutable_data_ptr());
  const auto* const row = from.const_data_ptr<std::int64_t>();
  share_items(from.size(0), 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      char* const place = target + static_cast<std::size_t>(i) * bytes;
      if (row[i] < 0)
        std::memset(place, 0, bytes);
      else
        std::memcpy(place, source + static_cast<std::size_t>(row[i]) * bytes, bytes);
    }
  });
  return out;
}

/// The adjoint of moving rows is moving them back: a copy, where index_select would add row by row.
struct PlaceRowsFunction : torch::autograd::Function<PlaceRowsFunction> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& from, const torch::Tensor& back) {
    context->saved_data["from"] = from;
    context->saved_data["back"] = back;
    return copy_rows(x, from);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradient) {
    return {copy_rows(gradient[0], context->saved_data["back"].toTensor()), {}, {}};
  }
};

}  // namespace detail

/// out[i] = x[from[i]], or zeros where from[i] is -1. `back` says the same the other way round: back[j] is
/// the i with from[i] = j, or -1. x: [rows, columns]; from, back: int64, with every row at most once.
inline torch::Tensor place_rows(const torch::Tensor& x, const torch::Tensor& from,
                                const torch::Tensor& back) {
  return detail::PlaceRowsFunction::apply(x, from, back);
}

}  // namespace mtl

// In: a tensor and a stream for its site. Out: the tensor with elements dropped, the same for any thread
// count.
#pragma once

#include <mtl/detail/torch.hpp>

#include <cstdint>
#include <optional>

#include <torch/csrc/autograd/custom_function.h>

#include <mtl/detail/random.hpp>
#include <mtl/detail/share_items.hpp>
#include <mtl/model/dropout_mask.hpp>

namespace mtl {

namespace detail {

/// x with the mask applied: float32, contiguous, on the CPU. The number of row i is rows[i], or i without
/// `rows`.
inline torch::Tensor apply_dropout(const torch::Tensor& x, const DropoutMask& mask,
                                   const torch::Tensor& rows) {
  auto out = torch::empty_like(x, torch::MemoryFormat::Contiguous);
  const std::int64_t columns = x.dim() == 0 ? 1 : x.size(-1);
  if (x.numel() == 0) return out;
  const float* const from = x.const_data_ptr<float>();
  float* const to = out.mutable_data_ptr<float>();
  const std::int64_t* const number = rows.defined() ? rows.const_data_ptr<std::int64_t>() : nullptr;
  share_items(x.numel() / columns, 16384 / columns + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      drop_row(mask, static_cast<std::uint64_t>(number ? number[i] : i), from + i * columns, to + i * columns,
               static_cast<std::size_t>(columns));
  });
  return out;
}

/// A site's mask and the numbers of its rows: one argument that autograd does not look into.
struct DropoutSite {
  DropoutMask mask;
  torch::Tensor rows;
};

/// The mask is drawn again in the backward pass instead of being kept.
struct DropoutFunction : torch::autograd::Function<DropoutFunction> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const DropoutSite& site) {
    context->saved_data["key"] = static_cast<std::int64_t>(site.mask.key);
    context->saved_data["threshold"] = static_cast<std::int64_t>(site.mask.threshold);
    context->saved_data["scale"] = static_cast<double>(site.mask.scale);
    context->saved_data["rows"] = site.rows;
    return apply_dropout(x.contiguous(), site.mask, site.rows);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradient) {
    auto& saved = context->saved_data;
    const DropoutMask mask{static_cast<std::uint64_t>(saved["key"].toInt()),
                           static_cast<std::uint32_t>(saved["threshold"].toInt()),
                           static_cast<float>(saved["scale"].toDouble())};
    return {apply_dropout(gradient[0].contiguous(), mask, saved["rows"].toTensor()), {}};
  }
};

}  // namespace detail

/// dropout() for rows that carry numbers of their own: `rows` [rows of x] int64 on the CPU. A row's bits
/// depend on its number and the site alone, so a row may be computed anywhere, in any order, or not at all.
inline torch::Tensor dropout_rows(const torch::Tensor& x, double p, const std::optional<RandomStream>& site,
                                  const torch::Tensor& rows) {
  if (!site || p == 0) return x;
  const auto mask = DropoutMask::make(site->key(), p);
  if (x.is_cpu() && x.scalar_type() == torch::kFloat)
    return detail::DropoutFunction::apply(x, detail::DropoutSite{mask, rows});
  return x * detail::apply_dropout(torch::ones(x.sizes(), torch::kFloat), mask, rows).to(x.options());
}

/// Zeroes each element with probability p and multiplies the others by 1 / (1 - p).
///
/// x: any shape and floating type; the last dimension counts as columns, the others, flattened, as rows. The
/// bits come from the site's key and (row, column) alone (see DropoutMask; p is rounded to a multiple of
/// 2^-16). The identity without a site or with p = 0. Throws Error unless 0 <= p < 1.
inline torch::Tensor dropout(const torch::Tensor& x, double p, const std::optional<RandomStream>& site) {
  return dropout_rows(x, p, site, {});
}

}  // namespace mtl

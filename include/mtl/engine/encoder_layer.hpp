// In: the output of one encoder layer. Out: that of the next, as one node of libtorch's graph.
#pragma once

#include <mtl/detail/torch.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <torch/csrc/autograd/custom_function.h>

#include <mtl/engine/layer_backward.hpp>

namespace mtl {

namespace detail {

/// Tensors, and how often each had been written to when it was noted: libtorch counts the writes.
class WriteCounts {
 public:
  void note(const torch::Tensor& tensor) { noted_.emplace_back(tensor.detach(), tensor._version()); }

  /// Whether none was written to since.
  bool still_hold() const {
    return std::ranges::all_of(noted_, [](const auto& one) { return one.first._version() == one.second; });
  }

 private:
  std::vector<std::pair<torch::Tensor, std::int64_t>> noted_;
};

/// What a node holds between its passes. One argument that autograd does not look into.
struct LayerRecord {
  LayerTask task;
  LayerParameters parameters;  ///< detached: the vectors that the backward pass reads
  LayerActivations kept;
  WriteCounts read;  ///< all parameters and the input where it is read again: more than autograd would watch
};

/// x as the kernels read it.
inline torch::Tensor as_rows(const torch::Tensor& x, torch::ScalarType type) {
  return x.defined() ? x.to(type).contiguous() : x;
}

/// Lets go of what no gradient that is wanted is made from.
inline void keep_needed(LayerActivations& kept, at::TensorList parameters) {
  const auto learns = [&](LayerPart part) { return parameters[part].requires_grad(); };
  if (!learns(query_weight) && !learns(key_weight) && !learns(value_weight)) kept.input.reset();
  if (!learns(intermediate_weight)) kept.attended.reset();
  if (!learns(output_weight)) kept.wide.reset();
}

/// In float32 `past` is the same memory as `rows`, counted apart.
inline void note_what_is_read(LayerRecord& record, const torch::Tensor& rows, const torch::Tensor& past) {
  for (const auto& parameter : record.parameters) record.read.note(parameter);
  if (!record.kept.input.defined()) return;
  record.read.note(rows);
  if (past.const_data_ptr() == rows.const_data_ptr()) record.read.note(past);
}

struct EncoderLayerFunction : torch::autograd::Function<EncoderLayerFunction> {
  struct Holder : torch::CustomClassHolder {
    explicit Holder(std::shared_ptr<LayerRecord> held) : record{std::move(held)} {}
    std::shared_ptr<LayerRecord> record;
  };

  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context,
                                                const torch::Tensor& rows, const torch::Tensor& past,
                                                at::TensorList parameters,
                                                const std::shared_ptr<LayerRecord>& record) {
    const auto out =
        layer_forward(record->task, {rows.detach(), past.detach()}, record->parameters, record->kept);
    keep_needed(record->kept, parameters);
    note_what_is_read(*record, rows, past);
    context->set_materialize_grads(false);
    context->saved_data["record"] = torch::IValue::make_capsule(c10::make_intrusive<Holder>(record));
    if (!out.past.is_same(out.rows)) return {out.rows, out.past};
    // A node has two outputs, each with its gradient: the same memory as another tensor.
    const auto again = at::from_blob(
        out.rows.mutable_data_ptr(), out.rows.sizes(), [kept = out.rows](void*) {}, out.rows.options());
    return {out.rows, again};
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradient) {
    const auto capsule = context->saved_data["record"].toCapsule();
    auto& record = *static_cast<Holder&>(*capsule).record;
    require(record.kept.qkv.defined(),
            "an encoder layer was differentiated twice; the fast engine keeps its activations for one "
            "backward pass, so set the engine to plain");
    require(
        record.read.still_hold(),
        "the weights or the input of an encoder layer were written to between its forward and its backward "
        "pass; likely cause: an optimiser's step, or an operation in place on a tapped layer, before the "
        "loss was differentiated");
    WantedGradients wanted{.input = context->needs_input_grad(0), .parameter = {}};
    for (std::size_t i = 0; i < layer_parts; ++i) wanted.parameter[i] = context->needs_input_grad(i + 2);
    auto out = layer_backward(record.task, as_rows(gradient[0], record.task.type()),
                              as_rows(gradient[1], torch::kFloat), record.kept, record.parameters, wanted);
    // Now, not when the graph dies: the layers below take the memory, and the next step the operands'.
    record.kept = {};
    record.read = {};
    record.task.operands = {};
    torch::autograd::variable_list all{out.input, out.past};
    for (auto& one : out.parameter) all.push_back(std::move(one));
    all.emplace_back();  // the record
    return all;
  }
};

}  // namespace detail

/// Whether a layer's backward pass will be asked for: gradients are enabled, and the input or a parameter
/// learns.
inline bool layer_learns(const LayerOutput& x, const LayerParameters& parameters) {
  bool learns = x.rows.requires_grad();
  for (const auto& parameter : parameters) learns = learns || parameter.requires_grad();
  return learns && torch::GradMode::is_enabled();
}

/// One layer. A graph is recorded where task.keeps; it can be differentiated once.
inline LayerOutput encoder_layer(LayerTask task, const LayerOutput& x, const LayerParameters& parameters) {
  if (!task.keeps) {
    const torch::NoGradGuard no_grad;
    LayerActivations forgotten;
    return layer_forward(task, x, parameters, forgotten);
  }
  auto record = std::make_shared<detail::LayerRecord>();
  record->task = std::move(task);
  for (std::size_t i = 0; i < layer_parts; ++i) record->parameters[i] = parameters[i].detach();
  const auto both = detail::EncoderLayerFunction::apply(x.rows, x.past, at::TensorList(parameters), record);
  return {both[0], both[1]};
}

}  // namespace mtl

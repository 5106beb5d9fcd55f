// In: a backbone and the token ids that it reads. Out: a digest of everything that determines the hidden
// states of a layer: what was computed from anything else has another.
#pragma once

#include <mtl/detail/torch.hpp>

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include <torch/version.h>

#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include <mtl/engine/processor.hpp>
#include <mtl/model/bert_stack.hpp>
#include <mtl/store/digest.hpp>
#include <mtl/version.hpp>

namespace mtl {

namespace detail {

/// Whether the embeddings or a layer up to `layer` have this parameter.
inline bool stands_below(std::string_view parameter, int layer) {
  if (!parameter.starts_with("encoder.layer.")) return true;
  for (int i = 0; i < layer; ++i)
    if (parameter.starts_with(fmt::format("encoder.layer.{}.", i))) return true;
  return false;
}

/// Names, types, shapes and bytes of the parameters up to `layer`.
inline void add_weights(Digest& digest, const BertStack& backbone, int layer) {
  for (const auto& item : backbone.named_parameters()) {
    if (!stands_below(item.key(), layer)) continue;
    const auto value = item.value().detach().to(torch::kCPU).contiguous();
    digest.add(item.key()).add(std::string_view(c10::toString(value.scalar_type())));
    for (const auto size : value.sizes()) digest.add(size);
    digest.add(std::string_view(static_cast<const char*>(value.const_data_ptr()), value.nbytes()));
  }
}

inline void add_shape(Digest& digest, const BertConfig& config) {
  digest.add(fmt::format("heads {} epsilon {} activation {} positions {} padding {}", config.heads,
                         config.layer_norm_eps, static_cast<int>(config.activation),
                         static_cast<int>(config.positions), config.pad_id));
}

/// Variables of the environment by which oneDNN and MKL choose other instructions, or round otherwise.
inline constexpr std::array<const char*, 8> library_variables{
    "ONEDNN_MAX_CPU_ISA", "ONEDNN_CPU_ISA_HINTS", "ONEDNN_DEFAULT_FPMATH_MODE", "MKL_CBWR",
    "DNNL_MAX_CPU_ISA",   "DNNL_CPU_ISA_HINTS",   "DNNL_DEFAULT_FPMATH_MODE",   "MKL_ENABLE_INSTRUCTIONS"};

/// Of the bytes of the running program, the kernels among them; empty where the system does not show them. A
/// program that was built anew may compute otherwise under the same version.
inline const std::string& program_digest() {
  static const std::string digest = [] {
    try {
      return digest_file("/proc/self/exe");
    } catch (const Error&) {
      return std::string();
    }
  }();
  return digest;
}

/// What computes: the program, versions, engine, kernels, threads (libtorch divides sums among them),
/// processor, and what libtorch's libraries are told of it.
inline void add_machine(Digest& digest, const BertStack& backbone) {
  const auto engine = backbone.engine();
  digest.add(program_digest()).add(MTL_VERSION).add(TORCH_VERSION).add(describe(engine));
  if (engine.engine == Engine::Fast) digest.add(active_kernels());
  digest.add(std::int64_t{at::get_num_threads()}).add(at::get_cpu_capability()).add(processor_facts());
  for (const char* const name : library_variables) {
    const char* const value = std::getenv(name);
    digest.add(name).add(value ? value : "");
  }
}

}  // namespace detail

/// Of the hidden states of layer `layer`. `ids`: the digest of the token ids of every document.
inline std::string prefix_fingerprint(const BertStack& backbone, std::string_view ids, int layer) {
  Digest digest;
  digest.add("mtl prefix 4").add(ids).add(std::int64_t{layer});
  detail::add_machine(digest, backbone);
  detail::add_shape(digest, backbone.config());
  detail::add_weights(digest, backbone, layer);
  return digest.hex();
}

}  // namespace mtl

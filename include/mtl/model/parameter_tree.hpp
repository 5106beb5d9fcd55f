// In: a module and a dotted parameter name. Out: the parameter, registered in submodules named after the
// dots.
#pragma once

#include <mtl/detail/torch.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace mtl {

/// Registers an uninitialised parameter under a dotted name, as in "encoder.layer.0.output.dense.weight", and
/// makes the modules on its way that are not there yet. The tensor returned and the registered one are the
/// same.
inline torch::Tensor add_parameter(torch::nn::Module& module, std::string_view name, torch::IntArrayRef sizes,
                                   torch::Device device) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos)
    return module.register_parameter(std::string(name), torch::empty(sizes, torch::device(device)));
  const std::string first(name.substr(0, dot));
  const auto children = module.named_children();
  const auto* const known = children.find(first);
  const auto child = known ? *known : module.register_module(first, std::make_shared<torch::nn::Module>());
  return add_parameter(*child, name.substr(dot + 1), sizes, device);
}

}  // namespace mtl

// expect: constraints not satisfied
#include <mtl/model/bert_backbone.hpp>
#include <mtl/model/multi_task_encoder.hpp>

struct NoHead : torch::nn::Module {};

using Model = mtl::MultiTaskEncoder<mtl::BertBackbone, NoHead>;
std::size_t size() { return sizeof(Model); }

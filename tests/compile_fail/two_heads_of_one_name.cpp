// expect: two heads have one name; give each its own
#include <mtl/heads/iob2_token_head.hpp>
#include <mtl/model/bert_backbone.hpp>
#include <mtl/model/multi_task_encoder.hpp>

using Model = mtl::MultiTaskEncoder<mtl::BertBackbone, mtl::IOB2TokenHead<2>, mtl::IOB2TokenHead<3>>;
std::size_t size() { return sizeof(Model); }

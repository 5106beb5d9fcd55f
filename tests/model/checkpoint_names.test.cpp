#include <string>
#include <tuple>

#include <mtl/model/checkpoint_names.hpp>

#include <support/catch.hpp>

namespace checkpoint_names_tests {

using namespace mtl;
using mtl::detail::is_ignored;
using mtl::detail::parameter_name;

TEST_CASE("checkpoint names: every family's lead to BERT's", "[model]") {
  const auto row = GENERATE(table<BertFamily, std::string, std::string>({
      {BertFamily::Bert, "bert.embeddings.LayerNorm.gamma", "embeddings.LayerNorm.weight"},
      {BertFamily::Bert, "encoder.layer.3.output.LayerNorm.beta", "encoder.layer.3.output.LayerNorm.bias"},
      {BertFamily::Bert, "roberta.pooler.dense.bias", "roberta.pooler.dense.bias"},
      {BertFamily::Roberta, "roberta.encoder.layer.0.output.dense.bias", "encoder.layer.0.output.dense.bias"},
      {BertFamily::Roberta, "bert.encoder.layer.0.output.dense.bias",
       "bert.encoder.layer.0.output.dense.bias"},
      {BertFamily::Electra, "electra.embeddings_project.bias", "embeddings_project.bias"},
      {BertFamily::DistilBert, "distilbert.embeddings.LayerNorm.bias", "embeddings.LayerNorm.bias"},
      {BertFamily::DistilBert, "distilbert.transformer.layer.11.attention.q_lin.weight",
       "encoder.layer.11.attention.self.query.weight"},
      {BertFamily::DistilBert, "transformer.layer.0.attention.out_lin.bias",
       "encoder.layer.0.attention.output.dense.bias"},
      {BertFamily::DistilBert, "transformer.layer.0.sa_layer_norm.weight",
       "encoder.layer.0.attention.output.LayerNorm.weight"},
      {BertFamily::DistilBert, "transformer.layer.0.ffn.lin2.weight", "encoder.layer.0.output.dense.weight"},
      {BertFamily::DistilBert, "transformer.layer.0.output_layer_norm.bias",
       "encoder.layer.0.output.LayerNorm.bias"},
  }));
  CHECK(parameter_name(std::get<1>(row), std::get<0>(row)) == std::get<2>(row));
}

TEST_CASE("checkpoint names: names that no family has stay as they are", "[model]") {
  for (const std::string name :
       {"", ".", "transformer.layer.", "transformer.layer..", "transformer.layer.0", "transformer.layer.0.",
        "transformer.layer.0.ffn", "transformer.layer.0.ffn.lin3.weight", "transformer.layer.weight"})
    CHECK(parameter_name(name, BertFamily::DistilBert) == name);
  CHECK(parameter_name("bert.", BertFamily::Bert).empty());
}

TEST_CASE("checkpoint names: heads and poolers are of no use, parts of an encoder are", "[model]") {
  for (const char* const name : {"pooler.dense.bias", "cls.predictions.bias", "lm_head.bias",
                                 "classifier.weight", "vocab_projector.bias"})
    CHECK(is_ignored(name));
  CHECK(mtl::detail::is_position_ids("embeddings.position_ids"));
  for (const char* const name :
       {"embeddings.word_embeddings.weight", "encoder.layer.0.cls.weight", "vocabulary"})
    CHECK_FALSE(is_ignored(name));
}

}  // namespace checkpoint_names_tests

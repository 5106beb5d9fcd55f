// A user of mtl::mtl: a small random BERT with two heads predicts for one text of four tokens.
#include <cstdio>

#include <mtl/bert.hpp>

#include "second.hpp"

int main() {
  const auto bert = std::make_shared<mtl::BertBackbone>(mtl::BertConfig{
      .vocabulary = 40, .hidden = 16, .layers = 3, .heads = 2, .intermediate = 32, .max_positions = 16});
  Model model{bert, mtl::IOB2TokenHead<2>{{.hidden = 16, .labels = 3}},
              mtl::SequenceClassifier<3>{{.hidden = 16, .labels = 2}}};
  const auto [labels, classes] =
      model.predict({torch::tensor({2, 7, 9, 3}, torch::kInt64), torch::tensor({0, 4}, torch::kInt64), {}});
  std::printf("class %d, %zu token labels\n", static_cast<int>(classes[0].label), labels[0].size());
  return labels.size() == 1 && classes.size() == 1 && parameters(model) > 0 ? 0 : 1;
}

// Every attribution method against numbers by hand, an independent formula, or the model run again.
#include <mtl/detail/torch.hpp>

#include <support/catch.hpp>

#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <mtl/attribution/attention_rollout.hpp>
#include <mtl/attribution/attention_row.hpp>
#include <mtl/attribution/gradient_weighted_attention.hpp>
#include <mtl/attribution/integrated_gradients.hpp>
#include <mtl/attribution/leave_one_span_out.hpp>

#include <attribution/tiny_explained.hpp>
#include <support/gradients.hpp>

namespace attribution_methods_tests {

using namespace mtl;
using Catch::Matchers::Contains;
using mtl::tests::TinyExplained;

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

bool near(double a, double b, double tolerance = 1e-9) { return std::abs(a - b) <= tolerance; }

TEST_CASE("log-odds are those of the softmax, and do not move with all logits", "[attribution]") {
  const auto logits = torch::tensor({{1.0, -2.0, 0.5}, {800.0, 0.0, -3.0}}, torch::kDouble);
  for (const std::int64_t target : {0, 1, 2}) {
    const auto odds = log_odds(logits, target);
    const double p = logits.softmax(1)[0][target].item<double>();
    CHECK(near(odds[0].item<double>(), std::log(p / (1 - p))));
    CHECK(log_odds(logits + 7, target).allclose(odds));
  }
  CHECK(std::isfinite(log_odds(logits, 0)[1].item<double>()));  // where p is 1 in any floating type
  CHECK_THROWS_WITH(log_odds(logits, 3), Contains("class 3") && Contains("classes 0 to 2"));
  CHECK_THROWS_WITH(log_odds(torch::zeros({1, 1}), 0), Contains("must have two"));
}

TEST_CASE("a trace is the forward pass, with the attention that the backbone gives by layer",
          "[attribution]") {
  const TinyExplained tiny;
  const auto text = tiny.text();
  const auto trace = trace_of(text);
  const Batch batch{text.ids, torch::tensor({std::int64_t{0}, text.tokens()}, torch::kInt64), {}};
  CHECK(trace.output.allclose(tiny.backbone->forward(batch, {.highest = 3}).layer.back(), 1e-9, 1e-9));
  REQUIRE(trace.attention.size() == 3);
  for (int layer = 1; layer <= 3; ++layer)
    CHECK(trace.attention[static_cast<std::size_t>(layer - 1)].allclose(
        tiny.backbone->attention(batch, layer).front(), 1e-9, 1e-9));
  CHECK(near(traced_log_odds(text, trace).item<double>(), tiny.log_odds_of({2, 9, 17, 30, 11, 25, 3})));
  const auto words = tiny.backbone->word_embeddings(text.ids);
  CHECK(tiny.backbone->output_of(batch, words, 3).allclose(trace.output, 1e-9, 1e-9));
  CHECK_THROWS_WITH(tiny.backbone->output_of(batch, words, 4), Contains("layer 4 is asked for"));
  CHECK_THROWS_WITH(tiny.backbone->trace(text.ids, trace.output, 4), Contains("layer 4 is asked for"));
  CHECK_THROWS_WITH(tiny.backbone->word_embeddings(torch::tensor({40}, torch::kInt64)),
                    Contains("token id 40 is outside the model's vocabulary"));
}

TEST_CASE("gradients through a trace are those of central differences", "[attribution]") {
  const TinyExplained tiny(2);
  const auto text = tiny.text({2, 9, 17, 3});
  const auto words = text.backbone.word_embeddings(text.ids).detach();
  const auto f = [&](const torch::Tensor& at) { return traced_log_odds(text, trace_of(text, at)); };
  const auto leaf = words.clone().requires_grad_(true);
  const auto gradient = torch::autograd::grad({f(leaf)}, {leaf})[0];
  CHECK(gradient.allclose(mtl::tests::numeric_gradient(f, words), 1e-6, 1e-8));
  CHECK(gradient.abs().max().item<double>() > 1e-3);
}

TEST_CASE("the paper's row is the mean over heads of [CLS] in the last layer; any other can be had",
          "[attribution]") {
  const TinyExplained tiny;
  const auto text = tiny.text();
  const Batch batch{text.ids, torch::tensor({std::int64_t{0}, text.tokens()}, torch::kInt64), {}};
  const auto last = tiny.backbone->attention(batch, 3).front(),
             first = tiny.backbone->attention(batch, 1).front();
  const auto paper = AttentionRow{}(text);
  REQUIRE(paper.size() == 7);
  CHECK(near(sum_of(paper), 1));
  for (std::int64_t t = 0; t < 7; ++t) {
    const auto at = static_cast<std::size_t>(t);
    CHECK(near(paper[at], (last[0][0][t].item<double>() + last[1][0][t].item<double>()) / 2));
    CHECK(near(AttentionRow{.layer = 1, .head = 1, .row = 4}(text)[at], first[1][4][t].item<double>()));
    CHECK(near(AttentionRow{.layer = 1, .head = 0, .row = -1}(text)[at],
               first[0].select(1, t).sum().item<double>() / 7));
  }
  CHECK(attention_rows(text).sizes() == torch::IntArrayRef({3, 2, 7}));
  CHECK_THROWS_WITH((AttentionRow{.layer = 4}(text)), Contains("layer 4"));
  CHECK_THROWS_WITH((AttentionRow{.layer = 0}(text)), Contains("layer 0"));
  CHECK_THROWS_WITH((AttentionRow{.head = 2}(text)), Contains("head 2"));
  CHECK_THROWS_WITH((AttentionRow{.row = 7}(text)), Contains("row 7"));
}

TEST_CASE("rollout of two layers of two tokens, by hand", "[attribution]") {
  // Heads 0 and 1 of the first layer average to the identity's mirror, so (mean + I) / 2 is all halves.
  const auto first = torch::tensor({{{0.0, 1.0}, {1.0, 0.0}}, {{0.0, 1.0}, {1.0, 0.0}}}, torch::kDouble);
  const auto second = torch::tensor({{{0.8, 0.2}, {0.0, 1.0}}, {{0.4, 0.6}, {0.0, 1.0}}}, torch::kDouble);
  const std::vector<torch::Tensor> one{second}, both{first, second}, swapped{second, first};
  // (mean + I) / 2 of the second: {{0.8, 0.2}, {0, 1}}
  CHECK(attention_rollout(one).allclose(torch::tensor({{0.8, 0.2}, {0.0, 1.0}}, torch::kDouble)));
  CHECK(attention_rollout(both).allclose(torch::full({2, 2}, 0.5, torch::kDouble)));
  CHECK(attention_rollout(swapped).allclose(torch::tensor({{0.4, 0.6}, {0.4, 0.6}}, torch::kDouble)));
  CHECK_THROWS_WITH(attention_rollout(std::vector<torch::Tensor>{}), Contains("no layers"));
}

/// Weight of all ways from `from` in the layers below `layer` down to the input `to`: a step stays with one
/// half and goes on with half of the mean attention.
double weight_of_ways(const std::vector<torch::Tensor>& attention, std::size_t layer, std::int64_t from,
                      std::int64_t to) {
  if (layer == 0) return from == to ? 1 : 0;
  double weight = 0;
  for (std::int64_t next = 0; next < attention.front().size(1); ++next) {
    const double step = attention[layer - 1].select(1, from).select(1, next).mean().item<double>() / 2 +
                        (next == from ? 0.5 : 0);
    weight += step * weight_of_ways(attention, layer - 1, next, to);
  }
  return weight;
}

TEST_CASE("rollout is the sum over all ways through the layers", "[attribution]") {
  const TinyExplained tiny;
  const auto text = tiny.text({2, 9, 17, 30, 3});
  const auto rolled = AttentionRollout{}(text);
  const auto attention = trace_of(text).attention;
  CHECK(near(sum_of(rolled), 1));
  for (std::int64_t to = 0; to < 5; ++to)
    CHECK(near(rolled[static_cast<std::size_t>(to)], weight_of_ways(attention, 3, 0, to)));
}

TEST_CASE("gradient-weighted relevance of two layers, by hand", "[attribution]") {
  // One head. The second layer's [CLS] row is {0.5, 0.5}, its gradient {2, -4}: the first counts, as 1.
  const std::vector<torch::Tensor> attention{torch::tensor({{{0.25, 0.75}, {1.0, 0.0}}}, torch::kDouble),
                                             torch::tensor({{{0.5, 0.5}, {0.5, 0.5}}}, torch::kDouble)};
  const std::vector<torch::Tensor> gradient{torch::tensor({{{4.0, 4.0}, {-1.0, 5.0}}}, torch::kDouble),
                                            torch::tensor({{{2.0, -4.0}, {0.0, 6.0}}}, torch::kDouble)};
  // First layer: {{1, 3}, {0, 0}}, so R = {{2, 3}, {0, 1}}; second: {{1, 0}, {0, 3}}: R += {{2, 3}, {0, 3}}.
  CHECK(gradient_weighted_relevance(attention, gradient)
            .allclose(torch::tensor({{4.0, 6.0}, {0.0, 4.0}}, torch::kDouble)));
  CHECK_THROWS_WITH(gradient_weighted_relevance(attention, std::vector<torch::Tensor>{}),
                    Contains("2 layers"));
}

/// A one-layer BERT from its attention upwards, by the names of its parameters alone.
struct LayerByHand {
  std::map<std::string, torch::Tensor> p;
  torch::Tensor x, head_weight, head_bias;

  explicit LayerByHand(const TinyExplained& tiny, const ExplainedText& text) {
    for (const auto& item : tiny.backbone->named_parameters()) p[item.key()] = item.value().detach();
    const auto ids = text.ids;
    x = norm(p["embeddings.word_embeddings.weight"].index_select(0, ids) +
                 p["embeddings.position_embeddings.weight"].narrow(0, 0, ids.size(0)) +
                 p["embeddings.token_type_embeddings.weight"][0],
             "embeddings.LayerNorm");
    for (const auto& item : tiny.classifier->named_parameters())
      (item.key().ends_with("bias") ? head_bias : head_weight) = item.value().detach();
  }

  torch::Tensor norm(const torch::Tensor& rows, const std::string& name) {
    const auto centred = rows - rows.mean(1, true);
    return centred / (centred.square().mean(1, true) + 1e-12).sqrt() * p[name + ".weight"] +
           p[name + ".bias"];
  }
  torch::Tensor affine(const torch::Tensor& rows, const std::string& name) {
    return torch::matmul(rows, p["encoder.layer.0." + name + ".weight"].t()) +
           p["encoder.layer.0." + name + ".bias"];
  }

  /// attention: [2, tokens, tokens].
  torch::Tensor log_odds_from(const torch::Tensor& attention) {
    const auto value = affine(x, "attention.self.value");
    const auto gathered = torch::cat({torch::matmul(attention[0], value.narrow(1, 0, 6)),
                                      torch::matmul(attention[1], value.narrow(1, 6, 6))},
                                     1);
    const auto attended =
        norm(affine(gathered, "attention.output.dense") + x, "encoder.layer.0.attention.output.LayerNorm");
    const auto wide = affine(attended, "intermediate.dense");
    const auto active = wide * 0.5 * (1 + torch::erf(wide / std::sqrt(2.0)));
    const auto out = norm(affine(active, "output.dense") + attended, "encoder.layer.0.output.LayerNorm");
    const auto logits = torch::matmul(head_weight, out[0]) + head_bias;
    const auto probability = logits.softmax(0)[1];
    return (probability / (1 - probability)).log();
  }
};

TEST_CASE("gradient-weighted attention of a model, by hand and by central differences", "[attribution]") {
  const TinyExplained tiny(1);
  const auto text = tiny.text({2, 9, 17, 30, 3});
  LayerByHand by_hand(tiny, text);
  const auto attention =
      tiny.backbone
          ->attention({text.ids, torch::tensor({std::int64_t{0}, text.tokens()}, torch::kInt64), {}}, 1)
          .front();
  REQUIRE(near(by_hand.log_odds_from(attention).item<double>(), tiny.log_odds_of({2, 9, 17, 30, 3}), 1e-8));
  const auto gradient = mtl::tests::numeric_gradient(
      [&](const torch::Tensor& at) { return by_hand.log_odds_from(at); }, attention);
  const auto expected = (attention * gradient).clamp_min(0).mean(0)[0];
  const auto found = GradientWeightedAttention{}(text);
  for (std::int64_t t = 0; t < 5; ++t)
    CHECK(near(found[static_cast<std::size_t>(t)], expected[t].item<double>(), 1e-6));
  CHECK(expected.max().item<double>() > 1e-3);
  for (const auto& parameter : tiny.backbone->parameters()) CHECK_FALSE(parameter.grad().defined());
}

TEST_CASE("integrated gradients sum to what the text adds to its baseline", "[attribution]") {
  const TinyExplained tiny;
  const auto text = tiny.text();
  const auto coarse = IntegratedGradients{.steps = 20}.explain(text);
  const auto fine = IntegratedGradients{.steps = 150}.explain(text);
  CHECK(near(fine.log_odds_of_text, tiny.log_odds_of({2, 9, 17, 30, 11, 25, 3})));
  CHECK(near(fine.log_odds_of_baseline, tiny.log_odds_of({2, 0, 0, 0, 0, 0, 3})));
  CHECK(std::abs(fine.log_odds_of_text - fine.log_odds_of_baseline) > 0.1);
  CHECK(std::abs(fine.gap()) < 2e-3);
  CHECK(std::abs(fine.gap()) < std::abs(coarse.gap()));
  CHECK(fine.scores.front() == 0);  // special tokens and padding are not on the way
  CHECK(fine.scores.back() == 0);
  CHECK(IntegratedGradients{}.explain(tiny.text({2, 9, 0, 30, 3})).scores[2] == 0);
  for (const auto& parameter : tiny.backbone->parameters()) CHECK_FALSE(parameter.grad().defined());
  CHECK_THROWS_WITH((IntegratedGradients{.steps = 0}(text)), Contains("0 steps"));
}

TEST_CASE("integrated gradients of one step are the gradient half way, times the way", "[attribution]") {
  const TinyExplained tiny(2);
  const auto text = tiny.text({2, 9, 17, 3});
  const auto end = text.backbone.word_embeddings(text.ids).detach();
  const auto begin = text.backbone.word_embeddings(torch::tensor({2, 0, 0, 3}, torch::kInt64)).detach();
  const auto f = [&](const torch::Tensor& at) { return traced_log_odds(text, trace_of(text, at)); };
  const auto expected = (mtl::tests::numeric_gradient(f, (begin + end) / 2) * (end - begin)).sum(1);
  const auto found = IntegratedGradients{.steps = 1}(text);
  for (std::int64_t t = 0; t < 4; ++t)
    CHECK(near(found[static_cast<std::size_t>(t)], expected[t].item<double>(), 1e-6));
}

TEST_CASE("integrated gradients are the same however many points are computed at a time", "[attribution]") {
  const TinyExplained tiny;
  const auto text = tiny.text();
  const auto alone = IntegratedGradients{.steps = 7, .batch = 1}.explain(text);
  for (const int batch : {2, 3, 16}) {
    const auto together = IntegratedGradients{.steps = 7, .batch = batch}.explain(text);
    REQUIRE(together.scores.size() == alone.scores.size());
    for (std::size_t t = 0; t < 7; ++t) CHECK(near(together.scores[t], alone.scores[t], 1e-12));
    CHECK(near(together.log_odds_of_text, alone.log_odds_of_text, 1e-12));
  }
  CHECK_THROWS_WITH((IntegratedGradients{.batch = 0}(text)), Contains("0 points at a time"));
}

TEST_CASE("leaving a span out costs what the model says of the text without it", "[attribution]") {
  const TinyExplained tiny;
  auto text = tiny.text();
  text.groups = {{1, 3}, {3, 4}, {5, 6}};
  const double whole = tiny.log_odds_of({2, 9, 17, 30, 11, 25, 3});
  const std::vector<double> expected{whole - tiny.log_odds_of({2, 30, 11, 25, 3}),
                                     whole - tiny.log_odds_of({2, 9, 17, 11, 25, 3}),
                                     whole - tiny.log_odds_of({2, 9, 17, 30, 11, 3})};
  for (const int batch : {1, 2, 16}) {
    const auto lost = log_odds_lost(text, batch);
    REQUIRE(lost.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(near(lost[i], expected[i]));
  }
  const auto scores = LeaveOneSpanOut{}(text);
  const std::vector<double> shared{0, expected[0] / 2, expected[0] / 2, expected[1], 0, expected[2], 0};
  for (std::size_t t = 0; t < 7; ++t) CHECK(near(scores[t], shared[t]));
  text.groups = {{0, 2}};
  CHECK_THROWS_WITH(log_odds_lost(text), Contains("tokens [0, 2) cannot be left out"));
  text.groups = {{5, 7}};
  CHECK_THROWS_WITH(log_odds_lost(text), Contains("tokens [5, 7) cannot be left out"));
  text.groups = {{2, 2}};
  CHECK_THROWS_WITH(log_odds_lost(text), Contains("cannot be left out"));
}

TEST_CASE("a text of the special tokens alone has an attribution too", "[attribution]") {
  const TinyExplained tiny;
  const auto text = tiny.text({2, 3});
  CHECK(near(sum_of(AttentionRow{}(text)), 1));
  CHECK(near(sum_of(AttentionRollout{}(text)), 1));
  CHECK(GradientWeightedAttention{}(text).size() == 2);
  CHECK(sum_of(IntegratedGradients{.steps = 3}(text)) == 0);
  CHECK(sum_of(LeaveOneSpanOut{}(text)) == 0);
}

}  // namespace attribution_methods_tests

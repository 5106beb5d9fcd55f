#include <mtl/detail/torch.hpp>

// The fast engine against the plain one: the same function, gradients and dropout bits.
#include <support/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <ATen/Parallel.h>

#include <mtl/heads/iob2_token_head.hpp>
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/loss/weighted_sum.hpp>
#include <mtl/model/bert_backbone.hpp>
#include <mtl/model/checkpoint.hpp>
#include <mtl/model/multi_task_encoder.hpp>
#include <mtl/train/adam.hpp>
#include <mtl/train/freezing.hpp>
#include <support/chosen_kernels.hpp>

namespace fast_engine_tests {

using namespace mtl;
using mtl::tests::with_every_kernel_set;

constexpr EngineOptions plain{Engine::Plain, NumberType::Float32}, fast{Engine::Fast, NumberType::Float32},
    narrow{Engine::Fast, NumberType::Bfloat16};

/// Its feed-forward layer has a width that our products take; `odd` one that is left to libtorch.
BertConfig shape(std::int64_t head_size = 16, int layers = 3, bool odd = false) {
  return {.vocabulary = 50,
          .hidden = 2 * head_size,
          .layers = layers,
          .heads = 2,
          .intermediate = odd ? 3 * head_size + 4 : 4 * head_size,
          .max_positions = 512,
          .initializer_range = 0.8 / std::sqrt(2.0 * static_cast<double>(head_size))};
}

Batch batch_of(const std::vector<std::int64_t>& lengths) {
  std::vector<std::int64_t> ids, starts{0}, main, pos;
  for (const auto length : lengths) {
    for (std::int64_t i = 0; i < length; ++i) {
      ids.push_back(static_cast<std::int64_t>(RandomStream(3).below(ids.size(), 50)));
      pos.push_back(i == 0 ? ignored_label : ids.back() % 3);
    }
    starts.push_back(static_cast<std::int64_t>(ids.size()));
    main.push_back(length % 4);
  }
  return {mtl::detail::to_tensor(ids),
          mtl::detail::to_tensor(starts),
          {{"main", mtl::detail::to_tensor(main)}, {"pos", mtl::detail::to_tensor(pos)}}};
}

using Model = MultiTaskEncoder<BertBackbone, IOB2TokenHead<>, SequenceClassifier<>>;

/// The paper's model: a token head at layer `tap`, a classifier at layer `top`, on biases and normalisations
/// that are not those of a fresh one.
struct Trainee {
  std::shared_ptr<BertBackbone> backbone;
  Model model;

  Trainee(const BertConfig& config, const EngineOptions& engine, int tap, int top)
      : backbone{std::make_shared<BertBackbone>(config)},
        model{backbone, IOB2TokenHead<>{{.hidden = config.hidden, .labels = 3, .layer = tap}},
              SequenceClassifier<>{{.hidden = config.hidden, .labels = 4, .layer = top}}} {
    backbone->set_engine(engine);
    const torch::NoGradGuard no_grad;
    for (auto& item : model.module().named_parameters())
      if (item.value().dim() == 1) {
        auto noise = torch::empty(item.value().sizes());
        fill_normal(noise, 0.2, RandomStream(5).named(item.key()));
        item.value().add_(noise);
      }
  }

  torch::Tensor loss(const Batch& batch, const std::optional<RandomStream>& dropout) {
    std::vector<NamedLoss> losses;
    for (const auto& output : model.outputs(batch, dropout)) losses.push_back({output.head, output.loss});
    return weighted_sum(lambda<"main">(1.0), lambda<"pos">(0.5))(losses);
  }
};

double distance(const torch::Tensor& a, const torch::Tensor& b, double least = 0) {
  const auto x = a.to(torch::kDouble), y = b.to(torch::kDouble);
  return (x - y).norm().item<double>() / std::max(y.norm().item<double>(), least);
}

/// The largest relative distance of a gradient from that of the other model, in the 2-norm. A softmax does
/// not feel the bias of the keys, nor one over one token its score: the gradients of queries and keys are
/// taken as a share of no less than a tenth of the values'.
double gradient_distance(Trainee& a, Trainee& b) {
  const auto mine = a.model.module().named_parameters(), theirs = b.model.module().named_parameters();
  double largest = 0;
  for (const auto& item : theirs) {
    const auto& gradient = mine[item.key()].grad();
    INFO(item.key());
    REQUIRE(gradient.defined() == item.value().grad().defined());
    if (!gradient.defined()) continue;
    double least = 0;
    for (const std::string part : {".query.", ".key."})
      if (const auto at = item.key().find(part); at != std::string::npos)
        least = 0.1 * theirs[item.key().substr(0, at) + ".value.weight"].grad().norm().item<double>();
    largest = std::max(largest, distance(gradient, item.value().grad(), least));
  }
  return largest;
}

/// Both engines on one batch: CHECKs the loss and every gradient.
void check_same(const BertConfig& config, const std::vector<std::int64_t>& lengths, int tap, int top,
                const std::set<int>& learn, int dropout_from = 0) {
  const auto batch = batch_of(lengths);
  Trainee reference(config, plain, tap, top), tried(config, fast, tap, top);
  REQUIRE(tried.backbone->engine().engine == Engine::Fast);
  std::vector<double> losses;
  for (auto* const one : {&reference, &tried}) {
    if (!learn.empty()) train_only(one->model, learn);
    one->backbone->set_dropout_from(dropout_from);
    const auto loss = one->loss(batch, RandomStream(7));
    loss.backward();
    losses.push_back(loss.item<double>());
  }
  CHECK(losses[1] == Approx(losses[0]).epsilon(1e-6));
  CHECK(gradient_distance(tried, reference) < 1e-5);
}

TEST_CASE("fast is plain, loss and every gradient, with dropout", "[engine]") {
  with_every_kernel_set([] {
    check_same(shape(), {5, 1, 12, 9, 12}, 1, 3, {});
    check_same(shape(), {5, 1, 12, 9, 12}, 3, 3, {});
    check_same(shape(), {33, 64, 17}, 2, 3, {2, 3});
    check_same(shape(), {33, 64, 17}, 3, 3, {3}, 3);
    check_same(shape(), {33, 64, 17}, 2, 1, {1, 2, 3}, 1);
    check_same(shape(16, 3, true), {5, 1, 12, 9, 12}, 1, 3, {});
    check_same(shape(16, 3, true), {33, 64, 17}, 2, 3, {2, 3});
  });
}

TEST_CASE("fast is plain for every size of head, one token and 512", "[engine]") {
  with_every_kernel_set([] {
    for (const int size : {16, 32, 64, 80}) {
      INFO("head size " << size);
      check_same(shape(size, 2), {1, 7, 130}, 1, 2, {1, 2});
    }
    check_same(shape(32, 1), {512, 3}, 1, 1, {1});
    check_same(shape(16, 2), {1}, 1, 2, {1, 2});
  });
}

TEST_CASE("fast is plain for the other activations", "[engine]") {
  with_every_kernel_set([] {
    for (const auto activation : {Activation::GeluTanh, Activation::Relu}) {
      auto config = shape(16, 2);
      config.activation = activation;
      check_same(config, {20, 9}, 1, 2, {1, 2});
      config.intermediate = 52;
      check_same(config, {20, 9}, 1, 2, {1, 2});
    }
  });
}

TEST_CASE("without gradients fast gives plain's outputs, of every layer or of those that are read",
          "[engine]") {
  with_every_kernel_set([] {
    const torch::NoGradGuard no_grad;
    const auto batch = batch_of({5, 40, 13});
    Trainee reference(shape(), plain, 1, 3), tried(shape(), fast, 1, 3);
    const auto expected = reference.backbone->forward(batch, {.highest = 3}).layer;
    const auto all = tried.backbone->forward(batch, {.highest = 3}).layer;
    for (std::size_t k = 0; k < 4; ++k) CHECK(distance(all[k], expected[k]) < 1e-6);
    const auto some = tried.backbone->forward(batch, {.highest = 3, .dropout = {}, .read = {2}}).layer;
    CHECK(torch::equal(some[2], all[2]));
    CHECK_FALSE(some[1].defined());
  });
}

TEST_CASE("where only the first rows are read, the highest layer computes no other, and these are the same",
          "[engine]") {
  with_every_kernel_set([] {
    const auto batch = batch_of({5, 1, 40, 13});
    const auto starts = batch.starts.slice(0, 0, -1);
    for (const auto& dropout : {std::optional<RandomStream>{}, std::optional{RandomStream(4)}}) {
      Trainee reference(shape(), plain, 1, 3), tried(shape(), fast, 1, 3);
      const Pass all{.highest = 3, .dropout = dropout};
      const Pass first{.highest = 3, .dropout = dropout, .read = {1}, .first_rows = true};
      const auto expected = reference.backbone->forward(batch, all).layer[3].index_select(0, starts);
      const auto taps = tried.backbone->forward(batch, first);
      CHECK_FALSE(taps.layer[3].defined());
      CHECK(distance(taps.first_rows(3), expected) < 1e-6);
      CHECK(torch::equal(taps.first_rows(1), taps.layer[1].index_select(0, starts)));
      const auto rows = reference.backbone->forward(batch, first);  // the reference computes them all
      CHECK(torch::equal(rows.first_rows(3), expected));
      const auto beside =
          tried.backbone->forward(batch, {.highest = 3, .dropout = dropout, .read = {3}, .first_rows = true});
      CHECK(torch::equal(beside.first_rows(3), taps.first_rows(3)));
      CHECK(distance(beside.layer[3].index_select(0, starts), expected) < 1e-6);
    }
  });
}

TEST_CASE("a model asks for no more than the rows that its heads read", "[engine]") {
  struct Recorder : BertBackbone {
    using BertBackbone::BertBackbone;
    Pass last;
    Taps forward(const Batch& batch, const Pass& pass) {
      last = pass;
      return BertBackbone::forward(batch, pass);
    }
  };
  const auto backbone = std::make_shared<Recorder>(shape());
  const auto pass = [&](int tap, int top) {
    MultiTaskEncoder<Recorder, IOB2TokenHead<>, SequenceClassifier<>> model(
        backbone, IOB2TokenHead<>{{.hidden = shape().hidden, .labels = 3, .layer = tap}},
        SequenceClassifier<>{{.hidden = shape().hidden, .labels = 4, .layer = top}});
    model.losses(batch_of({5, 3}));
    return backbone->last;
  };
  const auto low = pass(1, 3), same_layer = pass(3, 3), above = pass(3, 1);
  CHECK((low.first_rows && low.reads(1) && !low.reads(3)));
  CHECK((same_layer.first_rows && same_layer.reads(3)));
  CHECK((!above.first_rows && above.reads(3) && above.reads(1)));
}

TEST_CASE("a frozen layer has no gradient, and what lies below the lowest that learns no graph", "[engine]") {
  Trainee tried(shape(), fast, 2, 3);
  train_only(tried.model, {2});
  tried.loss(batch_of({9, 30}), RandomStream(1)).backward();
  for (const auto& item : tried.model.module().named_parameters())
    CHECK(item.value().grad().defined() ==
          (item.key().starts_with("heads.") || encoder_layer(item.key()) == 2));
  const auto taps = tried.backbone->forward(batch_of({9, 30}), {.highest = 3});
  CHECK_FALSE(taps.layer[1].requires_grad());
  CHECK(taps.layer[2].requires_grad());
}

TEST_CASE("weights that change are seen: after a step, and after a copy", "[engine]") {
  with_every_kernel_set([] {
    const auto batch = batch_of({9, 30});
    Trainee reference(shape(), plain, 1, 3), tried(shape(), fast, 1, 3);
    for (auto* const one : {&reference, &tried}) {
      Adam adam(parameter_groups(one->model, {.backbone = 1e-3, .heads = 1e-3}));
      for (int step = 0; step < 3; ++step) {
        adam.zero_grad();
        one->loss(batch, RandomStream(1)).backward();
        adam.step();
      }
    }
    const torch::NoGradGuard no_grad;
    CHECK(tried.loss(batch, {}).item<double>() ==
          Approx(reference.loss(batch, {}).item<double>()).epsilon(1e-4));
    const auto before = tried.loss(batch, {}).item<double>();
    tried.backbone->named_parameters()["encoder.layer.0.output.dense.weight"].mul_(3);
    CHECK(tried.loss(batch, {}).item<double>() != before);
  });
}

TEST_CASE("one model may change kernels, and go from evaluation to training and back", "[engine]") {
  const auto batch = batch_of({9, 30});
  Trainee reference(shape(), plain, 1, 3), tried(shape(), fast, 1, 3);
  const auto evaluated = [&](Trainee& one) {
    const torch::NoGradGuard no_grad;
    return one.loss(batch, {}).item<double>();
  };
  for (int round = 0; round < 2; ++round)
    with_every_kernel_set([&] {
      CHECK(evaluated(tried) == Approx(evaluated(reference)).epsilon(1e-6));
      for (auto* const one : {&reference, &tried}) {
        one->model.module().zero_grad();
        one->loss(batch, RandomStream(7)).backward();
      }
      CHECK(gradient_distance(tried, reference) < 1e-5);
      CHECK(evaluated(tried) == Approx(evaluated(reference)).epsilon(1e-6));
    });
}

TEST_CASE("a model that has computed computes with the weights that are read next", "[engine]") {
  const auto file =
      (std::filesystem::temp_directory_path() / fmt::format("mtl-{}.safetensors", ::getpid())).string();
  const auto batch = batch_of({9, 30});
  const torch::NoGradGuard no_grad;
  const Trainee used(shape(), fast, 1, 3), other(shape(), fast, 1, 3);
  std::vector<std::pair<std::string, torch::Tensor>> weights;
  for (const auto& item : other.backbone->named_parameters())
    weights.emplace_back(item.key(), item.value().mul_(0.5));
  write_tensors(file, weights);
  const auto output = [&](const Trainee& of) {
    return of.backbone->forward(batch, {.highest = 3}).layer.back();
  };
  CHECK_FALSE(torch::equal(output(used), output(other)));
  load_weights(*used.backbone, file);
  std::filesystem::remove(file);
  CHECK(torch::equal(output(used), output(other)));
}

/// The highest layer's output, and the gradients of all encoder layers for one that is given.
std::vector<torch::Tensor> computed(const EngineOptions& engine, const Batch& batch, int threads) {
  at::set_num_threads(threads);
  Trainee one(shape(32), engine, 1, 3);
  const auto output = one.backbone->forward(batch, {.highest = 3, .dropout = RandomStream(3)}).layer.back();
  auto gradient = torch::empty(output.sizes());
  fill_normal(gradient, 1, RandomStream(4));
  output.backward(gradient);
  std::vector<torch::Tensor> all{output.detach()};
  for (const auto& item : one.backbone->named_parameters())
    if (item.key().starts_with("encoder.")) all.push_back(item.value().grad());
  return all;
}

TEST_CASE("encoder layers give the same bits on one thread and on two", "[engine]") {
  const auto threads = at::get_num_threads();
  for (const auto& engine : {fast, narrow})
    for (const auto& batch : {batch_of({5, 60, 130}), batch_of({500, 512, 300, 31})}) {
      const auto one = computed(engine, batch, 1), two = computed(engine, batch, 2);
      REQUIRE(one.size() == two.size());
      for (std::size_t i = 0; i < one.size(); ++i) CHECK(torch::equal(one[i], two[i]));
    }
  at::set_num_threads(threads);
}

/// The parameters after three steps.
std::vector<torch::Tensor> trained(const EngineOptions& engine, std::uint64_t seed) {
  Trainee one(shape(), engine, 1, 3);
  Adam adam(parameter_groups(one.model, {}));
  for (std::uint64_t step = 0; step < 3; ++step) {
    adam.zero_grad();
    one.loss(batch_of({9, 30, 70}), RandomStream(seed).at(step)).backward();
    adam.step();
  }
  std::vector<torch::Tensor> values;
  for (const auto& parameter : one.model.module().parameters()) values.push_back(parameter.detach());
  return values;
}

bool same(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return torch::equal(x, y); });
}

TEST_CASE("one seed, one training, bit for bit; another seed, another", "[engine]") {
  with_every_kernel_set([] {
    for (const auto& engine : {fast, narrow}) {
      const auto first = trained(engine, 1);
      CHECK(same(trained(engine, 1), first));
      CHECK_FALSE(same(trained(engine, 2), first));
    }
  });
}

TEST_CASE("a graph of the fast engine is differentiated once", "[engine]") {
  Trainee tried(shape(), fast, 1, 3);
  const auto loss = tried.loss(batch_of({9}), {});
  loss.backward({}, /*retain_graph=*/true);
  CHECK_THROWS_WITH(loss.backward(), Catch::Matchers::Contains("set the engine to plain"));
}

TEST_CASE("weights that were written to since the forward pass are not differentiated by", "[engine]") {
  with_every_kernel_set([] {
    for (const auto& engine : {plain, fast, narrow}) {
      Trainee tried(shape(), engine, 1, 3);
      const auto first = tried.loss(batch_of({9}), {}), second = tried.loss(batch_of({12}), {});
      Adam adam(parameter_groups(tried.model, {}));
      first.backward();
      adam.step();
      CHECK_THROWS_WITH(second.backward(), Catch::Matchers::Contains("written to") ||
                                               Catch::Matchers::Contains("modified by an inplace operation"));
    }
  });
}

TEST_CASE("nor is a layer that was changed in place where the next one reads it", "[engine]") {
  for (const auto& engine : {plain, fast}) {
    Trainee tried(shape(), engine, 1, 3);
    const auto taps = tried.backbone->forward(batch_of({9, 30}), {.highest = 3});
    const auto sum = taps.layer[3].sum();
    taps.layer[1].mul_(2);
    CHECK_THROWS_WITH(sum.backward(), Catch::Matchers::Contains("written to") ||
                                          Catch::Matchers::Contains("modified by an inplace operation"));
  }
}

TEST_CASE("the plain engine computes where the fast one cannot", "[engine]") {
  BertBackbone odd({.vocabulary = 9, .hidden = 12, .layers = 1, .heads = 2, .intermediate = 8});
  CHECK(odd.engine().engine == Engine::Plain);
  BertBackbone wide(shape());
  CHECK(wide.engine().engine == Engine::Fast);
  wide.to(torch::kDouble);
  CHECK(wide.engine().engine == Engine::Plain);
}

}  // namespace fast_engine_tests

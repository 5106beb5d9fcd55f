// One side of the benchmark: our training step, driven by words on standard input. A reply is one line of
// JSON.
//   bench_step JOB
// JOB is JSON, as bench.py's Bench.ours() writes it. Its folder holds model/ (Hugging Face layout),
// heads.safetensors and batch.safetensors. Words: "check FILE" writes the gradients of one pass without
// dropout; "step" trains one step; "predict" says the classes, "logits FILE" writes what the classifier says;
// "peak" says how much memory was used.
#include <mtl/detail/torch.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <string>

#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>

#include <mtl/heads/iob2_token_head.hpp>
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/loss/weighted_sum.hpp>
#include <mtl/model/checkpoint.hpp>
#include <mtl/model/multi_task_encoder.hpp>
#include <mtl/model/tensor_file.hpp>
#include <mtl/train/adam.hpp>
#include <mtl/train/freezing.hpp>

namespace {

using namespace mtl;
using Multi = MultiTaskEncoder<BertBackbone, IOB2TokenHead<dynamic_layer>, SequenceClassifier<dynamic_layer>>;
using Single = MultiTaskEncoder<BertBackbone, SequenceClassifier<dynamic_layer>>;

/// What the command line says.
struct Job {
  std::string folder;
  int layer;
  double dropout;
  int dropout_from;
  bool multi;
  bool cached;  ///< the hidden states below `layer` are there before the first step

  static Job of(const nlohmann::json& json) {
    return {json.at("folder"), json.at("layer"),          json.at("dropout"),
            json.at("from"),   json.at("arm") == "multi", json.at("cached")};
  }
};

torch::Tensor stored(const std::string& path, const std::string& name) {
  const auto file = SafetensorsFile::open(path);
  const auto* const entry = file.find(name);
  require(entry != nullptr, "{} has no tensor '{}'", path, name);
  return read_tensor(file, *entry);
}

Batch read_batch(const std::string& path) {
  return {stored(path, "ids"),
          stored(path, "starts"),
          {{"main", stored(path, "main")}, {"pos", stored(path, "pos")}}};
}

std::unique_ptr<TrainableModel> make_model(const Job& job, const std::shared_ptr<BertBackbone>& backbone) {
  const auto hidden = backbone->hidden();
  SequenceClassifier<dynamic_layer> main{{.hidden = hidden, .labels = 9, .layer = backbone->layers()}};
  if (!job.multi) return std::make_unique<Single>(backbone, std::move(main));
  IOB2TokenHead<dynamic_layer> pos{
      {.hidden = hidden, .labels = 7, .dropout = job.dropout, .layer = job.layer}};
  return std::make_unique<Multi>(backbone, std::move(pos), std::move(main));
}

/// One model in training.
class Trainee {
 public:
  Trainee(const Job& job, const std::shared_ptr<BertBackbone>& backbone)
      : model_{make_model(job, backbone)},
        batch_{read_batch(job.folder + "/batch.safetensors")},
        loss_{job.multi ? weighted_sum(lambda<"main">(1.0), lambda<"pos">(0.5))
                        : weighted_sum(lambda<"main">(1.0))},
        drops_{job.dropout > 0} {
    backbone->set_dropout_from(job.dropout_from);
    train_only(*model_, {job.layer, model_->layers()});
    const torch::NoGradGuard no_grad;
    for (auto& item : model_->module().named_parameters())
      if (item.key().starts_with("heads."))
        item.value().copy_(stored(job.folder + "/heads.safetensors", item.key()));
    adam_.emplace(parameter_groups(*model_, {.backbone = 5e-5, .heads = 1e-4}));
    if (!job.cached) return;
    const auto below = backbone->forward(batch_, {.highest = job.layer - 1}).layer.back();
    batch_.prefix = Prefix{job.layer - 1, below};
  }

  /// The loss, with the gradients in the parameters; no dropout.
  double gradients() {
    adam_->zero_grad();
    const auto loss = pass({});
    loss.backward();
    return loss.item<double>();
  }

  /// What fit() does of one batch. Returns the loss before it.
  double step() {
    const auto loss = pass(drops_ ? std::optional{RandomStream{1}.at(++steps_)} : std::nullopt);
    const auto value = loss.item<double>();
    adam_->zero_grad();
    loss.backward();
    adam_->step();
    return value;
  }

  /// What `mtl predict` does of one batch: every head, no gradients.
  torch::Tensor logits() {
    const torch::NoGradGuard no_grad;
    return model_->outputs({batch_.ids, batch_.starts, {}}).back().logits;
  }

  std::vector<std::pair<std::string, torch::Tensor>> learned_gradients() {
    std::vector<std::pair<std::string, torch::Tensor>> all;
    for (const auto& [name, value] : trainable_parameters(*model_)) all.emplace_back(name, value.grad());
    return all;
  }

 private:
  torch::Tensor pass(const std::optional<RandomStream>& dropout) {
    std::vector<NamedLoss> losses;
    for (const auto& output : model_->outputs(batch_, dropout)) losses.push_back({output.head, output.loss});
    return loss_(losses);
  }

  std::unique_ptr<TrainableModel> model_;
  Batch batch_;
  WeightedSum loss_;
  std::optional<Adam> adam_;
  bool drops_;
  std::uint64_t steps_ = 0;
};

/// A line of /proc/self/status, in bytes.
double memory(const std::string& what) {
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key;)
    if (double kilobytes = 0; key == what + ":" && status >> kilobytes) return kilobytes * 1024;
  return 0;
}

nlohmann::json answer(Trainee& trainee, const std::string& word) {
  const auto begin = std::chrono::steady_clock::now();
  if (word == "check") {
    std::string file;
    std::cin >> file;
    const double loss = trainee.gradients();
    write_tensors(file, trainee.learned_gradients());
    return {{"loss", loss}};
  }
  if (word == "logits") {
    std::string file;
    std::cin >> file;
    write_tensors(file, {{"logits", trainee.logits()}});
    return nlohmann::json::object();
  }
  if (word == "peak") return {{"peak", memory("VmHWM")}, {"now", memory("VmRSS")}};
  require(word == "step" || word == "predict", "'{}' is no word of bench_step", word);
  const double result = word == "step" ? trainee.step() : trainee.logits().argmax(1).sum().item<double>();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  return {{word == "step" ? "loss" : "classes", result}, {"seconds", seconds.count()}};
}

}  // namespace

int main(int count, char** words) try {
  require(count == 2, "usage: bench_step JOB");
  const auto json = nlohmann::json::parse(words[1]);
  const auto job = Job::of(json);
  at::set_num_threads(json.at("threads").get<int>());
  const auto backbone = load_bert(job.folder + "/model");
  backbone->set_engine({engine_named(json.at("engine").get<std::string>()),
                        precision_named(json.at("precision").get<std::string>())});
  Trainee trainee(job, backbone);
  const double loaded = memory("VmRSS");
  std::cout << nlohmann::json{{"loaded", loaded}, {"kernels", active_kernels()}} << std::endl;
  for (std::string word; std::cin >> word;) std::cout << answer(trainee, word) << std::endl;
} catch (const std::exception& error) {
  std::cerr << "bench_step: " << error.what() << "\n";
  return 1;
}

// One side of the benchmark: our training step, driven by words on standard input. A reply is one line of
// JSON.
//   bench_step FOLDER LAYER DROPOUT FROM ARM THREADS ENGINE PRECISION
// FOLDER holds model/ (Hugging Face layout), heads.safetensors and batch.safetensors, as bench.py writes
// them. Words: "check FILE" writes the gradients of one pass without dropout; "step" trains one step; "peak"
// says how much memory was used.
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
  int layer = 1;
  double dropout = 0;
  int dropout_from = 0;
  bool multi = true;
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
  if (word == "peak") return {{"peak", memory("VmHWM")}, {"now", memory("VmRSS")}};
  require(word == "step", "'{}' is no word of bench_step", word);
  const double loss = trainee.step();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  return {{"loss", loss}, {"seconds", seconds.count()}};
}

}  // namespace

int main(int count, char** words) try {
  require(count == 9, "usage: bench_step FOLDER LAYER DROPOUT FROM ARM THREADS ENGINE PRECISION");
  const Job job{words[1], std::stoi(words[2]), std::stod(words[3]), std::stoi(words[4]),
                words[5] == std::string("multi")};
  at::set_num_threads(std::stoi(words[6]));
  const auto backbone = load_bert(job.folder + "/model");
  backbone->set_engine({engine_named(words[7]), precision_named(words[8])});
  Trainee trainee(job, backbone);
  const double loaded = memory("VmRSS");
  std::cout << nlohmann::json{{"loaded", loaded}, {"kernels", active_kernels()}} << std::endl;
  for (std::string word; std::cin >> word;) std::cout << answer(trainee, word) << std::endl;
} catch (const std::exception& error) {
  std::cerr << "bench_step: " << error.what() << "\n";
  return 1;
}

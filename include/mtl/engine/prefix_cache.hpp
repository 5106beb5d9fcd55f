// In: a backbone whose lower layers are frozen, and a data set. Out: the hidden states of every document at
// the highest of these layers, computed once and read from a file by every training and evaluation after
// that.
#pragma once

#include <mtl/detail/torch.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <mtl/data/batches.hpp>
#include <mtl/data/dataset_digest.hpp>
#include <mtl/engine/prefix_file.hpp>
#include <mtl/engine/prefix_fingerprint.hpp>
#include <mtl/engine/prefix_writer.hpp>

namespace mtl {

/// Where hidden states are kept, and what is told of it.
struct PrefixCacheOptions {
  std::filesystem::path folder = {};  ///< of the cache alone: other files of its names are removed
  /// What numbers are stored as. Bfloat16 halves the file, and rounds what goes past the products, which
  /// every engine keeps in float32, at each layer: at the top of twelve it added 19 % to the error of a bf16
  /// engine.
  NumberType type = NumberType::Float32;
  /// Most bytes that its files take at any time, with those that are removed but still read; absent: what the
  /// disk has.
  std::optional<std::uint64_t> limit = {};
  /// Bytes of the disk that are left to others at this moment, such as to results that are still to be
  /// written: hidden states can be computed again. Absent: none.
  std::function<std::uint64_t()> reserve = {};
  /// A line for the user: a file cannot be used and is computed again, or it goes on without a cache.
  std::function<void(const std::string&)> say = {};
  /// Called after every batch of a layer that is computed: the layer, documents done, documents in all. It
  /// may throw, to stop.
  std::function<void(int, std::size_t, std::size_t)> on_progress = {};
};

/// The frozen prefix of a sweep: the hidden states of one layer at a time, going upward.
///
/// What is in the file is a function of weights, token ids, engine and threads alone, whoever asks first and
/// whatever was there: layer k is computed from the stored numbers of layer k - 1, in batches of the data
/// set's own order. A training always reads the file, so that a cold and a warm cache give the same bits.
/// Safe for threads.
class PrefixCache {
 public:
  /// Documents of a batch in which hidden states are computed.
  static constexpr int batch_size = 32;

  /// `dataset`: the whole, not a fold of it; must live as long as the cache.
  PrefixCache(const Dataset& dataset, PrefixCacheOptions options)
      : dataset_{dataset}, options_{std::move(options)}, ids_{inputs_digest(dataset, {})} {
    auto starts = std::make_shared<std::vector<std::int64_t>>(1, 0);
    for (const auto& example : dataset.examples)
      starts->push_back(starts->back() + static_cast<std::int64_t>(example.ids.size()));
    starts_ = std::move(starts);
  }

  /// Reads the hidden states of layer `layer` (1 or higher), computing them first where no file has them.
  /// Empty where there is no room for the file: the caller then goes on without, and the user was told once.
  /// Where files that others still read take the room, a later call may find some.
  ///
  /// Throws Error when `backbone` has something up to that layer that learns or draws dropout.
  PrefixReader at(BertStack& backbone, int layer) {
    require(layer >= 1 && layer <= backbone.fixed_layers(),
            "the hidden states of layer {} are to be kept, but those that are fixed end at layer {}", layer,
            backbone.fixed_layers());
    const std::lock_guard lock(mutex_);
    if (given_up_) return {};
    const auto wanted = shape(backbone, layer);
    if (!current_ || current_->shape().fingerprint != wanted.fingerprint) current_ = find(backbone, wanted);
    if (!current_) return {};
    return reader_of(current_);
  }

  NumberType type() const { return options_.type; }

  /// Bytes of one layer's file.
  std::uint64_t bytes_of_layer(const BertStack& backbone) const {
    return PrefixShape{.hidden = backbone.hidden(), .type = options_.type, .starts = starts_}.file_bytes();
  }

  /// Removes the cache's files.
  void clear() {
    const std::lock_guard lock(mutex_);
    current_.reset();
    remove_all_but({});
    std::error_code not_empty;
    std::filesystem::remove(options_.folder, not_empty);
  }

 private:
  static PrefixReader reader_of(const std::shared_ptr<const PrefixFile>& file) {
    return [file](std::span<const std::size_t> documents) {
      return Prefix{file->shape().layer, file->rows(documents)};
    };
  }

  PrefixShape shape(const BertStack& backbone, int layer) const {
    return {prefix_fingerprint(backbone, ids_, layer), layer, backbone.hidden(), options_.type, starts_};
  }

  std::filesystem::path path(int layer) const {
    return options_.folder / fmt::format("layer-{}.states", layer);
  }

  /// The file as it is wanted: found, or made from the highest layer below that is there. Null where there is
  /// no room.
  std::shared_ptr<const PrefixFile> find(BertStack& backbone, const PrefixShape& wanted) {
    if (auto file = open(wanted, "it is computed again"); file && disk_has(0)) return file;
    auto below = highest_below(backbone, wanted.layer);
    current_.reset();
    remove_all_but(below ? path(below->shape().layer) : std::filesystem::path());
    if (below && !has_room(wanted)) {
      below.reset();
      remove_all_but({});
    }
    if (readers_take_the_room(wanted)) return nullptr;
    try {
      require_room(wanted);
      make(backbone, wanted, below);
      remove_all_but(path(wanted.layer));
      return reopen(wanted);
    } catch (const WorkFailed& problem) {
      give_up(problem.what());
      return nullptr;
    }
  }

  /// The file of this shape that is open already, or the one in the folder; null where there is none. One
  /// that cannot be used is told of, with what follows, which is once: find() then removes it.
  std::shared_ptr<const PrefixFile> open(const PrefixShape& wanted, const char* what_follows) {
    for (const auto& known : opened_)
      if (auto file = known.lock())
        if (file->shape().fingerprint == wanted.fingerprint && file->intact()) return file;
    try {
      return remember(PrefixFile::open(path(wanted.layer).string(), wanted));
    } catch (const Error& problem) {
      tell(fmt::format("{}; {}", problem.what(), what_follows));
      return nullptr;
    }
  }

  /// The file that has just been written. Throws WorkFailed where it cannot be read.
  std::shared_ptr<const PrefixFile> reopen(const PrefixShape& wanted) {
    const auto name = path(wanted.layer).string();
    try {
      auto file = PrefixFile::open(name, wanted);
      require(file != nullptr, "{}: has vanished", name);
      return remember(std::move(file));
    } catch (const Error& problem) {
      throw WorkFailed(problem.what());
    }
  }

  std::shared_ptr<const PrefixFile> remember(std::shared_ptr<const PrefixFile> file) {
    std::erase_if(opened_, [](const auto& known) { return known.expired(); });
    if (file) opened_.push_back(file);
    return file;
  }

  /// The file of the highest layer below `layer` that has one in the folder; null where none has.
  std::shared_ptr<const PrefixFile> highest_below(const BertStack& backbone, int layer) {
    std::error_code unknown;
    for (int k = layer - 1; k >= 1; --k)
      if (std::filesystem::exists(path(k), unknown))  // a fingerprint reads every weight
        if (auto file = open(shape(backbone, k), "it is removed")) return file;
    return nullptr;
  }

  /// Bytes of the files that are open here or at a reader's. One that was removed takes its room until the
  /// last reader lets go of it.
  std::uint64_t open_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& known : opened_)
      if (const auto file = known.lock()) bytes += file->shape().file_bytes();
    return bytes;
  }

  /// Whether a new file fits beside those that are open.
  bool has_room(const PrefixShape& wanted) const {
    if (options_.limit && open_bytes() + wanted.file_bytes() > *options_.limit) return false;
    return disk_has(wanted.file_bytes());
  }

  /// Whether it will fit when these are closed and removed.
  bool will_have_room(const PrefixShape& wanted) const {
    if (options_.limit && wanted.file_bytes() > *options_.limit) return false;
    return disk_has(wanted.file_bytes(), open_bytes());
  }

  std::uint64_t reserved() const { return options_.reserve ? options_.reserve() : 0; }

  /// Whether the disk has so many bytes, and those that are left to others; once `freed` more are free.
  bool disk_has(std::uint64_t bytes, std::uint64_t freed = 0) const {
    std::error_code unknown;
    const auto disk = std::filesystem::space(options_.folder, unknown);
    const auto available = disk.available + freed;
    return unknown || (available >= bytes && available - bytes >= reserved());
  }

  /// Whether there is no room, but may be when others have read to their end. The caller is not made to wait
  /// for that: it may hold such a reader itself.
  bool readers_take_the_room(const PrefixShape& wanted) {
    if (open_bytes() == 0 || has_room(wanted) || !will_have_room(wanted)) return false;
    if (!std::exchange(said_that_readers_do_, true))
      tell(
          fmt::format("{}: files that are still read leave no room for {} bytes; until they are done, the "
                      "frozen layers are computed anew at every step, which takes longer",
                      options_.folder.string(), wanted.file_bytes()));
    return true;
  }

  /// Throws WorkFailed where the file cannot be.
  void require_room(const PrefixShape& wanted) const {
    std::error_code problem;
    std::filesystem::create_directories(options_.folder, problem);
    if (problem) throw WorkFailed(fmt::format("{}: {}", options_.folder.string(), problem.message()));
    if (!has_room(wanted))
      throw WorkFailed(
          fmt::format("{}: no room for {} bytes, beside {} that are left to what is still to be written",
                      options_.folder.string(), wanted.file_bytes(), reserved()));
  }

  PrefixWriter writer_of(const PrefixShape& wanted) const {
    try {
      return PrefixWriter(path(wanted.layer).string(), wanted);
    } catch (const Error& problem) {
      throw WorkFailed(problem.what());
    }
  }

  void make(BertStack& backbone, const PrefixShape& wanted, const std::shared_ptr<const PrefixFile>& below) {
    const torch::NoGradGuard no_grad;
    auto writer = writer_of(wanted);
    const auto read = below ? reader_of(below) : PrefixReader();
    std::vector<std::size_t> all(dataset_.examples.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::size_t done = 0;
    for (const auto& documents : batches_in_order(all, batch_size)) {
      writer.add(climb(backbone, make_batch(dataset_, documents, read), wanted));
      done += documents.size();
      if (options_.on_progress) options_.on_progress(wanted.layer, done, all.size());
    }
    writer.commit();
  }

  /// The hidden states of a batch, from where it begins to the wanted layer, rounded as they are stored at
  /// every layer.
  static torch::Tensor climb(BertStack& backbone, Batch batch, const PrefixShape& wanted) {
    for (int k = batch.prefix ? batch.prefix->layer + 1 : 1; k <= wanted.layer; ++k) {
      const auto taps = backbone.forward(batch, {.highest = k, .read = {k}});
      batch.prefix = Prefix{k, taps.layer.back().to(wanted.scalar_type())};
    }
    return batch.prefix->rows;
  }

  void give_up(const std::string& why) {
    given_up_ = true;
    remove_all_but({});  // nobody will ask for them, and the disk may be full
    tell(fmt::format("{}; the frozen layers are computed anew at every step, which takes longer", why));
  }

  void tell(const std::string& line) const {
    if (options_.say) options_.say(line);
  }

  /// Removes this cache's files, finished or not, other than `kept`.
  void remove_all_but(const std::filesystem::path& kept) const {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(options_.folder, ignored)) {
      const auto name = entry.path().filename().string();
      if (name.starts_with("layer-") && name.find(".states") != std::string::npos && entry.path() != kept)
        std::filesystem::remove(entry.path(), ignored);
    }
  }

  const Dataset& dataset_;
  PrefixCacheOptions options_;
  std::string ids_;  ///< digest of the token ids of every document
  std::shared_ptr<const std::vector<std::int64_t>> starts_;
  std::mutex mutex_;
  std::shared_ptr<const PrefixFile> current_;
  std::vector<std::weak_ptr<const PrefixFile>> opened_;  ///< those that live take room, removed or not
  bool given_up_ = false;
  bool said_that_readers_do_ = false;  ///< readers_take_the_room()
};

}  // namespace mtl

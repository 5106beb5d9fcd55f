// In: a path. Out: the tensors of a checkpoint by name, whichever of its published forms the file has.
#pragma once

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/checkpoint_format.hpp>
#include <mtl/store/mapped_file.hpp>
#include <mtl/store/safetensors.hpp>
#include <mtl/store/shard_index.hpp>
#include <mtl/store/torch_checkpoint.hpp>

namespace mtl {

/// The files that a checkpoint consists of: the one at `path` and, where that is an index, its shards,
/// sorted. Throws Error when the index breaks a rule; no shard is opened.
inline std::vector<std::string> checkpoint_files(const std::string& path) {
  std::vector<std::string> files{path};
  if (!path.ends_with(".index.json")) return files;
  const detail::MappedFile text(path);
  std::set<std::string> shards;
  for (const auto& [name, shard] : parse_shard_index(text.bytes(), path)) shards.insert(shard);
  for (const auto& shard : shards)
    files.push_back((std::filesystem::path(path).parent_path() / shard).string());
  return files;
}

/// A checkpoint: a safetensors file, a state dict that torch.save wrote as a zip file or in its legacy form,
/// or the index of several such files. The form is known by the first bytes, an index by its name's end.
///
/// Nothing in the file is run, and libtorch never sees it. Bytes are those of the file, mapped, save for
/// tensors that do not lie in a row there. Copies share the mapping.
class CheckpointFile {
 public:
  /// Throws Error, with the file's name and the likely cause, when any rule of the format is broken, or an
  /// index and its shards disagree.
  static CheckpointFile open(const std::string& path) {
    CheckpointFile file;
    file.path_ = path;
    if (path.ends_with(".index.json"))
      file.add_shards(path);
    else
      file.add(path);
    file.sort();
    return file;
  }

  /// The same of one file's bytes, which `owner` keeps. `path` is named in errors.
  static CheckpointFile read(std::string_view bytes, std::shared_ptr<const void> owner,
                             const std::string& path) {
    CheckpointFile file;
    file.path_ = path;
    file.add(bytes, std::move(owner), path);
    file.sort();
    return file;
  }

  /// Sorted by name. The bytes stay valid as long as one copy of this file does.
  const std::vector<TensorView>& tensors() const { return tensors_; }

  /// The tensor of that name, or nullptr.
  const TensorView* find(std::string_view name) const {
    const auto found = std::ranges::lower_bound(tensors_, name, {}, &TensorView::name);
    return found == tensors_.end() || found->name != name ? nullptr : &*found;
  }

  /// The path that was opened.
  const std::string& path() const { return path_; }

 private:
  CheckpointFile() = default;

  void add(const std::string& path) {
    const auto mapping = std::make_shared<const detail::MappedFile>(path);
    add(mapping->bytes(), mapping, path);
  }

  void add(std::string_view bytes, std::shared_ptr<const void> owner, const std::string& path) {
    owners_.push_back(owner);
    if (checkpoint_format(bytes, path) == CheckpointFormat::Safetensors) {
      const auto file = SafetensorsFile::read(bytes, std::move(owner), path);
      for (const auto& entry : file.tensors())
        tensors_.push_back({entry.name, entry.dtype, entry.shape, file.bytes(entry)});
      return;
    }
    auto checkpoint = std::make_shared<TorchCheckpoint>(read_torch_checkpoint(bytes, path));
    std::ranges::move(checkpoint->tensors, std::back_inserter(tensors_));
    owners_.push_back(std::move(checkpoint));  // its copies
  }

  void add_shards(const std::string& path) {
    const detail::MappedFile text(path);
    const auto index = parse_shard_index(text.bytes(), path);
    std::map<std::string, std::set<std::string_view>> shards;
    for (const auto& [name, shard] : index) shards[shard].insert(name);
    for (const auto& [shard, names] : shards) {
      const std::size_t before = tensors_.size();
      add((std::filesystem::path(path).parent_path() / shard).string());
      check_shard(before, names, shard, path);
    }
  }

  /// A shard has the tensors that the index says it has, and no others.
  void check_shard(std::size_t before, std::set<std::string_view> missing, const std::string& shard,
                   const std::string& path) const {
    for (auto i = before; i < tensors_.size(); ++i)
      require(missing.erase(tensors_[i].name) == 1,
              "{}: does not say that {} holds tensor '{}'; are the files of one model?", path, shard,
              tensors_[i].name);
    require(missing.empty(),
            "{}: says that {} holds tensor '{}', which it does not; are the files of one model?", path, shard,
            missing.empty() ? "" : *missing.begin());
  }

  void sort() {
    std::ranges::sort(tensors_, {}, &TensorView::name);
    const auto twice = std::ranges::adjacent_find(tensors_, {}, &TensorView::name);
    require(twice == tensors_.end(), "{}: has two tensors named '{}'; the file is damaged or forged", path_,
            twice == tensors_.end() ? "" : twice->name);
  }

  std::string path_;
  std::vector<TensorView> tensors_;
  std::vector<std::shared_ptr<const void>> owners_;
};

}  // namespace mtl

// In: a source of files. Out: the same files, read on another thread before they are asked for.
#pragma once

#include <exception>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include <mtl/data/corpus.hpp>

namespace mtl::program {

/// Takes files from a source in batches: one is handed out while the next is read.
class ReadAhead {
 public:
  /// `bytes`: of a batch, of which two are in memory at most; a file more may go beyond.
  explicit ReadAhead(FileSource source, std::size_t bytes) : source_{std::move(source)}, bytes_{bytes} {
    start();
  }

  ReadAhead(const ReadAhead&) = delete;  // the other thread holds its address
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The next file. Throws what the source threw, once the files before are given.
  std::optional<NamedFile> next() {
    while (given_ == batch_.files.size()) {
      if (batch_.failure) std::rethrow_exception(batch_.failure);
      if (batch_.last) return std::nullopt;
      batch_ = coming_.get();
      given_ = 0;
      if (!batch_.last) start();
    }
    return std::move(batch_.files[given_++]);
  }

 private:
  struct Batch {
    std::vector<NamedFile> files;
    bool last = false;
    std::exception_ptr failure{};  ///< in the place of what would have followed
  };

  void start() {
    coming_ = std::async(std::launch::async, [this] { return read(); });
  }

  Batch read() const {
    Batch batch;
    try {
      for (std::size_t size = 0; size < bytes_;) {
        auto file = source_();
        batch.last = !file;
        if (batch.last) break;
        size += sizeof *file + file->name.size() + file->content.size();
        batch.files.push_back(std::move(*file));
      }
    } catch (...) {
      batch.failure = std::current_exception();
      batch.last = true;
    }
    return batch;
  }

  FileSource source_;
  std::size_t bytes_;
  Batch batch_{};
  std::size_t given_ = 0;
  std::future<Batch> coming_;
};

}  // namespace mtl::program

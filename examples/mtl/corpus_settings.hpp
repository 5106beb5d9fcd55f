// The flags that say which corpus is prepared and what of it; out, the corpus.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <mtl/data/rakuten.hpp>

namespace mtl::program {

/// The initial values are the paper's.
struct CorpusSettings {
  std::string dataset, input;
  std::string texts;  ///< twitter: file of the texts
  RakutenOptions rakuten{};
  std::vector<int> positive{4, 5}, negative{1, 2}, own_class{};  ///< rakuten: ratings
  std::vector<std::string> genres{};                             ///< rakuten: ids, or all
  std::string genre_table;                                       ///< rakuten: file

  /// Adds the flags to a command. The settings must outlive it.
  void add_to(CLI::App& command);

  /// Completes and checks the settings: the input that an environment variable names, the ratings as classes,
  /// the genres with those below them. Throws mtl::Error for what is missing, contradicts itself or belongs
  /// to another data set.
  void resolve();

  /// Reads the corpus. Throws mtl::Error for what its reader refuses. Once `stop` is requested, files that
  /// would follow are taken for not there.
  Corpus read(const std::stop_token& stop) const;

  /// The settings that only this data set has, as a data folder keeps them; null where it has none.
  nlohmann::json to_json() const;

 private:
  void add_rakuten(CLI::App& command);
  void resolve_rakuten();

  std::map<std::string, std::vector<const CLI::Option*>> own_flags_{};  ///< by data set
};

}  // namespace mtl::program

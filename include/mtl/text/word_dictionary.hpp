// In: mecab_dic and mecab_option of a tokenizer_config.json. Out: the directory of the MeCab dictionary they
// name.
#pragma once

#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/text/mecab_dictionary.hpp>
#include <mtl/text/tokenizer_config.hpp>
#include <mtl/text/words.hpp>

namespace mtl::detail {

/// Words as a POSIX shell would see them: white space between words, '...', "..." and \ as quotes. Nothing is
/// expanded. Throws Error, naming `where`, for a quote without its end.
inline std::vector<std::string> shell_words(std::string_view line, const std::string& where) {
  std::vector<std::string> words;
  bool inside = false;
  char quote = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (quote == 0 && space) {
      inside = false;
      continue;
    }
    if (!std::exchange(inside, true)) words.emplace_back();
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'') {
      require(at + 1 < line.size(), "{}: it ends in a \\ with nothing behind it", where);
      const bool taken = quote == 0 || line[at + 1] == '"' || line[at + 1] == '\\';
      words.back() += taken ? line[++at] : c;
    } else {
      words.back() += c;
    }
  }
  require(quote == 0, "{}: a quote {} has no end", where, quote);
  return words;
}

/// What mecab_option says: -d DIR (--dicdir) and -r FILE (--rcfile), with the last of each.
struct MeCabOption {
  std::string directory{}, rc_file{};
};

/// Throws Error, naming it, for every other option: each changes the words, or is of no use here.
inline MeCabOption parse_mecab_option(std::string_view option, const std::string& where) {
  MeCabOption found;
  const auto words = shell_words(option, where);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    std::string* place = word.starts_with("-d") || word.starts_with("--dicdir")   ? &found.directory
                         : word.starts_with("-r") || word.starts_with("--rcfile") ? &found.rc_file
                                                                                  : nullptr;
    const bool is_long = word.starts_with("--");
    const std::string_view value = is_long ? word.substr(std::min(word.size(), word.find('=')))
                                           : word.substr(std::min<std::size_t>(word.size(), 2));
    const std::string_view name = is_long ? word.substr(0, word.size() - value.size()) : word.substr(0, 2);
    require(place && (!is_long || name == "--dicdir" || name == "--rcfile"),
            "{}: the option '{}' of MeCab is not supported; -d DIR and -r FILE are", where, word);
    require(!value.empty() || i + 1 < words.size(), "{}: the option '{}' needs a value", where, word);
    *place = value.empty() ? words[++i] : std::string(is_long ? value.substr(1) : value);
  }
  return found;
}

/// The dictionary that a mecabrc names as its dicdir; empty where it names none. Throws Error where it cannot
/// be read, and for settings that change the words.
inline std::string dictionary_of_rc(const std::string& path, const std::string& where) {
  std::ifstream file(path);
  require(file.good(), "{}: the rc file {} cannot be read", where, path);
  std::string directory;
  for (std::string line; std::getline(file, line);) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos || line.front() == ';' || line.front() == '#') continue;
    const auto trimmed = [](std::string_view part) {
      const auto words = split_at_spaces(part);
      return words.empty()
                 ? std::string()
                 : std::string(part.substr(words.front().begin, words.back().end - words.front().begin));
    };
    const std::string key = trimmed(std::string_view(line).substr(0, equals));
    require(key != "userdic" && key != "max-grouping-size",
            "{}: the rc file {} sets {}, which is not supported; only dicdir is", where, path, key);
    if (key == "dicdir") directory = trimmed(std::string_view(line).substr(equals + 1));
  }
  const std::string variable = "$(rcpath)";
  if (const std::size_t at = directory.find(variable); at != std::string::npos)
    directory.replace(at, variable.size(), std::filesystem::path(path).parent_path().string());
  return directory;
}

/// The directory of the dictionary that the checkpoint asks for, or that the caller names instead.
///
/// Where the checkpoint says nothing it is ipadic: what the first Japanese BERTs were trained with, and what
/// transformers took until 4.44 (later versions take unidic_lite there, which does not fit those models).
inline std::string word_dictionary(const TokenizerConfig& config, const std::string& chosen) {
  const auto settings = config.fields().object("mecab_kwargs");
  for (const auto& [key, value] : settings.json().items())
    require(key == "mecab_dic" || key == "mecab_option" || key == "normalize_text",
            "{}: '{}' is not supported; mecab_dic, mecab_option and normalize_text are", settings.path(),
            key);
  if (!chosen.empty()) return find_dictionary(chosen);
  const std::string where = settings.path() + ".mecab_option";
  const MeCabOption option = parse_mecab_option(settings.text("mecab_option", ""), where);
  const std::string by_rc = option.rc_file.empty() ? "" : dictionary_of_rc(option.rc_file, where);
  if (!option.directory.empty()) return option.directory;
  const bool named = !settings.is_null("mecab_dic");
  const std::string name = named ? settings.text("mecab_dic", "ipadic") : by_rc;
  require(!name.empty(),
          "{}: mecab_dic is null and mecab_option names no dictionary; choose one as the word dictionary",
          settings.path());
  if (!named) return name;
  require(name != "unidic_lite" && name != "unidic",
          "{}.mecab_dic is {}, which is no Debian package: pip install {} (then its folder, {}/dicdir, is "
          "the word "
          "dictionary to choose: --dictionary DIR)",
          settings.path(), name, name == "unidic" ? "unidic" : "unidic-lite", name);
  require(name == "ipadic", "{}.mecab_dic is '{}'; known are ipadic, unidic_lite and unidic", settings.path(),
          name);
  return find_dictionary(name);
}

}  // namespace mtl::detail

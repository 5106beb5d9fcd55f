// In: the name of a MeCab dictionary. Out: the directory that holds it.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/detail/error.hpp>

namespace mtl {

namespace detail {

/// Where distributions and NEologd's installer put dictionaries, in the order they are tried.
inline constexpr std::array<std::string_view, 8> dictionary_roots{"/var/lib/mecab/dic",
                                                                  "/usr/lib/mecab/dic",
                                                                  "/usr/lib/x86_64-linux-gnu/mecab/dic",
                                                                  "/usr/lib/aarch64-linux-gnu/mecab/dic",
                                                                  "/usr/lib64/mecab/dic",
                                                                  "/usr/local/lib/mecab/dic",
                                                                  "/opt/homebrew/lib/mecab/dic",
                                                                  "/usr/share/mecab/dic"};

/// The folders that a dictionary of this name may have under a root.
inline std::vector<std::string> dictionary_folders(std::string_view name) {
  if (name == "ipadic") return {"ipadic-utf8", "ipadic"};
  if (name == "neologd") return {"mecab-ipadic-neologd", "ipadic-neologd", "neologd"};
  return {std::string(name) + "-utf8", std::string(name)};
}

/// How to get a dictionary that is not there.
inline std::string dictionary_advice(std::string_view name) {
  if (name == "ipadic") return "on Debian: apt-get install mecab-ipadic-utf8";
  if (name == "neologd")
    return "no Debian package has it: build github.com/neologd/mecab-ipadic-neologd, or use ipadic";
  if (name == "unidic_lite" || name == "unidic-lite")
    return "pip install unidic-lite, and give its folder .../unidic_lite/dicdir";
  if (name == "unidic") return "pip install unidic, and give its folder .../unidic/dicdir";
  return "give the directory that holds its sys.dic";
}

inline bool is_dictionary(const std::filesystem::path& directory) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(directory / "sys.dic", ignored);
}

}  // namespace detail

/// The directory of a compiled dictionary: `name_or_directory` itself where it is one, or contains a slash;
/// else the first of the usual places that has a dictionary of this name ("ipadic", "neologd", ...).
///
/// Throws Error that lists where it looked.
inline std::string find_dictionary(std::string_view name_or_directory) {
  const std::string name(name_or_directory);
  require(!name.empty(), "MeCab dictionary: no name given; ipadic, neologd or a directory is wanted");
  if (name.find('/') != std::string::npos || detail::is_dictionary(name)) return name;
  std::string looked;
  for (const auto root : detail::dictionary_roots)
    for (const auto& folder : detail::dictionary_folders(name)) {
      const auto directory = std::filesystem::path(root) / folder;
      if (detail::is_dictionary(directory)) return directory.string();
      looked += (looked.empty() ? "" : ", ") + directory.string();
    }
  throw Error(fmt::format("MeCab dictionary '{}' is not installed (looked for {}); {}", name, looked,
                          detail::dictionary_advice(name)));
}

}  // namespace mtl

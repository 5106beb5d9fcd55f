// In: a text file of token ids, one text a line. Out: the ids of every text, checked against what a model
// reads.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/atomic_file.hpp>

namespace mtl {

/// What a model can read.
struct TokenIdLimits {
  std::int64_t vocabulary = 0;  ///< ids are 0 .. vocabulary - 1
  std::int64_t longest = 0;     ///< tokens of a text
};

namespace detail {

/// A word of the file for an error message, whatever bytes it has.
inline std::string shown(std::string_view word) {
  const auto printable = [](char c) { return c > ' ' && c <= '~'; };
  return std::ranges::all_of(word, printable) ? fmt::format("'{}'", word.substr(0, 40))
                                              : "a word that is not ASCII";
}

/// One id; `where` begins every complaint.
inline std::int64_t parse_token_id(std::string_view word, const TokenIdLimits& limits,
                                   const std::string& where) {
  std::int64_t id = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), id);
  const bool number = problem != std::errc::invalid_argument && end == word.data() + word.size();
  require(number, "{}: {} is not a whole number; token ids are wanted, separated by spaces", where,
          shown(word));
  require(
      problem == std::errc{} && id >= 0 && id < limits.vocabulary,
      "{}: token id {} is outside the model's vocabulary 0 .. {}; does the tokenizer belong to this model?",
      where, word.substr(0, 40), limits.vocabulary - 1);
  return id;
}

inline std::vector<std::int64_t> parse_token_ids(std::string_view line, const TokenIdLimits& limits,
                                                 const std::string& where) {
  constexpr std::string_view space = " \t\r";
  std::vector<std::int64_t> ids;
  for (auto begin = line.find_first_not_of(space); begin != line.npos;
       begin = line.find_first_not_of(space, begin)) {
    const auto end = std::min(line.find_first_of(space, begin), line.size());
    ids.push_back(parse_token_id(line.substr(begin, end - begin), limits, where));
    begin = end;
  }
  const auto tokens = static_cast<std::int64_t>(ids.size());
  require(tokens > 0, "{}: no token ids; every line is a text of at least one", where);
  require(tokens <= limits.longest, "{}: {} token ids; the model has positions for {}", where, tokens,
          limits.longest);
  return ids;
}

}  // namespace detail

/// Reads whole numbers separated by spaces, one text a line; the last line needs no line end.
///
/// Throws Error with file and line for a line without ids, for one with more than `longest`, for what is not
/// a whole number and for an id that the vocabulary lacks; and for a file without a line.
inline std::vector<std::vector<std::int64_t>> read_token_ids(const std::string& path,
                                                             const TokenIdLimits& limits) {
  const std::string content = read_file(path);
  require(!content.empty(), "{}: is empty; it holds token ids, one text a line", path);
  std::vector<std::vector<std::int64_t>> texts;
  for (std::size_t begin = 0; begin < content.size();) {
    const auto end = std::min(content.find('\n', begin), content.size());
    const auto where = fmt::format("{}, line {}", path, texts.size() + 1);
    texts.push_back(
        detail::parse_token_ids(std::string_view(content).substr(begin, end - begin), limits, where));
    begin = end + 1;
  }
  return texts;
}

}  // namespace mtl

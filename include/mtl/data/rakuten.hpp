// In: review files of Rakuten Ichiba (Rakuten data set, NII IDR). Out: reviews in classes by their rating.
// The data are lent under a contract and are no part of this project.
#pragma once

#include <array>

#include <mtl/data/corpus.hpp>
#include <mtl/data/parse_number.hpp>
#include <mtl/data/rakuten_genres.hpp>

namespace mtl {

/// The class of a rating (0 to 5). A rating without one is left out.
using RatingClasses = std::map<int, std::string>;

/// Which reviews, and what of them. The initial values are the paper's; food is up to the user, since only
/// the genre table says what is food (see genres_below).
struct RakutenOptions {
  RatingClasses classes{{5, "positive"}, {4, "positive"}, {2, "negative"}, {1, "negative"}};
  int year = 2015;          ///< of the registration; 0: every year
  Genres genres{};          ///< lowest genres; none: every genre
  bool with_title = false;  ///< the title as a first line above the body
};

/// Ratings as classes: "positive", "negative", and a class of its own, "rating 3", for each of `own`. Throws
/// Error for a rating that is not 0 to 5 or stands twice, and for fewer than two classes.
inline RatingClasses rating_classes(const std::vector<int>& positive, const std::vector<int>& negative,
                                    const std::vector<int>& own) {
  RatingClasses classes;
  const auto add = [&](int rating, const std::string& name) {
    require(rating >= 0 && rating <= 5, "rating {}: ratings are 0 to 5", rating);
    const auto [known, fresh] = classes.emplace(rating, name);
    require(fresh, "rating {} is to be '{}' and '{}'; a rating has one class", rating, known->second, name);
  };
  for (const int rating : positive) add(rating, "positive");
  for (const int rating : negative) add(rating, "negative");
  for (const int rating : own) add(rating, fmt::format("rating {}", rating));
  std::set<std::string> names;
  for (const auto& [rating, name] : classes) names.insert(name);
  require(names.size() >= 2, "the ratings make {} class; a classifier needs at least two", names.size());
  return classes;
}

namespace detail {

/// The columns of a review that are read, of 17: user, age, sex, item code, item, shop, URL, genre, price,
/// purchase, use, purpose, frequency, rating, title, body, registration.
enum ReviewColumn : std::size_t {
  review_genre = 7,
  review_rating = 13,
  review_title,
  review_body,
  review_date
};

inline constexpr std::size_t review_columns = 17;

/// The year of "2015-03-01 00:00:03"; nothing when the field has another form.
inline std::optional<int> year_of(std::string_view date) {
  int year = 0, month = 0, day = 0;
  const bool shaped = date.size() >= 10 && date[4] == '-' && date[7] == '-' &&
                      parse_whole(date.substr(0, 4), year) && parse_whole(date.substr(5, 2), month) &&
                      parse_whole(date.substr(8, 2), day);
  return shaped ? std::optional(year) : std::nullopt;
}

/// Why a review is left out; empty when it is used. Its class goes to `label`.
inline std::string review_skip(const std::vector<std::string_view>& fields, const RakutenOptions& options,
                               const std::string& file, std::size_t line, std::string& label) {
  require(
      fields.size() == review_columns,
      "{}, line {}: {} columns; a review has {} with tabs between (likely cause: another file of the data "
      "set, or one that was edited)",
      file, line, fields.size(), review_columns);
  int rating = -1;
  require(parse_whole(fields[review_rating], rating) && rating >= 0 && rating <= 5,
          "{}, line {}, column 14: '{}' is not a rating, 0 to 5", file, line, fields[review_rating]);
  const auto year = year_of(fields[review_date]);
  require(year.has_value(), "{}, line {}, column 17: '{}' is not a date such as 2015-03-01 00:00:03", file,
          line, fields[review_date]);
  if (options.year != 0 && *year != options.year) return fmt::format("review not of {}", options.year);
  if (!options.genres.empty() && !options.genres.contains(fields[review_genre]))
    return "review of another genre";
  const auto found = options.classes.find(rating);
  if (found == options.classes.end()) return fmt::format("review with rating {}", rating);
  label = found->second;
  return "";
}

/// Adds the reviews of one file.
inline void add_reviews(const NamedFile& file, const RakutenOptions& options, Corpus& corpus) {
  require_utf8_lines(file.content, file.name);
  std::string stem = path_parts(uncompressed_name(file.name)).back();
  stem.resize(stem.size() - 4);  // ".tsv"
  std::size_t number = 0;
  std::string label;
  for (const std::string_view line : lines_of(without_bom(file.content))) {
    const auto fields = fields_of(line, '\t');
    const std::string why = review_skip(fields, options, file.name, ++number, label);
    if (!why.empty()) {
      ++corpus.skipped[why];
      continue;
    }
    std::string text(fields[review_body]);
    if (options.with_title) text = std::string(fields[review_title]) + "\n" + text;
    corpus.documents.push_back({fmt::format("{}:{}", stem, number), label, std::move(text),
                                fmt::format("{}, line {}", file.name, number)});
  }
}

}  // namespace detail

/// True for a file of reviews: named *.tsv, also compressed, but for the other tables of the data set, which
/// are named ichiba01 to ichiba03. Lets a source pass over the rest of a large folder.
inline bool is_review_file(const std::string& name) {
  const auto parts = detail::path_parts(detail::uncompressed_name(name));
  if (parts.empty() || !parts.back().ends_with(".tsv")) return false;
  return !parts.back().starts_with("ichiba") || parts.back().starts_with("ichiba04_review");
}

/// The reviews of the chosen year and genres with a rating that has a class; id "<file>:<line>".
///
/// A file (ichiba04_review201501_<date>.tsv) has one review a line in 17 columns with tabs between, no header
/// and no quoting: a quote is a character like others. Reviews that are left out are counted as skipped, by
/// reason. Throws Error with file and line for a line of another shape and invalid UTF-8, and when no review
/// is left.
inline Corpus read_rakuten(const FileSource& next, const RakutenOptions& options = {}) {
  Corpus corpus{.name = "rakuten", .classes = {}, .documents = {}, .skipped = {}};
  for (const auto& [rating, name] : options.classes) corpus.classes.push_back(name);
  while (const auto file = next()) {
    if (file->symbolic_link || !is_review_file(file->name))
      ++corpus.skipped[file->symbolic_link ? "symbolic link" : "not a file of reviews"];
    else
      detail::add_reviews(*file, options, corpus);
  }
  std::string expected = "ichiba04_review<year><month>_<date>.tsv";
  for (const auto& [why, count] : corpus.skipped) expected += fmt::format("; {}: {}", why, count);
  return detail::in_order(std::move(corpus), expected);
}

}  // namespace mtl

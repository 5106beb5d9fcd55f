// In: tweets_open.csv of the Twitter Japanese reputation data set (Suzuki laboratory, Gifu University), and
// the texts of its tweets, which it does not hold. Out: the tweets with one label, in three classes.
#pragma once

#include <array>
#include <unordered_set>

#include <mtl/data/csv.hpp>
#include <mtl/data/tweet_texts.hpp>

namespace mtl {

namespace detail {

/// A row of tweets_open.csv: id, genre id, tweet status id, one flag a label; and a text, where the user
/// added one as ninth column.
struct TweetRow {
  std::string id;
  std::uint64_t status = 0;
  std::array<bool, 5> flags{};
  std::string text;
};

inline constexpr std::array tweet_labels{"positive and negative", "positive", "negative", "neutral",
                                         "unrelated"};

inline TweetRow tweet_row(std::vector<std::string>& fields, const CsvReader& csv) {
  if (fields.size() != 8 && fields.size() != 9)
    throw Error(fmt::format(
        "{}: {} columns; tweets_open.csv has 8 (id, genre id, status id, five flags), and one more where the "
        "text was added",
        csv.place(), fields.size()));
  TweetRow row{.id = fields[0], .status = 0, .flags = {}, .text = {}};
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const bool whole = parse_whole(std::string_view(fields[i]), number);
    if (!whole || (i > 2 && number > 1))
      throw Error(
          fmt::format("{}, column {}: '{}' is not {}{}", csv.place(), i + 1, fields[i],
                      i > 2 ? "a flag, 0 or 1" : "a 64-bit number",
                      csv.line() == 1 ? "; likely cause: a header, which the published file lacks" : ""));
    if (i == 2) row.status = number;
    if (i > 2) row.flags[i - 3] = number == 1;
  }
  if (fields.size() == 9) row.text = std::move(fields[8]);
  return row;
}

/// Index in tweet_labels of the one label of a tweet, or why it is left out.
inline std::pair<std::size_t, std::string> tweet_label(const TweetRow& row) {
  const auto set = std::ranges::count(row.flags, true);
  if (set == 0) return {0, "tweet without a label"};
  if (set > 1) return {0, "tweet with several labels"};
  const auto label = static_cast<std::size_t>(std::ranges::find(row.flags, true) - row.flags.begin());
  const bool used = label >= 1 && label <= 3;
  return {label, used ? "" : std::string("tweet labelled ") + tweet_labels[label]};
}

/// Adds the tweets of one file; the status ids that it has go to `known`.
inline void add_tweets(const NamedFile& file, const TweetTexts& texts, Corpus& corpus,
                       std::unordered_set<std::uint64_t>& known) {
  require_utf8_lines(file.content, file.name);
  CsvReader csv(without_bom(file.content), file.name);
  for (std::vector<std::string> fields; csv.next(fields);) {
    TweetRow row = tweet_row(fields, csv);
    known.insert(row.status);
    auto [label, why] = tweet_label(row);
    const auto given = texts.find(row.status);
    if (row.text.empty() && given != texts.end()) row.text = given->second;
    if (why.empty() && row.text.empty()) why = "tweet without a text";
    if (why.empty())
      corpus.documents.push_back({std::move(row.id), tweet_labels[label], std::move(row.text), csv.place()});
    else
      ++corpus.skipped[why];
  }
}

}  // namespace detail

/// True for a file that may hold rows of the data set: lets a source pass over the rest of a folder.
inline bool is_tweet_table(const std::string& name) {
  return detail::uncompressed_name(name).ends_with(".csv");
}

/// The tweets whose label is one of positive, negative and neutral, and no other; id: column 1.
///
/// The five flags are what a vote of crowd workers named most often: positive and negative at once, positive,
/// negative, neutral, unrelated. After a tie several are set. The paper uses only tweets "whose adopted label
/// is uniquely determined", so exactly one of the *five* must be set; a tweet that is positive and unrelated
/// has two. All others are counted as skipped, by reason, and so are those without a text.
///
/// There is no header: row 1 is a tweet. A text is the ninth column, where there is one (by RFC 4180, as
/// downloading tools leave it), else the one of the same status id in `texts` (which leaves the published
/// file as it is). Throws Error with file and line for a row of another shape, and when no tweet has both.
inline Corpus read_twitter(const FileSource& next, const TweetTexts& texts = {}) {
  Corpus corpus{
      .name = "twitter", .classes = {"negative", "neutral", "positive"}, .documents = {}, .skipped = {}};
  std::unordered_set<std::uint64_t> known;
  while (const auto file = next()) {
    if (file->symbolic_link || !is_tweet_table(file->name))
      ++corpus.skipped[file->symbolic_link ? "symbolic link" : "not named *.csv"];
    else
      detail::add_tweets(*file, texts, corpus, known);
  }
  const auto strangers =
      std::ranges::count_if(texts, [&](const auto& text) { return !known.contains(text.first); });
  if (strangers > 0) corpus.skipped["text of a tweet that is in no row"] = strangers;
  require(
      known.empty() || !corpus.documents.empty(),
      "data set 'twitter': {} rows, and no tweet with one label and a text. The published file holds no "
      "texts: give them as lines 'status id TAB text' (--texts), or as its ninth column; of {} texts given "
      "{} belong to no row (where that is all of them: a spreadsheet rounds ids of 18 digits)",
      known.size(), texts.size(), strangers);
  return detail::in_order(std::move(corpus), "tweets_open.csv, or another file named *.csv of its rows");
}

}  // namespace mtl

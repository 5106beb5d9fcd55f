#include "corpus_settings.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include <mtl/data/livedoor.hpp>
#include <mtl/data/manuals.hpp>
#include <mtl/data/tsv.hpp>
#include <mtl/data/twitter.hpp>
#include <mtl/store/digest.hpp>

#include "archive.hpp"
#include "html.hpp"

namespace mtl::program {
namespace {

/// Where livedoor lies when no --input says so. An empty MTL_DATA_DIR is an unset one.
std::string livedoor_input() {
  const char* folder = std::getenv("MTL_DATA_DIR");
  const std::string root = folder != nullptr ? folder : "";
  require(!root.empty(),
          "--dataset livedoor: no --input, and MTL_DATA_DIR is not set; give ldcc-20140209.tar.gz or the "
          "folder it unpacks to");
  for (const char* name : {"/ldcc-20140209.tar.gz", "/text"})
    if (std::filesystem::exists(root + name)) return root + name;
  throw Error(fmt::format(
      "MTL_DATA_DIR={}: neither ldcc-20140209.tar.gz nor text/ is there; download the archive from "
      "its publisher, or give --input",
      root));
}

/// The genre table that lies among the files of reviews, where these are a folder; empty where there is none.
std::string genre_table_in(const std::string& input) {
  if (!std::filesystem::is_directory(input)) return "";
  std::string found;
  const FileSource tables = open_files(input, is_genre_table, table_limits);
  while (const auto table = tables()) {
    require(found.empty(), "{}: holds the genre tables '{}' and '{}'; --genre-table says which one is meant",
            input, found, table->name);
    found = table->name;
  }
  return found.empty() ? "" : input + "/" + found;
}

/// The genres of the reviews: those that are named, with all below them where a table says what these are.
Genres chosen_genres(const std::vector<std::string>& named, const std::string& table) {
  if (named == std::vector<std::string>{"all"}) return {};
  require(
      !named.empty() || !table.empty(),
      "--dataset rakuten: what is food is not known, for a review names the lowest genre of its item. Give "
      "the genre table of the data set (--genre-table ichiba03_genre_<date>.tsv), or the lowest genres "
      "(--genres ID,...), or --genres all");
  const Genres roots = named.empty() ? Genres{std::string(food_genre)} : Genres(named.begin(), named.end());
  require(!roots.contains("all"), "--genres: 'all' stands alone");
  return table.empty() ? roots : genres_below(open_file(table), roots);
}

}  // namespace

void CorpusSettings::add_to(CLI::App& command) {
  const std::vector<std::string> names{"livedoor", "twitter", "rakuten", "manuals", "tsv"};
  command.add_option("--dataset", dataset, "livedoor, twitter, rakuten, manuals or tsv")
      ->required()
      ->check(CLI::IsMember(names));
  command.add_option("--input", input,
                     "archive, folder or file, also compressed; livedoor also by MTL_DATA_DIR");
  own_flags_["twitter"].push_back(command.add_option(
      "--texts", texts, "twitter: file of lines 'status id TAB text', where the CSV has no ninth column"));
  add_rakuten(command);
}

void CorpusSettings::add_rakuten(CLI::App& command) {
  own_flags_["rakuten"] = {
      command.add_option("--positive", positive, "rakuten: ratings of class positive")
          ->delimiter(',')
          ->capture_default_str(),
      command.add_option("--negative", negative, "rakuten: ratings of class negative")
          ->delimiter(',')
          ->capture_default_str(),
      command.add_option("--own-class", own_class, "rakuten: ratings, each of which is a class of its own")
          ->delimiter(','),
      command.add_option("--year", rakuten.year, "rakuten: year of the registration; 0: every year")
          ->capture_default_str(),
      command
          .add_option(
              "--genres", genres,
              "rakuten: genre ids, with all below them where there is a genre table, or all; default: "
              "100227, food, by the table")
          ->delimiter(','),
      command.add_option("--genre-table", genre_table,
                         "rakuten: ichiba03_genre_<date>.tsv; found by itself in a folder given as --input"),
      command.add_flag("--with-title,!--body-only", rakuten.with_title,
                       "rakuten: title and body, or the body alone (default)")};
}

void CorpusSettings::resolve() {
  for (const auto& [owner, flags] : own_flags_)
    for (const CLI::Option* flag : flags)
      require(owner == dataset || flag->count() == 0, "{} belongs to --dataset {}, and this is --dataset {}",
              flag->get_name(), owner, dataset);
  if (dataset == "livedoor" && input.empty()) input = livedoor_input();
  require(!input.empty(), "--dataset {} needs --input", dataset);
  if (dataset == "rakuten") resolve_rakuten();
}

void CorpusSettings::resolve_rakuten() {
  const auto& flags = own_flags_.at("rakuten");
  const auto is_own = [&](int rating) { return std::ranges::find(own_class, rating) != own_class.end(); };
  if (flags[0]->count() == 0) std::erase_if(positive, is_own);  // a default makes way
  if (flags[1]->count() == 0) std::erase_if(negative, is_own);
  rakuten.classes = rating_classes(positive, negative, own_class);
  require(rakuten.year >= 0, "--year {}: a year, or 0 for every year", rakuten.year);
  if (genre_table.empty()) genre_table = genre_table_in(input);
  rakuten.genres = chosen_genres(genres, genre_table);
}

Corpus CorpusSettings::read(const std::stop_token& stop) const {
  const auto until_stopped = [&stop](FileSource files) -> FileSource {
    return [files = std::move(files), stop]() -> std::optional<NamedFile> {
      if (stop.stop_requested()) return std::nullopt;
      return files();
    };
  };
  if (dataset == "livedoor") return read_livedoor(until_stopped(open_files(input)));
  if (dataset == "manuals")
    return read_manuals(until_stopped(open_files(input, is_manual_page)), html_to_text);
  if (dataset == "rakuten")
    return read_rakuten(until_stopped(open_files(input, is_review_file, table_limits)), rakuten);
  if (dataset == "twitter") {
    const auto known = texts.empty() ? TweetTexts{} : read_tweet_texts(open_file(texts));
    return read_twitter(until_stopped(open_files(input, is_tweet_table, table_limits)), known);
  }
  return read_tsv(open_file(input));
}

nlohmann::json CorpusSettings::to_json() const {
  const auto described = [](const std::string& path) {
    return nlohmann::json{{"file", std::filesystem::absolute(path).lexically_normal().string()},
                          {"digest", digest_file(path)}};
  };
  if (dataset == "twitter" && !texts.empty()) return {{"texts", described(texts)}};
  if (dataset != "rakuten") return {};
  nlohmann::json classes = nlohmann::json::object();
  for (const auto& [rating, name] : rakuten.classes) classes[name].push_back(rating);
  nlohmann::json made{{"ratings", classes},
                      {"year", rakuten.year},
                      {"genres", genres.empty() ? std::vector{std::string(food_genre)} : genres},
                      {"with-title", rakuten.with_title}};
  if (!genre_table.empty()) made["genre-table"] = described(genre_table);
  return made;
}

}  // namespace mtl::program

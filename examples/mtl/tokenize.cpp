// `mtl tokenize`: text on standard input, one a line, to JSON lines of tokens, ids and labels.
#include <iostream>
#include <limits>
#include <optional>

#include <nlohmann/json.hpp>

#include <mtl/data/corpus.hpp>
#include <mtl/data/encode_text.hpp>

#include "commands.hpp"
#include "number_check.hpp"
#include "text_settings.hpp"

namespace mtl::program {
namespace {

struct TokenizeSettings {
  TextSettings text;
  bool spans = false, raw = false;
  bool json = false, pair = false;
  bool offsets = false, words = false, types = false, overflow = false, windows = false;
  std::string truncation = "longest_first";
  std::size_t stride = 0;
};

void print(const nlohmann::json& line) { std::cout << line.dump() << "\n"; }

nlohmann::json tokens_of(const std::vector<Piece>& pieces) {
  nlohmann::json line{{"tokens", nlohmann::json::array()}, {"ids", nlohmann::json::array()}};
  for (const Piece& piece : pieces) {
    line["tokens"].push_back(piece.text);
    line["ids"].push_back(piece.id);
  }
  return line;
}

/// Calls `give` with every line of standard input and its number; the text after the last line end is a line
/// unless empty.
template <class Give>
void for_each_line(Give give) {
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    require_utf8_lines(line, "standard input", number);
    give(line, number);
  }
  require(!std::cin.bad(), "standard input: cannot be read");
}

/// Exactly Hugging Face's encoding of each line, with what the flags ask for beside the ids.
class PublishedEncoding {
 public:
  PublishedEncoding(PretrainedTokenizer tokenizer, const TokenizeSettings& settings)
      : tokenizer_{std::move(tokenizer)},
        settings_{settings},
        options_{.truncation = truncation_of(settings.truncation),
                 .max_length = static_cast<std::size_t>(settings.text.max_pieces),
                 .stride = settings.stride} {
    require(!(settings.pair && settings.windows) || options_.truncation != Truncation::LongestFirst,
            "--windows with --pair needs --truncation only_first or only_second: the text that is cut");
  }

  nlohmann::json operator()(const std::string& line, std::size_t number) {
    const auto [first, second] = texts_of(line, number);
    const TokenizedText a = tokenizer_.tokenize_as_published(first);
    std::optional<TokenizedText> b;
    if (second) b = tokenizer_.tokenize_as_published(*second);
    if (!settings_.windows) return described(encode(a, b, tokenizer_.frame(), options_), number);
    auto windows = nlohmann::json::array();
    for (const Encoding& window : encode_windows(a, b, tokenizer_.frame(), options_))
      windows.push_back(described(window, number));
    return {{"windows", std::move(windows)}};
  }

 private:
  static Truncation truncation_of(const std::string& name) {
    if (name == "longest_first") return Truncation::LongestFirst;
    if (name == "only_first") return Truncation::OnlyFirst;
    if (name == "only_second") return Truncation::OnlySecond;
    require(
        name == "do_not_truncate",
        "--truncation: '{}' is none of its values: longest_first, only_first, only_second, do_not_truncate",
        name);
    return Truncation::DoNotTruncate;
  }

  std::pair<std::string, std::optional<std::string>> texts_of(const std::string& line,
                                                              std::size_t number) const {
    if (settings_.json) return texts_of_json(line, number);
    if (!settings_.pair) return {line, std::nullopt};
    const auto tab = line.find('\t');
    require(tab != std::string::npos,
            "standard input, line {}: no tab; with --pair one separates the two texts", number);
    return {line.substr(0, tab), line.substr(tab + 1)};
  }

  std::pair<std::string, std::optional<std::string>> texts_of_json(const std::string& line,
                                                                   std::size_t number) const {
    const auto value = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const bool two = value.is_array() && value.size() == 2 && value[0].is_string() && value[1].is_string();
    require(settings_.pair ? two : value.is_string(), "standard input, line {}: with --json {} is wanted",
            number, settings_.pair ? "a list of two strings" : "a string in quotes");
    if (settings_.pair) return {value[0].get<std::string>(), value[1].get<std::string>()};
    return {value.get<std::string>(), std::nullopt};
  }

  nlohmann::json described(const Encoding& encoding, std::size_t number) const {
    if (encoding.too_long)
      std::cerr << fmt::format("mtl: standard input, line {}: left whole, for the text to cut is too short\n",
                               number);
    auto line = tokens_of(encoding.pieces);
    const auto add = [&](bool wanted, const char* name, auto value_of) {
      for (std::size_t i = 0; wanted && i < encoding.pieces.size(); ++i)
        line[name].push_back(value_of(encoding.pieces[i], i));
    };
    using nlohmann::json;
    const auto within = [&](std::size_t i, json value) {
      return encoding.texts[i] == no_text ? json() : std::move(value);
    };
    const bool places = settings_.offsets || settings_.words;
    add(settings_.types, "types", [&](const Piece&, std::size_t i) { return json(encoding.types[i]); });
    add(settings_.offsets, "offsets", [&](const Piece& piece, std::size_t i) {
      return within(i, json::array({piece.begin, piece.end}));
    });
    add(settings_.words, "words",
        [&](const Piece& piece, std::size_t i) { return within(i, json(piece.word)); });
    add(settings_.pair && places, "texts",
        [&](const Piece&, std::size_t i) { return within(i, json(encoding.texts[i])); });
    if (settings_.overflow) line["overflow"] = tokens_of(encoding.overflow)["ids"];
    return line;
  }

  PretrainedTokenizer tokenizer_;
  const TokenizeSettings& settings_;
  EncodingOptions options_;
};

/// Spans first as in the paper: normalised text, labels beside the tokens, null at the special tokens.
class SpanTokenizer {
 public:
  SpanTokenizer(PretrainedTokenizer tokenizer, const TokenizeSettings& settings)
      : tokenizer_{std::move(tokenizer)},
        source_{MeCabAnalyzer(settings.text.load_label_dictionary()), settings.text.pos},
        labels_{settings.text.pos.kinds},
        options_{settings.text.prepare_options()} {
    if (settings.raw)
      options_.normalize = {.digits = Digits::Keep,
                            .width = Width::Keep,
                            .remove_urls = false,
                            .remove_symbols = false,
                            .remove_newlines = false,
                            .remove_spaces = false};
  }

  nlohmann::json operator()(const std::string& raw) {
    const NormalizedText text = normalize(raw, options_.normalize);
    auto labelled = label_pieces(tokenizer_, text.text, source_.spans("", text), labels_, options_);
    auto names = nlohmann::json::array({border()});
    for (const std::int32_t label : labelled.labels)
      names.push_back(labels_.names()[static_cast<std::size_t>(label)]);
    names.push_back(border());
    auto& pieces = labelled.pieces;
    pieces.insert(pieces.begin(), tokenizer_.special_piece(tokenizer_.special().cls, 0));
    pieces.push_back(tokenizer_.special_piece(tokenizer_.special().sep, text.text.size()));
    auto line = tokens_of(pieces);
    line["labels"] = std::move(names);
    return line;
  }

 private:
  nlohmann::json border() const {
    return options_.special_labels == SpecialTokenLabels::Outside ? nlohmann::json("O") : nlohmann::json();
  }

  PretrainedTokenizer tokenizer_;
  PartOfSpeechSource<MeCabAnalyzer> source_;
  LabelSet labels_;
  PrepareOptions options_;
};

/// Throws Error for a flag that has no effect without another.
void require_effect(const CLI::App& command, const TokenizeSettings& settings) {
  if (!settings.spans)
    for (const char* flag : {"--label-dic", "--digits", "--width", "--remove-urls", "--remove-symbols",
                             "--remove-newlines", "--remove-spaces", "--tokens", "--join", "--special-labels",
                             "--pos", "--exclude-details", "--merge-runs"})
      require(command.count(flag) == 0, "{} has an effect only with --spans", flag);
  require(command.count("--stride") == 0 || settings.windows || settings.overflow,
          "--stride has an effect only with --windows or --overflow");
}

void run(TokenizeSettings settings, bool limited) {
  auto tokenizer = limited ? settings.text.load_tokenizer() : settings.text.open_tokenizer();
  if (!limited) {  // then the model's own limit is the only one
    settings.text.max_pieces =
        static_cast<int>(std::min<std::size_t>(tokenizer.longest_input(), std::numeric_limits<int>::max()));
  }
  if (settings.spans) {
    SpanTokenizer span_first(std::move(tokenizer), settings);
    for_each_line([&](const std::string& line, std::size_t) { print(span_first(line)); });
    return;
  }
  PublishedEncoding encoding(std::move(tokenizer), settings);
  for_each_line([&](const std::string& line, std::size_t number) { print(encoding(line, number)); });
}

/// The flags of Hugging Face's encoding; none of them goes with --spans.
void add_encoding_flags(CLI::App& command, TokenizeSettings& settings) {
  const std::vector<CLI::Option*> flags{
      command.add_flag("--json", settings.json, "each line is a JSON string; with --pair a list of two"),
      command.add_flag("--pair", settings.pair, "two texts a line, a tab between them"),
      command.add_flag("--offsets", settings.offsets,
                       "bytes [begin, end) of its text that each token covers"),
      command.add_flag("--words", settings.words, "number of the word that each token is part of"),
      command.add_flag("--types", settings.types, "token type ids"),
      command.add_option("--truncation", settings.truncation,
                         "what is cut: longest_first (default), only_first, only_second, do_not_truncate"),
      command
          .add_option("--stride", settings.stride,
                      "tokens that --overflow and --windows repeat of what stands before (default 0)")
          ->check(whole_number(0, std::numeric_limits<int>::max())),
      command.add_flag("--overflow", settings.overflow, "ids of what was cut away"),
      command.add_flag("--windows", settings.windows, "all of a text, in windows of --max-length tokens")};
  for (auto* flag : flags) flag->excludes("--spans");
}

}  // namespace

void add_tokenize(CLI::App& app) {
  auto settings = std::make_shared<TokenizeSettings>();
  CLI::App* command =
      app.add_subcommand("tokenize", "text on standard input to JSON lines of tokens, ids and labels");
  settings->text.add_to(*command);
  command->add_flag("--spans", settings->spans,
                    "normalise as in the paper, tokenise spans first, print IOB2 labels");
  command->add_flag("--raw", settings->raw, "with --spans: do not normalise")->needs("--spans");
  add_encoding_flags(*command, *settings);
  command->footer(
      "Without --spans the tokens are exactly Hugging Face's, cut to model_max_length; no text is normalised "
      "beyond\n"
      "what the checkpoint's own tokenizer does: word and sub-word type, lower case, never_split, "
      "normalize_text,\n"
      "mecab_dic and mecab_option are read from its tokenizer_config.json. One JSON line for every line of "
      "input, empty ones too.\n"
      "A token around a text ([CLS], [SEP]) has null for offsets and word.\n"
      "Examples:\n"
      "  echo 東京都の天気は晴れです。 | mtl tokenize --model models/e5-small\n"
      "  echo 東京都の天気は晴れです。 | mtl tokenize --model models/e5-small --spans --label-dic ipadic\n"
      "  printf 'いつですか。\\t会議は3時からです。\\n' | mtl tokenize --model M --pair --types --offsets");
  command->callback([settings, command] {
    require_effect(*command, *settings);
    run(*settings, command->count("--max-pieces") > 0);
  });
}

}  // namespace mtl::program

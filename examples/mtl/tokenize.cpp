// `mtl tokenize`: text on standard input, one a line, to JSON lines of tokens, ids and labels.
#include <iostream>

#include <nlohmann/json.hpp>

#include <mtl/data/corpus.hpp>
#include <mtl/data/encode_text.hpp>

#include "commands.hpp"
#include "text_settings.hpp"

namespace mtl::program {
namespace {

struct TokenizeSettings {
  TextSettings text;
  bool spans = false;
  bool raw = false;
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

/// Calls `give` with every line of standard input; the text after the last line end is a line unless empty.
template <class Give>
void for_each_line(Give give) {
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    if (const auto bad = find_invalid_utf8(line))
      throw Error(fmt::format(
          "standard input, line {}: not valid UTF-8 at byte {}; likely cause: another encoding such "
          "as Shift_JIS or EUC-JP, which iconv can convert",
          number, *bad + 1));
    give(line);
  }
  require(!std::cin.bad(), "standard input: cannot be read");
}

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

void run(TokenizeSettings settings, bool limited) {
  if (!limited) {  // then the model's own limit is the only one
    const auto longest =
        PretrainedTokenizer::load(settings.text.model, {.word_dictionary = settings.text.word_dic})
            .longest_input();
    settings.text.max_pieces =
        static_cast<int>(std::min<std::size_t>(longest, std::numeric_limits<int>::max()));
  }
  auto tokenizer = settings.text.load_tokenizer();
  if (settings.spans) {
    SpanTokenizer span_first(std::move(tokenizer), settings);
    for_each_line([&](const std::string& line) { print(span_first(line)); });
    return;
  }
  const auto most = static_cast<std::size_t>(settings.text.max_pieces);
  for_each_line([&](const std::string& line) {
    auto pieces = tokenizer.encode(line);
    if (pieces.size() > most)
      pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(most) - 1, pieces.end() - 1);
    print(tokens_of(pieces));
  });
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
  command->footer(
      "Without --spans the tokens are exactly Hugging Face's, cut to model_max_length; no text is normalised "
      "beyond\n"
      "what the checkpoint's own tokenizer does. One JSON line for every line of input, empty ones too.\n"
      "Examples:\n"
      "  echo 東京都の天気は晴れです。 | mtl tokenize --model models/e5-small\n"
      "  echo 東京都の天気は晴れです。 | mtl tokenize --model models/e5-small --spans --label-dic ipadic");
  command->callback([settings, command] { run(*settings, command->count("--max-pieces") > 0); });
}

}  // namespace mtl::program

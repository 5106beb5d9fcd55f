// Ten sentences, two tasks, one encoder. MeCab labels the nouns, adverbs and adjectives; no hand does.
//   two_tasks MODEL        MODEL: a BERT of 12 layers in Hugging Face layout
#include <mtl/bert.hpp>

using Model = mtl::MultiTaskEncoder<mtl::BertBackbone,
                                    mtl::IOB2TokenHead<2>,  // auxiliary task, tapped at encoder layer 2
                                    mtl::SequenceClassifier<12>>;  // main task, tapped at encoder layer 12

int main(int count, char** words) try {
  mtl::require(count == 2, "usage: two_tasks MODEL");
  const std::string folder = words[1];
  mtl::Corpus corpus{.name = "ten sentences", .classes = {"food", "sport"}};
  const auto add = [&](const char* label, const char* text) {
    corpus.documents.push_back({std::to_string(corpus.documents.size() + 1), label, text, "two_tasks.cpp"});
  };
  add("food", "焼きたてのパンがとても香ばしい。");
  add("sport", "彼は最後の直線で一気に抜き去った。");
  add("food", "この店の熱いラーメンは本当においしい。");
  add("sport", "チームは昨日の試合に快勝した。");
  add("food", "甘い林檎をゆっくり煮てジャムを作る。");
  add("sport", "若い投手がすばらしい速球を投げた。");
  add("food", "新鮮な魚と野菜を市場で買った。");
  add("sport", "選手たちは毎朝グラウンドを走る。");
  add("food", "濃い緑茶と和菓子がよく合う。");
  add("sport", "審判が笛を鳴らして試合が始まった。");

  auto tokenizer = mtl::PretrainedTokenizer::load(folder);
  const mtl::MeCabAnalyzer mecab{mtl::MeCabDictionary::open(mtl::find_dictionary("ipadic"))};
  const auto data = mtl::prepare(corpus, tokenizer, mtl::PartOfSpeechSource{mecab}, mecab, {}).dataset;

  const auto bert = mtl::load_bert(folder);
  Model model{bert, mtl::IOB2TokenHead<2>{{.hidden = bert->hidden(), .labels = 7}},
              mtl::SequenceClassifier<12>{{.hidden = bert->hidden(), .labels = 2}}};
  mtl::train_only(model, {2, 12});
  mtl::fit(model, data, data,
           {.batch_size = 5,
            .max_epochs = 10,
            .rates = {.backbone = 5e-4, .heads = 1e-3},
            .loss = mtl::weighted_sum(mtl::lambda<"main">(1.0), mtl::lambda<"pos">(0.5))});

  std::vector<std::size_t> all(data.examples.size());
  std::iota(all.begin(), all.end(), 0);
  const auto [labels, classes] = model.predict(mtl::make_batch(data, all));
  for (const std::size_t i : all) {
    fmt::print("{:<6}{}\n", corpus.classes[static_cast<std::size_t>(classes[i].label)],
               data.examples[i].text);
    for (std::size_t t = 1; t + 1 < labels[i].size(); ++t)
      fmt::print(" {}", data.labels.at("pos")[static_cast<std::size_t>(labels[i][t])]);
    fmt::print("\n");
  }
} catch (const std::exception& problem) {
  fmt::print(stderr, "two_tasks: {}\n", problem.what());
  return 2;
}

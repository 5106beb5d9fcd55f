// Files for the readers of corpora, written for the tests: no text of the real corpora is among them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <mtl/data/corpus.hpp>

namespace mtl::tests {

/// A source that gives these files in this order.
inline FileSource source_of(std::vector<NamedFile> files) {
  return [files = std::move(files), next = std::size_t{0}]() mutable -> std::optional<NamedFile> {
    if (next == files.size()) return std::nullopt;
    return files[next++];
  };
}

/// An article in the form of the livedoor news corpus.
inline NamedFile article(const std::string& category, int number, const std::string& body) {
  return {"text/" + category + "/" + category + "-" + std::to_string(number) + ".txt",
          "http://news.example.jp/article/" + std::to_string(number) + "/\n2012-01-0" +
              std::to_string(number % 10) + "T10:00:00+0900\n見出し" + std::to_string(number) + "\n" + body};
}

/// What differs from review to review; the initial values are a review that the paper would use.
struct Review {
  std::string genre = "201505", rating = "5", title = "", body = "おいしい", date = "2015-03-01 00:00:03";
};

/// A line in the form of a review file of the Rakuten data set: 17 columns.
inline std::string review(const Review& what) {
  return "購入者さん\t\t\tshop:100\tお茶 10個入\t店\tshop/100/\t" + what.genre +
         "\t420\t1\t普段使い\t自分用\tリピート\t" + what.rating + "\t" + what.title + "\t" + what.body +
         "\t" + what.date + "\n";
}

/// A corpus of two classes whose texts are all different.
inline Corpus two_classes(int each) {
  static const std::vector<std::string> what{"花", "空", "海", "山", "犬", "猫", "本", "道", "雨", "夜"};
  Corpus corpus{.name = "tiny", .classes = {"cold", "warm"}, .documents = {}, .skipped = {}};
  for (int i = 0; i < each; ++i) {
    const auto& first = what[static_cast<std::size_t>(i) % what.size()];
    const auto& second = what[static_cast<std::size_t>(i) / what.size() % what.size()];
    const auto id = std::to_string(i);
    corpus.documents.push_back(
        {"warm/" + id, "warm", "とても美しい" + first + "と" + second + "を見た。", "warm " + id});
    corpus.documents.push_back(
        {"cold/" + id, "cold", first + "より" + second + "が寒いし、暗い。", "cold " + id});
  }
  return corpus;
}

}  // namespace mtl::tests

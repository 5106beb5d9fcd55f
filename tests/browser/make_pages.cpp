// Writes the pages that the browser test opens:  make_pages FOLDER
// full: 12 layers, 10 folds, two arms, texts, an arm from outside; hostile: texts that are out to break the
// page; started: hardly any cell is done; paper: the paper's tables; attention: pictures, also of texts as
// long as BERT takes them and of hostile ones. Prints the path of each page. tiny: a random BERT and two
// classes of texts, for a run that is trained.
#include <filesystem>
#include <iostream>
#include <span>

#include <mtl/report/attention_svg.hpp>
#include <mtl/report/paper_report.hpp>
#include <mtl/report/write_report.hpp>

#include <program/tiny_model.hpp>
#include <program/workplace.hpp>
#include <report/hostile_run.hpp>
#include <report/made_up_pictures.hpp>
#include <report/synthetic_run.hpp>

namespace {

using namespace mtl;
namespace fs = std::filesystem;

std::map<std::string, std::string> made_up_texts(const RunSummary& run) {
  std::map<std::string, std::string> texts;
  for (const auto& flip : find_flips(run, compare_all(run).front()).texts)
    texts[flip.id] =
        "「" + run.classes[static_cast<std::size_t>(flip.gold)] +
        "」の記事です。昨日とても面白い映画を見て、美しい音楽を何度も聴きました。駅前の新しい店では、"
        "珍しい料理がゆっくり味わえるそうです。続きはまた明日、同じ時間にお届けします。お楽しみに。";
  return texts;
}

/// Another system, right a little less often than the single-task arm.
ExternalArm baseline(const RunSummary& run) {
  std::string file = "id\tfold\tlabel\n";
  std::set<std::string> seen;
  for (const auto& cell : run.cells)
    for (const auto& text : cell.watches[0].predictions)
      if (seen.insert(text.id).second)
        file += fmt::format("{}\t{}\t{}\n", text.id, cell.cell.fold,
                            run.classes[static_cast<std::size_t>(seen.size() % 11 == 0 ? (text.gold + 1) % 9
                                                                                       : text.predicted)]);
  return read_external_arm(run, "tfidf-svm", "tfidf-svm.tsv", file);
}

/// A page of pictures, as `mtl attend` writes it, with the drawings of the first `drawn` beside it.
void write_pictures(const fs::path& folder, const AttentionReport& report, std::size_t drawn = 6) {
  fs::create_directories(folder);
  for (const auto& picture : std::span(report.pictures).first(std::min(drawn, report.pictures.size()))) {
    write_file_atomically((folder / (picture.name + ".svg")).string(),
                          attention_svg(picture, report.settings));
    write_file_atomically((folder / (picture.name + "-methods.svg")).string(),
                          attention_methods_svg(picture, report.settings));
  }
  write_file_atomically((folder / "index.html").string(), html::attention_html(report));
  std::cout << (folder / "index.html").string() << "\n";
}

void write_attention(const fs::path& folder, const std::vector<std::string>& pieces) {
  write_pictures(folder, tests::report_of({tests::picture_of(pieces),
                                           tests::picture_of(pieces, "case-2-1", CaseKind::ControlRight)}));
}

/// A picture of each case, of texts as long as BERT takes them, from a model of BERT-base's size.
void write_long_attention(const fs::path& folder) {
  std::vector<std::string> pieces;
  for (std::size_t i = 0; i < 510; ++i) pieces.push_back(tests::sentence[i * 5 % tests::sentence.size()]);
  std::vector<AttentionPicture> pictures;
  for (const auto& [name, kind] :
       {std::pair{"case-1-1", CaseKind::TreatmentRight}, {"case-2-1", CaseKind::ControlRight}}) {
    pictures.push_back(tests::picture_of(pieces, name, kind));
    tests::fill_rows(pictures.back(), 12, 12);
  }
  auto report = tests::report_of(std::move(pictures));
  report.settings.layer = report.settings.layers = report.settings.heads = 12;
  write_pictures(folder, report);
}

/// The beginnings of all hostile texts on one page, of the five of ten thousand tokens more. Those of every
/// kind are drawn.
void write_hostile_attention(const fs::path& folder) {
  const auto texts = tests::hostile_texts();
  std::vector<AttentionPicture> pictures;
  for (std::size_t i = 0; i < texts.size(); ++i)
    pictures.push_back(tests::hostile_picture(texts[i], i, i % 40 == 39 ? 128 : 12));
  write_pictures(folder, tests::report_of(std::move(pictures)), 27);
}

void write_pages(const fs::path& folder) {
  const auto full = folder / "full", hostile = folder / "hostile", started = folder / "started",
             paper = folder / "paper";
  tests::write_synthetic_run(tests::synthetic_run({}), full);
  auto run = load_run(full.string());
  ReportOptions options{.outside = {baseline(run)}, .texts = made_up_texts(run)};
  std::cout << write_report(run, full.string(), options) << "\n";

  auto hostile_run = tests::hostile_run();
  std::cout << write_report(hostile_run.run, hostile.string(), {.texts = hostile_run.texts}) << "\n";

  auto few = tests::synthetic_run(
      {.dataset = "manuals", .classes = {"はい", "いいえ"}, .layers = 1, .folds = 1, .texts = 30});
  few.planned = 240;
  std::cout << write_report(few, started.string()) << "\n";

  fs::create_directories(folder / "tiny");
  tests::write_tiny_model(folder / "tiny" / "model");
  write_file_atomically((folder / "tiny" / "texts.tsv").string(), tests::tiny_tsv(12));

  fs::create_directories(paper);
  for (const auto& [name, contents] : paper_files()) write_file_atomically((paper / name).string(), contents);
  std::cout << (paper / "paper.html").string() << "\n";

  write_attention(folder / "attention", tests::sentence);
  write_long_attention(folder / "attention-long");
  write_hostile_attention(folder / "attention-hostile");
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: make_pages FOLDER\n";
    return 2;
  }
  try {
    fs::remove_all(words[1]);
    write_pages(words[1]);
    return 0;
  } catch (const std::exception& problem) {
    std::cerr << "make_pages: " << problem.what() << "\n";
    return 1;
  }
}

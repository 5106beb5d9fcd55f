// `mtl attend`: attention pictures of both arms of a run, and what their attention falls on.
#include <mtl/detail/torch.hpp>

#include <ATen/Parallel.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <regex>

#include <CLI/CLI.hpp>

#include <mtl/attribution/attribute_text.hpp>
#include <mtl/data/dataset_file.hpp>
#include <mtl/eval/stopped.hpp>
#include <mtl/experiment/disagreements.hpp>
#include <mtl/experiment/trained_classifier.hpp>
#include <mtl/report/attention_html.hpp>
#include <mtl/report/attention_svg.hpp>
#include <mtl/train/progress_printer.hpp>
#include <mtl/version.hpp>

#include "attend_settings.hpp"
#include "commands.hpp"
#include "number_check.hpp"
#include "png.hpp"
#include "stop_signal.hpp"
#include "text_placer.hpp"

namespace mtl::program {

namespace {

/// What the command works on, loaded and checked.
struct Attend {
  AttendSettings settings = {};
  RunSummary run = {};
  CellPair cells = {};
  StoredDataset stored = {};
  std::vector<std::size_t> test = {};  ///< examples of the test fold
  Disagreements found = {};
  PictureSettings drawn = {};
  std::unique_ptr<ProgressPrinter> printer = std::make_unique<ProgressPrinter>();
};

Attend load(const AttendSettings& settings) {
  require(settings.cases >= 0, "--cases {}: a number of pictures of each case", settings.cases);
  require(settings.steps > 0, "--steps {}: integrated gradients take at least one step", settings.steps);
  require(settings.batch > 0, "--batch {}: it takes at least one text", settings.batch);
  row_number(settings);
  Attend work{.settings = settings, .run = load_run(settings.run)};
  work.cells = choose_cells(settings, work.run);
  work.found = disagreements(work.cells.treatment, work.cells.control);
  const auto folder = data_folder(settings);
  work.stored = load_dataset(folder);
  work.test = work.stored.folds.test(work.cells.treatment.cell.fold);
  const auto& predictions = work.cells.treatment.watches.front().predictions;
  bool same = predictions.size() == work.test.size();
  for (std::size_t i = 0; same && i < predictions.size(); ++i)
    same = predictions[i].id == work.stored.dataset.examples[work.test[i]].id;
  require(same, "{}: its test texts of fold {} are not those of {}; name the run's own data by --data",
          folder, work.cells.treatment.cell.fold, settings.run);
  return work;
}

/// The pictures, not yet attributed: the first `cases` of each kind in the order of the test fold.
std::vector<AttentionPicture> begin_pictures(const Attend& work, TextPlacer& placer) {
  std::vector<AttentionPicture> pictures;
  const auto begin = [&](CaseKind kind, int number, const std::vector<Disagreement>& all) {
    for (std::size_t i = 0; i < all.size() && i < static_cast<std::size_t>(work.settings.cases); ++i) {
      const auto& gold = work.run.classes.at(static_cast<std::size_t>(all[i].gold));
      pictures.push_back({.name = fmt::format("case-{}-{}", number, i + 1),
                          .kind = kind,
                          .text = placer.place(work.stored.dataset.examples[work.test[all[i].place]]),
                          .gold = gold,
                          .explained = gold});
    }
  };
  begin(CaseKind::TreatmentRight, 1, work.found.treatment_right);
  begin(CaseKind::ControlRight, 2, work.found.control_right);
  return pictures;
}

/// Throws Stopped where a signal asked for it.
void go_on() { stop_if(stop_requested); }

std::string checkpoint_of(const std::string& folder) {
  const auto file = folder + "/best.safetensors";
  require(std::filesystem::exists(file), "{}: is missing; a cell's weights are needed for its pictures",
          file);
  return file;
}

/// One arm: its side of every picture, and the attention shares of every test text.
TextShares attend_arm(Attend& work, const TrainedClassifier& trained, const std::string& arm, bool treatment,
                      const TextPlacer& placer, std::vector<AttentionPicture>& pictures) {
  auto& backbone = trained.model->backbone();
  const AttentionChoice choice{
      .layer = work.drawn.layer, .head = work.drawn.head, .row = row_number(work.settings)};
  const auto& dataset = work.stored.dataset;
  const auto rows =
      fold_attention(backbone, dataset, work.test, choice, work.settings.batch, [&](std::size_t done) {
        work.printer->status(fmt::format("{}: attention of {}/{} test texts", arm, done, work.test.size()));
        go_on();
      });
  TextShares shares;
  for (std::size_t i = 0; i < rows.size(); ++i)
    shares.push_back(attention_shares(
        rows[i], dataset.examples[work.test[i]].targets.at(placer.auxiliary_head()), placer.kinds().size()));
  for (auto& picture : pictures) {
    const auto example = std::ranges::find(dataset.examples, picture.text.id, &Example::id);
    const std::vector<std::int64_t> ids(example->ids.begin(), example->ids.end());
    const ExplainedText text{backbone,
                             trained.model->head<"main">(),
                             torch::tensor(ids, torch::kInt64),
                             example->targets.at("main").front(),
                             placer.pad_id(),
                             groups_to_leave_out(picture.text)};
    (treatment ? picture.treatment : picture.control) =
        attribute_text(text, arm, trained.classes, choice, work.settings.steps, work.settings.batch);
    work.printer->line(fmt::format("{}: {} attributed, {} tokens", arm, picture.name, example->ids.size()));
    go_on();
  }
  return shares;
}

/// What the models say here and not in predictions.tsv, as a sentence for each.
std::vector<std::string> changed_predictions(const Attend& work,
                                             const std::vector<AttentionPicture>& pictures) {
  std::vector<std::string> notes;
  for (const auto& picture : pictures)
    for (const auto* side : {&picture.control, &picture.treatment}) {
      const auto& cell = side == &picture.control ? work.cells.control : work.cells.treatment;
      const auto& rows = cell.watches.front().predictions;
      const auto row = std::ranges::find(rows, picture.text.id, &ClassPrediction::id);
      const auto& recorded = work.run.classes.at(static_cast<std::size_t>(row->predicted));
      if (recorded != side->predicted)
        notes.push_back(
            fmt::format("{}: arm {} predicts {} here and {} in the run; the two classes are nearly as "
                        "probable, or another machine "
                        "computes otherwise",
                        picture.name, side->arm, side->predicted, recorded));
    }
  return notes;
}

std::vector<std::string> counts_of(const Attend& work) {
  const auto& found = work.found;
  const auto shown = [&](std::size_t all) {
    return std::min(all, static_cast<std::size_t>(work.settings.cases));
  };
  const auto ours = arm_title(work.settings.treatment), theirs = arm_title(work.settings.control);
  return {
      fmt::format(
          "Of {} test texts both arms get {} right and {} wrong; {} alone gets {} right (case \u2460), {} "
          "alone {} (case \u2461).",
          work.test.size(), found.both_right, found.both_wrong, ours, found.treatment_right.size(), theirs,
          found.control_right.size()),
      fmt::format(
          "Shown are the first {} and {} of these in the order of the test fold, which was shuffled before "
          "any training. Nobody picked them.",
          shown(found.treatment_right.size()), shown(found.control_right.size()))};
}

RunSummary::Facts provenance_of(const Attend& work) {
  RunSummary::Facts facts{{"mtl attend", MTL_VERSION},
                          {"cell of " + work.settings.treatment,
                           std::filesystem::path(work.cells.treatment_folder).filename().string()},
                          {"cell of " + work.settings.control,
                           std::filesystem::path(work.cells.control_folder).filename().string()},
                          {"attention", attention_choice(work.drawn)},
                          {"full red", scale_sentence(work.drawn)},
                          {"explained", "the log-odds of the true class"},
                          {"steps of integrated gradients", std::to_string(work.settings.steps)}};
  facts.insert(facts.end(), work.run.provenance.begin(), work.run.provenance.end());
  return facts;
}

/// aggregate.json: what was measured on what.
std::string aggregate_json(const Attend& work, const std::vector<ShareComparison>& shares) {
  const auto& cell = work.cells.treatment.cell;
  const nlohmann::ordered_json json{{"treatment", work.settings.treatment},
                                    {"control", work.settings.control},
                                    {"layer", cell.layer},
                                    {"fold", cell.fold},
                                    {"seed", cell.seed},
                                    {"digests", {work.cells.treatment.digest, work.cells.control.digest}},
                                    {"attention", attention_choice(work.drawn)},
                                    {"texts", work.test.size()},
                                    {"treatment_right", work.found.treatment_right.size()},
                                    {"control_right", work.found.control_right.size()},
                                    {"both_right", work.found.both_right},
                                    {"both_wrong", work.found.both_wrong},
                                    {"measures", shares_json(shares)}};
  return json.dump(2) + "\n";
}

/// aggregate-texts.csv: the numbers behind every test.
std::string texts_csv(const Attend& work, const std::vector<std::string>& names, const TextShares& treatment,
                      const TextShares& control) {
  std::string csv = "id,measure,treatment,control\n";
  const auto exact = [](const std::optional<double>& mass) {
    return mass ? show_exact(*mass) : std::string();
  };
  for (std::size_t i = 0; i < treatment.size(); ++i)
    for (std::size_t m = 0; m < names.size(); ++m)
      csv += fmt::format("{},{},{},{}\n", escape_csv(work.stored.dataset.examples[work.test[i]].id),
                         escape_csv(names[m]), exact(treatment[i][m].mass), exact(control[i][m].mass));
  return csv;
}

/// Takes away pictures of an earlier call, of which there may have been more.
void remove_old_pictures(const std::filesystem::path& folder) {
  static const std::regex ours("case-[12]-[0-9]+(-methods)?\\.(svg|png)");
  std::vector<std::filesystem::path> old;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (std::regex_match(entry.path().filename().string(), ours)) old.push_back(entry.path());
  for (const auto& path : old) std::filesystem::remove(path);
}

std::filesystem::path make_folder(const std::string& run) {
  const auto folder = std::filesystem::path(run) / "report" / "attention";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  require(!failed, "{}: cannot be made: {}", folder.string(), failed.message());
  return folder;
}

/// Writes everything, the page last; its path.
std::string write_files(Attend& work, const AttentionReport& report,
                        const std::map<std::string, std::string>& tables) {
  const auto folder = make_folder(work.settings.run);
  remove_old_pictures(folder);
  const auto write = [&](const std::string& name, const std::string& content) {
    write_file_atomically((folder / name).string(), content);
  };
  for (const auto& picture : report.pictures)
    for (const auto& [name, svg] :
         {std::pair{picture.name, attention_svg(picture, report.settings)},
          {picture.name + "-methods", attention_methods_svg(picture, report.settings)}}) {
      work.printer->status("draws " + name);
      write(name + ".svg", svg + "\n");
      if (report.png) write(name + ".png", svg_to_png(svg));
    }
  for (const auto& [name, content] : tables) write(name, content);
  write("index.html", html::attention_html(report));
  return (folder / "index.html").string();
}

std::string attend_to(Attend& work) {
  const auto& [settings, cells] = std::tie(work.settings, work.cells);
  const auto cell = cells.treatment.cell;
  work.printer->line(fmt::format("layer {}, fold {}, seed {}: {} texts; {} right in {} alone, {} in {} alone",
                                 cell.layer, cell.fold, cell.seed, work.test.size(),
                                 work.found.treatment_right.size(), settings.treatment,
                                 work.found.control_right.size(), settings.control));
  std::optional<TextPlacer> placer;
  std::vector<AttentionPicture> pictures;
  TextShares control, treatment;
  for (const bool second : {false, true}) {  // one model in memory at a time
    const auto trained = load_trained_classifier(
        checkpoint_of(second ? cells.treatment_folder : cells.control_folder), settings.model);
    // What a text loses with a span is a small difference of large numbers: bfloat16 would drown it.
    trained.model->backbone().set_engine({natural_engine(), NumberType::Float32});
    if (!second) {
      const auto& config = trained.model->backbone().config();
      work.drawn = picture_settings(settings, config.layers, static_cast<int>(config.heads));
      placer.emplace(work.stored.about, trained.model_dir, work.stored.dataset, data_folder(settings));
      pictures = begin_pictures(work, *placer);
    }
    (second ? treatment : control) =
        attend_arm(work, trained, second ? settings.treatment : settings.control, second, *placer, pictures);
  }
  const auto names = share_names(placer->kinds());
  AttentionReport report{
      .dataset = work.run.dataset,
      .arms = fmt::format("Layer {}, test fold {}, seed {}.", cell.layer, cell.fold, cell.seed),
      .notes = work.run.notes,
      .counts = counts_of(work),
      .pictures = std::move(pictures),
      .shares = compare_shares(names, treatment, control),
      .provenance = provenance_of(work),
      .treatment = settings.treatment,
      .control = settings.control,
      .settings = work.drawn,
      .png = settings.png};
  for (const auto& note : changed_predictions(work, report.pictures)) {
    work.printer->line(note);
    report.notes.push_back(note);
  }
  return write_files(work, report,
                     {{"aggregate.json", aggregate_json(work, report.shares)},
                      {"aggregate.csv", shares_csv(report.shares)},
                      {"aggregate-texts.csv", texts_csv(work, names, treatment, control)}});
}

int attend(const AttendSettings& settings) {
  catch_stop_signals();
  if (settings.threads > 0) at::set_num_threads(settings.threads);
  try {
    auto work = load(settings);
    const auto page = attend_to(work);
    work.printer->line("pictures: " + page);
    std::cout << page << "\n";
    return 0;
  } catch (const Stopped&) {
    fmt::print(stderr, "stopped; nothing was written\n");
    return stop_status();
  } catch (const nlohmann::json::exception& problem) {
    throw Error(
        fmt::format("the data of {}: {}; likely cause: another version prepared them. Prepare them again",
                    settings.run, problem.what()));
  }
}

void add_picture_flags(CLI::App& command, AttendSettings& s) {
  command.add_option("--cases", s.cases, "pictures of each of the two cases")->capture_default_str();
  command.add_option("--attention-layer", s.attention_layer, "whose attention is drawn; 0: the last layer")
      ->capture_default_str();
  command.add_option("--head", s.head, "mean, or a head from 1")->capture_default_str();
  command.add_option("--row", s.row, "whose attention: cls, mean (of all tokens), or a token's place")
      ->capture_default_str();
  command
      .add_option("--scale", s.scale,
                  "full red: the largest of the shown tokens (shown), of all tokens (all), or a number")
      ->capture_default_str();
  command.add_option("--shade", s.shade, "pieces, words-sum or words-mean (of their pieces)")
      ->capture_default_str();
  command.add_option("--steps", s.steps, "of integrated gradients")->capture_default_str();
  command.add_flag("--png,!--no-png", s.png, "PNG files beside the SVG files (default), or none");
}

}  // namespace

void add_attend(CLI::App& app) {
  auto settings = std::make_shared<AttendSettings>();
  auto& s = *settings;
  auto* const command = app.add_subcommand("attend", "attention pictures of both arms of a run");
  command->add_option("RUN", s.run, "folder that `mtl sweep` wrote")->required();
  command->add_option("--layer", s.layer,
                      "layer l of the cells; default: 2 as in the paper, else the first that is finished");
  command->add_option("--fold", s.fold, "their test fold; default: the first that is finished");
  command->add_option("--seed", s.seed, "their seed; default: the first")->check(any_seed());
  command->add_option("--treatment", s.treatment, "the arm drawn below")->capture_default_str();
  command->add_option("--control", s.control, "the arm drawn above")->capture_default_str();
  add_picture_flags(*command, s);
  command->add_option("--batch", s.batch, "texts at a time")->capture_default_str();
  command->add_option("--data", s.data, "the run's data, where they are no longer where they were");
  command->add_option("--model", s.model, "the base model, where it is no longer where it was");
  command->add_option("--threads", s.threads, "threads; 0: one a core")->check(CLI::Range(0, 1024));
  command->footer(
      "Writes "
      "RUN/report/attention/"
      "{index.html,case-*.svg,case-*.png,aggregate.json,aggregate.csv,aggregate-texts.csv} and\n"
      "prints the path of index.html. A text is in case 1 when the treatment alone is right, in case 2 when "
      "the control is.\n"
      "Examples:\n"
      "  mtl attend runs/livedoor\n"
      "  mtl attend runs/livedoor --layer 7 --fold 3 --attention-layer 11 --head 4 --cases 5");
  command->callback([settings] { finish(attend(*settings)); });
}

}  // namespace mtl::program

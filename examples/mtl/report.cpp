// `mtl report RUN`: the paper's table and figure for a run, and everything a reader needs to judge them.
// `mtl report --paper`: the paper's own tables, rederived from their printed figures.
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <mtl/experiment/run_folder.hpp>
#include <mtl/report/paper_report.hpp>
#include <mtl/report/write_report.hpp>

#include "commands.hpp"
#include "report_inputs.hpp"

namespace mtl::program {

namespace {

struct ReportFlags {
  std::string run, out;
  std::vector<std::string> arms;
  bool paper = false, texts = true;
};

void report_run(const ReportFlags& flags) {
  auto run = load_run(flags.run);
  ReportOptions options{.outside = read_arms(run, flags.arms), .attention = attention_pages(flags.run)};
  if (flags.texts) options.texts = read_texts(run, flags.run);
  const auto page = write_report(std::move(run), flags.run, std::move(options));
  const auto table = std::filesystem::path(page).replace_filename("table.md");
  std::cout << read_file(table.string()) << "\n" << page << "\n";
}

void report_paper(const ReportFlags& flags) {
  std::cout << paper_markdown();
  if (flags.out.empty()) return;
  const std::filesystem::path folder = flags.out;
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  require(!failed, "--out {}: cannot be made: {}", flags.out, failed.message());
  for (const auto& [name, contents] : paper_files())
    write_file_atomically((folder / name).string(), contents);
  std::cout << "\n" << (folder / "paper.html").string() << "\n";
}

}  // namespace

void add_report(CLI::App& app) {
  auto flags = std::make_shared<ReportFlags>();
  CLI::App* command =
      app.add_subcommand("report", "tables, figures, statistics and page of a run, finished or not");
  auto* const run = command->add_option("RUN", flags->run, "folder that `mtl sweep` wrote");
  auto* const arms =
      command->add_option("--arm", flags->arms,
                          "NAME=predictions.tsv (id, tab, fold, tab, label): another system, put through the "
                          "same paired tests; may be given again");
  arms->allow_extra_args(false);
  command->add_flag("!--no-texts", flags->texts, "do not show texts on which the arms disagree");
  auto* const paper = command
                          ->add_flag("--paper", flags->paper,
                                     "no run: the paper's three tables, rederived from their printed figures")
                          ->excludes(run)
                          ->excludes(arms);
  command->add_option("--out", flags->out, "with --paper: a folder for its page, tables and figures")
      ->needs(paper);
  command->footer(
      "Writes RUN/report/: report.html, report.json, table.{md,csv,tex}, evidence.{md,csv,tex}, folds.csv, "
      "cells.csv,\n"
      "flips.csv, accuracy.svg, differences.svg, auxiliary.svg; prints table.md. The last line of the output "
      "is the path of\n"
      "report.html. `mtl verify RUN` recomputes it.\n"
      "Examples:\n"
      "  mtl report runs/livedoor\n"
      "  mtl report runs/livedoor --arm svm=svm.tsv --arm bert=transformers.tsv\n"
      "  mtl report --paper --out paper");
  command->callback([flags] {
    require(flags->paper || !flags->run.empty(),
            "report: which run? Name the folder that `mtl sweep` wrote, or --paper");
    flags->paper ? report_paper(*flags) : report_run(*flags);
  });
}

}  // namespace mtl::program

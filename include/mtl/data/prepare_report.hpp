// What the data stage did with every text: counts by reason and class, which add up.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <mtl/detail/error.hpp>

namespace mtl {

/// Why a document did not become an example.
enum class Dropped { NotChosen, Empty, Duplicate, Conflict, TooLong, TooShort, DuplicateOnceCut, BeyondSize };

inline constexpr std::array dropped_names{"class not chosen",   "empty after normalisation",
                                          "duplicate",          "duplicate with another label",
                                          "too many words",     "too few words",
                                          "duplicate once cut", "beyond the class size"};

/// Counts of the data stage. Every vector is by class, in the order of `classes`.
struct PrepareReport {
  using Counts = std::vector<std::int64_t>;

  std::vector<std::string> classes{};
  Counts read{}, kept{};
  std::array<Counts, dropped_names.size()> dropped{};
  std::map<std::string, std::int64_t> skipped{};       ///< files and rows that are no texts, by reason
  std::int64_t cut_by_words = 0;                       ///< kept texts that were cut after max_words
  std::int64_t cut_by_pieces = 0;                      ///< kept texts that were cut after max_pieces
  std::int64_t pieces = 0;                             ///< of all kept texts, without special tokens
  std::int64_t unknown_pieces = 0;                     ///< those that the vocabulary does not have
  std::int64_t shortest = 0, median = 0, longest = 0;  ///< pieces of a kept text, without special tokens
  std::map<std::string, std::int64_t> labels{};        ///< pieces by the name of their label

  /// Nothing counted yet, for classes of these names.
  explicit PrepareReport(std::vector<std::string> names = {}) : classes{std::move(names)} {
    read.resize(classes.size());
    kept.resize(classes.size());
    for (Counts& counts : dropped) counts.resize(classes.size());
  }

  /// Texts of a class that were dropped for a reason. Throws std::out_of_range for an unknown label.
  std::int64_t& of(Dropped why, std::size_t label) {
    return dropped[static_cast<std::size_t>(why)].at(label);
  }

  /// Over all classes.
  static std::int64_t sum(const Counts& counts) {
    std::int64_t total = 0;
    for (const std::int64_t count : counts) total += count;
    return total;
  }
};

/// Throws Error unless in every class the documents read are those kept and those dropped: no text is lost.
inline void require_that_counts_add_up(const PrepareReport& report) {
  for (std::size_t label = 0; label < report.classes.size(); ++label) {
    std::int64_t found = report.kept[label];
    for (const auto& counts : report.dropped) found += counts[label];
    require(found == report.read[label],
            "class '{}': {} texts were read, but {} are accounted for; this is a defect of the program",
            report.classes[label], report.read[label], found);
  }
}

namespace detail {

inline std::string report_row(const std::string& name, const PrepareReport::Counts& counts) {
  std::string row = fmt::format("{:<30} {:>8}", name, PrepareReport::sum(counts));
  for (const std::int64_t count : counts) row += fmt::format(" {:>8}", count);
  return row + "\n";
}

}  // namespace detail

/// A table for reading: one column a class (numbered, the names below), one row a reason.
inline std::string to_table(const PrepareReport& report) {
  std::string table = fmt::format("{:<30} {:>8}", "texts", "all");
  for (std::size_t label = 0; label < report.classes.size(); ++label) table += fmt::format(" {:>8}", label);
  table += "\n" + detail::report_row("read", report.read);
  for (std::size_t why = 0; why < dropped_names.size(); ++why)
    if (PrepareReport::sum(report.dropped[why]) > 0)
      table += detail::report_row(std::string("- ") + dropped_names[why], report.dropped[why]);
  table += detail::report_row("kept", report.kept);
  for (std::size_t label = 0; label < report.classes.size(); ++label)
    table += fmt::format("  {} = {}\n", label, report.classes[label]);
  for (const auto& [why, count] : report.skipped) table += fmt::format("skipped, {}: {}\n", why, count);
  table += fmt::format("cut after the most words: {} texts; after the most tokens: {} texts\n",
                       report.cut_by_words, report.cut_by_pieces);
  table += fmt::format("pieces a text: {} to {}, median {}; {} in all, {} unknown\n", report.shortest,
                       report.longest, report.median, report.pieces, report.unknown_pieces);
  for (const auto& [name, count] : report.labels) table += fmt::format("label {}: {} pieces\n", name, count);
  return table;
}

/// The same numbers for programs. What was not dropped is there with zeros.
inline nlohmann::json to_json(const PrepareReport& report) {
  nlohmann::json dropped;
  for (std::size_t why = 0; why < dropped_names.size(); ++why)
    dropped[dropped_names[why]] = report.dropped[why];
  return {{"classes", report.classes},
          {"read", report.read},
          {"dropped", dropped},
          {"kept", report.kept},
          {"skipped", report.skipped},
          {"cut_by_words", report.cut_by_words},
          {"cut_by_pieces", report.cut_by_pieces},
          {"pieces", report.pieces},
          {"unknown_pieces", report.unknown_pieces},
          {"pieces_of_a_text",
           {{"shortest", report.shortest}, {"median", report.median}, {"longest", report.longest}}},
          {"labels", report.labels}};
}

}  // namespace mtl

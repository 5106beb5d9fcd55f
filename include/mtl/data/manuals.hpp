// In: the files of four Debian packages of Japanese manuals, unpacked. Out: a corpus of nine classes.
// Packages: libreoffice-help-ja, lilypond-doc-html-ja, manpages-ja, manpages-ja-dev.
#pragma once

#include <array>
#include <functional>

#include <mtl/data/corpus.hpp>
#include <mtl/data/page_lines.hpp>
#include <mtl/data/roff.hpp>

namespace mtl {

/// Which parts of an HTML page are its text.
struct HtmlRules {
  std::string keep_id;                    ///< only the element of this id, where the page has one
  std::vector<std::string> drop;          ///< names of elements that go with all they hold
  std::vector<std::string> drop_classes;  ///< values of the attribute class that do the same
};

/// The text of an HTML page, a line for each block element. The library parses no HTML itself: the program
/// that reads pages supplies this.
using HtmlToText = std::function<std::string(std::string_view html, const HtmlRules&)>;

/// What is kept of a manual page in HTML.
inline HtmlRules manual_rules() {
  return {"DisplayArea",
          {"head", "header", "footer", "nav", "script", "style", "noscript", "pre", "code"},
          {"nav_table"}};
}

/// A manual page has at least so many kana and kanji.
inline constexpr std::int64_t least_japanese = 100;

namespace detail {

/// A class and a folder that its pages lie in.
struct ManualFolder {
  std::string_view label, path;
};

inline constexpr std::array manual_folders{
    ManualFolder{"writer", "/libreoffice/help/ja/text/swriter/"},
    ManualFolder{"calc", "/libreoffice/help/ja/text/scalc/"},
    ManualFolder{"impress", "/libreoffice/help/ja/text/simpress/"},
    ManualFolder{"impress", "/libreoffice/help/ja/text/sdraw/"},
    ManualFolder{"basic", "/libreoffice/help/ja/text/sbasic/"},
    ManualFolder{"lilypond", "/Documentation/notation/"},
    ManualFolder{"man1", "/man/ja/man1/"},
    ManualFolder{"man2", "/man/ja/man2/"},
    ManualFolder{"man3", "/man/ja/man3/"},
    ManualFolder{"man8", "/man/ja/man8/"},
};

/// Class and id of a page; an empty label when it belongs to none.
inline std::pair<std::string, std::string> manual_of(const std::string& name) {
  const std::string path = "/" + name;
  for (const auto& folder : manual_folders) {
    const auto at = path.find(folder.path);
    if (at == std::string::npos) continue;
    std::string rest = path.substr(at + folder.path.size());
    if (rest.ends_with(".gz")) rest.resize(rest.size() - 3);
    if (folder.label == "impress")
      rest = path_parts(folder.path).back() + "/" + rest;  // two folders, one class
    return {std::string(folder.label), std::string(folder.label) + "/" + rest};
  }
  return {};
}

}  // namespace detail

/// True for a file that the nine classes are made of: lets a source pass over the rest of a large folder.
inline bool is_manual_page(const std::string& name) { return !detail::manual_of(name).first.empty(); }

/// The Japanese manual pages of nine classes, sorted by id "<class>/<path of the page>".
///
/// Left out and counted: symbolic links, pages that only name another (.so), whole books on one page
/// (*-big-page*), pages with fewer than 100 kana and kanji after all that is not the page's own Japanese text
/// went. Throws Error for a page that is not UTF-8 and when there is none.
inline Corpus read_manuals(const FileSource& next, const HtmlToText& html_to_text) {
  Corpus corpus{.name = "manuals", .classes = {}, .documents = {}, .skipped = {}};
  std::map<std::string, std::vector<Document>> pages;
  while (auto file = next()) {
    const auto [label, id] = detail::manual_of(file->name);
    const bool html = file->name.ends_with(".html");
    const char* why = file->symbolic_link ? "symbolic link"
                      : label.empty() || (!html && !label.starts_with("man"))
                          ? "not a page of the nine classes"
                      : file->name.find("-big-page") != std::string::npos ? "whole book on one page"
                      : !html && is_roff_stub(file->content) ? "stub that names another page (.so)"
                                                             : nullptr;
    if (why != nullptr) {
      ++corpus.skipped[why];
      continue;
    }
    require_utf8_lines(file->content, file->name);
    std::string text = html ? html_to_text(file->content, manual_rules()) : roff_to_text(file->content);
    pages[label].push_back({id, label, std::move(text), file->name});
  }
  for (auto& [label, documents] : pages) {
    corpus.classes.push_back(label);
    std::vector<std::string> texts;
    for (const Document& page : documents) texts.push_back(page.text);
    texts = telling_lines(texts);
    for (std::size_t i = 0; i < documents.size(); ++i) {
      if (kana_and_kanji(texts[i]) < least_japanese) {
        ++corpus.skipped[fmt::format("fewer than {} kana and kanji", least_japanese)];
        continue;
      }
      documents[i].text = std::move(texts[i]);
      corpus.documents.push_back(std::move(documents[i]));
    }
  }
  return detail::in_order(std::move(corpus),
                          "the Debian packages libreoffice-help-ja, lilypond-doc-html-ja, "
                          "manpages-ja and manpages-ja-dev, unpacked under one folder");
}

}  // namespace mtl

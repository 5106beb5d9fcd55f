// A small reader of markup, for the tests of figures and pages: says what is wrong with it, or nothing.
#pragma once

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace mtl::tests {

/// Empty when `markup` is well-formed: one root, tags balanced, attributes quoted and unique per tag, `<` and
/// `&` only as markup. A DOCTYPE may come first. Knows no comments, CDATA or processing instructions: ours
/// have none.
inline std::string markup_fault(std::string_view markup) {
  constexpr auto npos = std::string_view::npos;
  const auto fault = [&](std::string_view what, std::size_t at) {
    return std::string(what) + " near: " + std::string(markup.substr(at, 60));
  };
  if (markup.starts_with("<!DOCTYPE html>\n")) markup.remove_prefix(16);
  std::vector<std::string_view> open;
  int roots = 0;
  for (std::size_t i = 0; i < markup.size();) {
    if (markup[i] == '&') {
      const auto end = markup.find(';', i);
      const auto name = end == npos ? "" : markup.substr(i + 1, end - i - 1);
      if (name != "lt" && name != "gt" && name != "amp" && name != "quot" && name != "#39")
        return fault("a bare &", i);
      i = end + 1;
    } else if (markup[i] != '<') {
      if (open.empty() && !std::isspace(static_cast<unsigned char>(markup[i])))
        return fault("text outside the root", i);
      ++i;
    } else {
      const auto end = markup.find('>', i);
      if (end == npos) return fault("a tag without end", i);
      auto tag = markup.substr(i + 1, end - i - 1);
      if (tag.starts_with('/')) {
        if (open.empty() || open.back() != tag.substr(1))
          return fault("a closing tag that closes nothing", i);
        open.pop_back();
      } else {
        const bool empty = tag.ends_with('/');
        if (empty) tag.remove_suffix(1);
        const auto name_end = tag.find_first_of(" \n");
        const auto name = tag.substr(0, name_end);
        if (name.empty() || !std::isalpha(static_cast<unsigned char>(name[0]))) return fault("a bare <", i);
        std::vector<std::string_view> seen;
        for (auto rest = name_end == npos ? "" : tag.substr(name_end + 1); !rest.empty();) {
          const auto equals = rest.find("=\"");
          if (equals == npos) return fault("an attribute without a quoted value", i);
          const auto attribute = rest.substr(0, equals), value = rest.substr(equals + 2);
          const auto close = value.find('"');
          if (close == npos || value.substr(0, close).find('<') != npos)
            return fault("an open attribute value", i);
          for (const auto other : seen)
            if (other == attribute) return fault("an attribute twice", i);
          seen.push_back(attribute);
          rest = value.substr(close + 1);
          while (rest.starts_with(' ')) rest.remove_prefix(1);
        }
        if (open.empty() && ++roots > 1) return fault("a second root", i);
        if (!empty) open.push_back(name);
      }
      i = end + 1;
    }
  }
  return open.empty() ? "" : "not closed: " + std::string(open.back());
}

/// The first thing in `markup` that a browser would load or run; empty when there is none.
inline std::string loaded_resource(std::string_view markup) {
  for (const std::string_view sign :
       {"src=", "href=\"http", "href=\"//", "url(", "@import", "<script ", "<link", "<iframe", "<object",
        "<img", "<use", "onload", "onerror=", "https:"})
    if (const auto at = markup.find(sign); at != std::string_view::npos)
      return std::string(markup.substr(at, 60));
  return {};
}

}  // namespace mtl::tests

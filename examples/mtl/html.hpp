// In: an HTML page. Out: its text, a line for each block element. By libxml2's HTML parser.
#pragma once

#include <string>
#include <string_view>

#include <mtl/data/manuals.hpp>

namespace mtl::program {

/// The text of a page by `rules`. A page without an element of rules.keep_id is kept whole. Malformed HTML is
/// read as a browser would; nothing is fetched.
std::string html_to_text(std::string_view html, const HtmlRules& rules);

}  // namespace mtl::program

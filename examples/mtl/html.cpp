#include "html.hpp"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

namespace mtl::program {
namespace {

/// Elements that do not end a line; all others do.
constexpr std::array<std::string_view, 30> inline_elements{
    "a",  "abbr", "acronym", "b",     "bdi",  "bdo",    "big",  "cite", "code", "dfn",
    "em", "font", "i",       "img",   "ins",  "kbd",    "mark", "nobr", "q",    "ruby",
    "rb", "s",    "samp",    "small", "span", "strong", "sub",  "sup",  "tt",   "var"};

std::string_view name_of(const xmlNode* node) { return reinterpret_cast<const char*>(node->name); }

bool contains(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

std::string attribute(const xmlNode* node, const char* name) {
  const std::unique_ptr<xmlChar, xmlFreeFunc> value(xmlGetProp(node, BAD_CAST name), xmlFree);
  return value ? reinterpret_cast<const char*>(value.get()) : "";
}

const xmlNode* find_id(const xmlNode* node, const std::string& id) {
  for (; node != nullptr; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    if (attribute(node, "id") == id) return node;
    if (const xmlNode* inside = find_id(node->children, id)) return inside;
  }
  return nullptr;
}

/// White space of the source, line ends included, is one space: only block elements end lines.
void add_words(std::string& text, const char* words) {
  for (; *words != '\0'; ++words) {
    const bool space = std::string_view(" \t\r\n\f").find(*words) != std::string_view::npos;
    if (!space) {
      text += *words;
    } else if (!text.empty() && text.back() != ' ' && text.back() != '\n') {
      text += ' ';
    }
  }
}

void end_line(std::string& text) {
  while (text.ends_with(' ')) text.pop_back();
  if (!text.empty() && text.back() != '\n') text += '\n';
}

void add_text(std::string& text, const xmlNode* node, const HtmlRules& rules) {
  if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
    if (node->content != nullptr) add_words(text, reinterpret_cast<const char*>(node->content));
    return;
  }
  if (node->type == XML_ENTITY_REF_NODE || node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE)
    return;
  const bool element = node->type == XML_ELEMENT_NODE;
  if (element &&
      (contains(rules.drop, name_of(node)) || contains(rules.drop_classes, attribute(node, "class"))))
    return;
  const bool block = element && !contains(inline_elements, name_of(node));
  if (block) end_line(text);
  for (const xmlNode* child = node->children; child != nullptr; child = child->next)
    add_text(text, child, rules);
  if (block) end_line(text);
}

}  // namespace

std::string html_to_text(std::string_view html, const HtmlRules& rules) {
  require(html.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()),
          "an HTML page of {} bytes", html.size());
  constexpr int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET;
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> page(
      htmlReadMemory(html.data(), static_cast<int>(html.size()), nullptr, "UTF-8", options), &xmlFreeDoc);
  const xmlNode* root = page ? xmlDocGetRootElement(page.get()) : nullptr;
  std::string text;
  if (root == nullptr) return text;
  const xmlNode* kept = rules.keep_id.empty() ? nullptr : find_id(root, rules.keep_id);
  add_text(text, kept != nullptr ? kept : root, rules);
  end_line(text);
  return text;
}

}  // namespace mtl::program

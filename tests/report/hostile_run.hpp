// A run whose every text is out to break the page: markup, scripts, controls of writing, bytes that are no
// UTF-8, ten thousand tokens.
#pragma once

#include <string>
#include <vector>

#include <report/synthetic_run.hpp>

namespace mtl::tests {

/// 200 texts, each hostile in its way.
inline std::vector<std::string> hostile_texts() {
  const std::vector<std::string> cores{
      "<script>window.pwned=1</script>",
      "</script><script>window.pwned=1</script>",
      "<img src=x onerror=\"window.pwned=1\">",
      "\"><svg onload=window.pwned=1>",
      "' onfocus='window.pwned=1' autofocus='",
      "</title></style><body onload=window.pwned=1>",
      "<!--><script>window.pwned=1</script>-->",
      "]]><script>window.pwned=1</script>",
      "javascript:window.pwned=1",
      "<a href=\"https://example.invalid/\">click</a>",
      "<link rel=stylesheet href=https://example.invalid/x.css>",
      "<iframe src=https://example.invalid/></iframe>",
      "{{constructor.constructor('window.pwned=1')()}}",
      "&lt;script&gt; &amp;amp; &#x3c;script&#x3e;",
      "\u202E右から左へ\u202C と \u2067閉じない",
      "\u2028行区切り\u2029段落区切り",
      "\u200F\u061C\u200E marks \u2066 isolates",
      std::string("nul \x01\x02\x1B[31m bell\x07 del\x7F"),
      "c1 \u0085\u009B tag \U000E0041 non-character \uFFFE \uFDD0",
      "%s%n%x {} {0} ${jndi:ldap://example.invalid} $(id) `id` ../../etc/passwd",
      "=HYPERLINK(\"https://example.invalid\"),+1,-1,@SUM(1)",
      "\\input{/etc/passwd} \\write18{id} $x_1^2$ #1 %comment & ~",
      "| a | b |\n|---|---|\n[link](javascript:alert(1)) **bold** `code`",
      "👩\u200D👩\u200D👧 Z\u0351\u036B\u0343A\u0334\u0335L\u0320\u0368G\u0334\u033BO が\u3099 ﷽",
      "𠮷野家 髙島屋 ｶﾞｷﾞｸﾞ ㍿ ①②③ ﬁ",
  };
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 200; ++i) {
    auto text = cores[i % cores.size()] + fmt::format(" {} ", i) + cores[(i * 7 + 3) % cores.size()];
    if (i % 40 == 39)
      for (int token = 0; token < 10000; ++token) text += " 語<b>" + std::to_string(token);
    texts.push_back(std::move(text));
  }
  return texts;
}

struct HostileRun {
  RunSummary run = {};
  std::map<std::string, std::string> texts = {};  ///< by id
};

/// 200 texts in two folds, ids and classes and every other word as hostile as the texts. `with_bytes`: also
/// bytes that are no UTF-8, in what never passes through a file.
inline HostileRun hostile_run(bool with_bytes = false) {
  const auto texts = hostile_texts();
  SyntheticSizes sizes{.dataset = "<script>window.pwned=1</script>\u202E\u2028",
                       .classes = {"<b>肯定</b>", "\"'&\u2066否定"},
                       .layers = 3,
                       .folds = 2,
                       .texts = 100,
                       .epochs = 3};
  HostileRun hostile{.run = synthetic_run(sizes)};
  auto& run = hostile.run;
  for (auto& cell : run.cells)
    for (auto& watch : cell.watches) {
      for (std::size_t i = 0; i < watch.predictions.size(); ++i) {
        const auto number = static_cast<std::size_t>(cell.cell.fold) * 100 + i;
        auto& text = watch.predictions[i];
        text.id = fmt::format("{}:<i onclick=window.pwned=1>\u202E{}", number, number);
        if (cell.cell.layer == 1)
          text.predicted = cell.cell.arm == "multi" ? text.gold : 1 - text.gold;  // all flip
        hostile.texts[text.id] = texts[number];
      }
      watch.scores["pos.span_f1:<script>window.pwned=1</script>"] = 0.5;
    }
  run.notes = {texts[0], texts[14], texts[15]};
  run.provenance = {{texts[1], texts[2]}, {texts[17], texts[18]}};
  run.choices = {{texts[3], texts[4]}, {"batch", texts[5]}};
  run.dropped = {{texts[6], 1}, {texts[7], 2}};
  if (with_bytes) run.provenance.emplace_back("bytes", "\xFF\xFE\xC0\xAF\xED\xA0\x80 cut \xE3\x81");
  return hostile;
}

}  // namespace mtl::tests

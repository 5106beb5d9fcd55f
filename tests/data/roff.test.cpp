#include <mtl/data/roff.hpp>

#include <support/catch.hpp>

namespace roff_test {

using namespace mtl;

TEST_CASE("roff: requests, headings, comments and macro bodies go, running text stays", "[data]") {
  CHECK(roff_to_text(".\\\" 注釈\n.TH LS 1 \"題\"\n.SH 名前\nls は一覧を表示する。\n.de XX\n中身\n..\n.PP\n"
                     "'br\n次の段落。\\\" 注釈\n") == "ls は一覧を表示する。\n次の段落。\n");
}

TEST_CASE("roff: escapes print what they stand for, or nothing", "[data]") {
  struct Row {
    const char *source, *text;
  };
  const auto row = GENERATE(values<Row>({
      {R"(\fB\-\-all\fR を)", "--all を"},
      {R"(\f[CW]x\f[]と\f(CWy\fP)", "xとy"},
      {R"(\&.で\/始\,まる)", ".で始まる"},
      {R"(\s-1小\s0さい\s+2字)", "小さい字"},
      {R"(a\ b\~c)", "a b c"},
      {R"(\*(lq引用\*[rq]\(bu)", "引用"},
      {R"(C:\eDOS\\x)", "C:\\DOS\\x"},
      {R"(幅\h'2n'の\v"1"後)", "幅の後"},
      {R"(\日本\f語x)", "日本x"},  // an escape before a character of several bytes takes it whole
      {R"(終わり\)", "終わり"},
  }));
  CHECK(roff_to_text(std::string(row.source) + "\n") == std::string(row.text) + "\n");
}

TEST_CASE("roff: text stays UTF-8, wherever an escape is cut off", "[data]") {
  const std::string page = R"(あ\*(い\[う\s+え\h'お\f[か\(き)";
  for (std::size_t end = 0; end <= page.size(); ++end) {
    if (find_invalid_utf8(page.substr(0, end))) continue;
    INFO(page.substr(0, end));
    CHECK_FALSE(find_invalid_utf8(roff_to_text(page.substr(0, end))));
  }
}

TEST_CASE("roff: a page that only names another is a stub", "[data]") {
  CHECK(is_roff_stub(".so man3/printf.3\n"));
  CHECK(is_roff_stub(".\\\" 注釈\n.so man3/printf.3\n"));
  CHECK_FALSE(is_roff_stub(".TH X 1\n.so man3/printf.3\n"));
  CHECK_FALSE(is_roff_stub(""));
}

}  // namespace roff_test

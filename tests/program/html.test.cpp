#include "../../examples/mtl/html.hpp"
#include <support/catch.hpp>

namespace html_test {

using mtl::manual_rules;
using mtl::program::html_to_text;

TEST_CASE("html: block elements end lines, inline ones and line ends of the source do not", "[program]") {
  CHECK(html_to_text("<body><h1>題</h1><p>これは<b>太い</b>\n <i>字</i>です。</p><ul><li>一<li>二</ul>",
                     manual_rules()) == "題\nこれは太い 字です。\n一\n二\n");
}

TEST_CASE("html: of a page with a #DisplayArea nothing else is kept", "[program]") {
  const char* page =
      "<body><div id='Index'>索引</div><div id='DisplayArea'><p>本文</p></div><p>末尾</p></body>";
  CHECK(html_to_text(page, manual_rules()) == "本文\n");
  CHECK(html_to_text("<body><div>全部</div></body>", manual_rules()) == "全部\n");
}

TEST_CASE("html: what is not running text goes", "[program]") {
  const char* page =
      "<html><head><title>題</title></head><body><header>頭</header><nav>案内</nav><script>var 変数;</script>"
      "<!-- 注釈 --><table "
      "class=\"nav_table\"><tr><td>次へ</td></tr></table><p>本文の<code>コード</code>です。</p>"
      "<pre>例</pre><footer>脚</footer></body></html>";
  CHECK(html_to_text(page, manual_rules()) == "本文のです。\n");
}

TEST_CASE("html: entities are resolved, malformed and empty pages are read as far as they go", "[program]") {
  CHECK(html_to_text("<p>&lt;a&gt; &amp; &#26085;本</p>", manual_rules()) == "<a> & 日本\n");
  CHECK(html_to_text("<p>閉じない<b>段落<p>次", manual_rules()) == "閉じない段落\n次\n");
  CHECK(html_to_text("", manual_rules()).empty());
}

}  // namespace html_test

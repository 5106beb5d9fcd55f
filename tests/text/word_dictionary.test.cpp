#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <mtl/text/word_dictionary.hpp>

#include "support/catch.hpp"

using namespace mtl;
using Catch::Matchers::Contains;

namespace word_dictionary_tests {

namespace fs = std::filesystem;

/// A folder whose tokenizer_config.json has these mecab_kwargs; RC in them is the path of an rc file beside
/// it.
struct Folder {
  fs::path path = fs::temp_directory_path() / "mtl-word-dictionary-test";
  explicit Folder(std::string settings, const std::string& rc = "") {
    fs::create_directories(path);
    std::ofstream(path / "rc") << rc;
    if (const auto at = settings.find("RC"); at != std::string::npos)
      settings.replace(at, 2, (path / "rc").string());
    std::ofstream(path / "tokenizer_config.json") << R"({"mecab_kwargs": )" << settings << "}";
  }
  ~Folder() { fs::remove_all(path); }

  std::string dictionary(const std::string& chosen = "") const {
    return detail::word_dictionary(TokenizerConfig::read(path.string()), chosen);
  }
};

std::vector<std::string> shell(const char* line) { return detail::shell_words(line, "here"); }

}  // namespace word_dictionary_tests
using namespace word_dictionary_tests;

TEST_CASE("an option string is cut into words as a shell cuts it", "[text]") {
  using Words = std::vector<std::string>;
  // Python's shlex.split gives the same.
  CHECK(shell("") == Words{});
  CHECK(shell(" -d  /a/b\t-r x\n") == Words{"-d", "/a/b", "-r", "x"});
  CHECK(shell("-d '/a b/c'\"d e\"f") == Words{"-d", "/a b/cd ef"});
  CHECK(shell("a\\ b \"c\\\"d\\\\e\\f\" 'g\\h'") == Words{"a b", "c\"d\\e\\f", "g\\h"});
  CHECK(shell("'' \"\" x") == Words{"", "", "x"});
  CHECK_THROWS_WITH(shell("-d 'a"), "here: a quote ' has no end");
  CHECK_THROWS_WITH(shell("-d a\\"), Contains("nothing behind it"));
}

TEST_CASE("mecab_option names a dictionary, and nothing else", "[text]") {
  const auto option = [](const char* text) { return detail::parse_mecab_option(text, "here"); };
  CHECK(option("-d /a -r /b").directory == "/a");
  CHECK(option("-d /a -r /b").rc_file == "/b");
  CHECK(option("-d/a").directory == "/a");
  CHECK(option("--dicdir=/a --rcfile /b").directory == "/a");
  CHECK(option("--dicdir=/a --rcfile /b").rc_file == "/b");
  CHECK(option("-d /a -d '/b c'").directory == "/b c");
  CHECK(option("").directory.empty());
  for (const char* other : {"-u a.dic", "-Owakati", "--userdic=a", "-p", "x", "--dicdirs=a", "--rcfiles x"}) {
    INFO(other);
    CHECK_THROWS_WITH(option(other), Contains("of MeCab is not supported; -d DIR and -r FILE are"));
  }
  CHECK_THROWS_WITH(option("-d"), Contains("'-d' needs a value"));
  CHECK_THROWS_WITH(option("-d /a --rcfile"), Contains("'--rcfile' needs a value"));
}

TEST_CASE("the dictionary is the chosen one, else that of the option, else the named one", "[text]") {
  CHECK(Folder("{}").dictionary() == find_dictionary("ipadic"));
  CHECK(Folder(R"({"mecab_dic": "ipadic"})").dictionary("/some/where") == "/some/where");
  CHECK(Folder(R"({"mecab_dic": "unidic_lite"})").dictionary("/some/where") == "/some/where");
  CHECK(Folder(R"({"mecab_dic": null, "mecab_option": "-d \"/a b\" -r /dev/null"})").dictionary() == "/a b");
  CHECK(Folder(R"({"mecab_dic": "ipadic", "mecab_option": "-d /a"})").dictionary() == "/a");
  CHECK(Folder(R"({"mecab_dic": "ipadic", "mecab_option": null})").dictionary() == find_dictionary("ipadic"));
}

TEST_CASE("an rc file may name the dictionary", "[text]") {
  const std::string settings = R"({"mecab_dic": null, "mecab_option": "-r RC"})";
  CHECK(Folder(settings, "; a comment\n# dicdir = /no\n dicdir =  /a b \noutput-format-type = wakati\n")
            .dictionary() == "/a b");
  const Folder beside(settings, "dicdir = $(rcpath)/dic");
  CHECK(beside.dictionary() == beside.path.string() + "/dic");
  CHECK_THROWS_WITH(Folder(settings, "").dictionary(), Contains("mecab_option names no dictionary"));
  CHECK_THROWS_WITH(Folder(settings, "userdic = /u.dic").dictionary(), Contains("sets userdic"));
  CHECK_THROWS_WITH(Folder(R"({"mecab_option": "-r /no/such/rc"})").dictionary(),
                    Contains("/no/such/rc cannot be read"));
}

TEST_CASE("a dictionary that no Debian package has says which pip package has it", "[text]") {
  CHECK_THROWS_WITH(Folder(R"({"mecab_dic": "unidic_lite"})").dictionary(),
                    Contains("mecab_kwargs.mecab_dic is unidic_lite") &&
                        Contains("pip install unidic-lite") && Contains("--dictionary DIR"));
  CHECK_THROWS_WITH(Folder(R"({"mecab_dic": "unidic"})").dictionary(), Contains("pip install unidic "));
  CHECK_THROWS_WITH(Folder(R"({"mecab_dic": "neologd"})").dictionary(),
                    Contains("'neologd'; known are ipadic"));
  CHECK_THROWS_WITH(Folder(R"({"mecab_dic": 1})").dictionary(), Contains("mecab_dic must be a string"));
}

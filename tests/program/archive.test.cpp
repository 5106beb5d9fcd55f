#include <filesystem>
#include <set>

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <mtl/store/atomic_file.hpp>

#include <support/catch.hpp>
#include "../../examples/mtl/archive.hpp"

namespace archive_test {

using namespace mtl;
using program::open_files;
namespace fs = std::filesystem;

/// A folder of three files, one of them compressed, and a link; and the same files as an archive.
struct Corpus {
  fs::path root = fs::temp_directory_path() / fmt::format("mtl-archive-{}", ::getpid());
  std::string folder = root / "folder", archive = root / "files.tar.gz";

  Corpus() {
    fs::create_directories(folder + "/text/a");
    write_file_atomically(folder + "/text/a/1.txt", "一");
    write_file_atomically(folder + "/text/readme", "");
    fs::create_symlink("1.txt", folder + "/text/a/link.txt");
    pack(folder + "/page.1.gz", ARCHIVE_FORMAT_RAW, {{"page.1", "頁"}});
    pack(archive, ARCHIVE_FORMAT_TAR_USTAR, {{"text/readme", ""}, {"text/a/1.txt", "一"}, {"page", "頁"}});
  }
  ~Corpus() { fs::remove_all(root); }

  static void pack(const std::string& path, int format, const std::vector<NamedFile>& files) {
    auto* writer = archive_write_new();
    archive_write_add_filter_gzip(writer);
    REQUIRE(archive_write_set_format(writer, format) == ARCHIVE_OK);
    REQUIRE(archive_write_open_filename(writer, path.c_str()) == ARCHIVE_OK);
    for (const NamedFile& file : files) {
      auto* entry = archive_entry_new();
      archive_entry_set_pathname(entry, file.name.c_str());
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_size(entry, static_cast<la_int64_t>(file.content.size()));
      REQUIRE(archive_write_header(writer, entry) == ARCHIVE_OK);
      archive_write_data(writer, file.content.data(), file.content.size());
      archive_entry_free(entry);
    }
    REQUIRE(archive_write_close(writer) == ARCHIVE_OK);
    archive_write_free(writer);
  }
};

std::map<std::string, std::string> all(const FileSource& next) {
  std::map<std::string, std::string> files;
  while (const auto file = next()) files[file->name] = file->symbolic_link ? "-> link" : file->content;
  return files;
}

TEST_CASE("the files of a folder come by their names in it, decompressed, links as links", "[program]") {
  const Corpus corpus;
  CHECK(all(open_files(corpus.folder)) == std::map<std::string, std::string>{{"page.1.gz", "頁"},
                                                                             {"text/a/1.txt", "一"},
                                                                             {"text/a/link.txt", "-> link"},
                                                                             {"text/readme", ""}});
}

TEST_CASE("an archive gives the same files, without unpacking", "[program]") {
  const Corpus corpus;
  CHECK(all(open_files(corpus.archive)) ==
        std::map<std::string, std::string>{{"page", "頁"}, {"text/a/1.txt", "一"}, {"text/readme", ""}});
  const auto texts = [](const std::string& name) { return name.ends_with(".txt"); };
  CHECK(all(open_files(corpus.archive, texts)).size() == 1);
  CHECK(all(open_files(corpus.folder, texts)).size() == 2);
}

TEST_CASE("a path that is itself wanted is that one file, decompressed by its ending", "[program]") {
  const Corpus corpus;
  const auto tables = [](const std::string& name) {
    return mtl::detail::uncompressed_name(name).ends_with(".csv");
  };
  const std::string path = corpus.folder + "/a.csv";
  write_file_atomically(path, "1,一\n");
  write_file_atomically(corpus.folder + "/empty.csv.bz2", "");
  for (const char* words : {"gzip -k", "bzip2 -k", "xz -k"})
    REQUIRE(std::system(fmt::format("{} '{}'", words, path).c_str()) == 0);
  for (const char* ending : {"", ".gz", ".bz2", ".xz"}) {
    INFO(ending);
    CHECK(all(open_files(path + ending, tables)) ==
          std::map<std::string, std::string>{{path + ending, "1,一\n"}});
    CHECK(program::open_file(path + ending).content == "1,一\n");
    CHECK_THROWS_WITH(all(open_files(path + ending, tables, {.file = 3})),
                      Catch::Contains(ending) && Catch::Contains("larger than 3 bytes"));
  }
  CHECK(all(open_files(corpus.folder, tables)).size() == 5);
  CHECK(all(open_files(corpus.archive, tables)).empty());
}

TEST_CASE("a compressed file that is cut short is refused with its name", "[program]") {
  const Corpus corpus;
  std::string text;
  for (std::uint32_t i = 0; i < 20000; ++i) text += fmt::format("{},", i * 2654435761U);
  write_file_atomically(corpus.folder + "/b.csv", text);
  for (const char* words : {"gzip -k", "bzip2 -k", "xz -k"})
    REQUIRE(std::system(fmt::format("{} '{}/b.csv'", words, corpus.folder).c_str()) == 0);
  for (const char* ending : {".gz", ".bz2", ".xz"}) {
    INFO(ending);
    const std::string whole = read_file(corpus.folder + "/b.csv" + ending);
    const std::string cut = corpus.folder + "/cut.csv" + ending;
    write_file_atomically(cut, whole.substr(0, whole.size() / 2));
    CHECK_THROWS_WITH(program::open_file(cut), Catch::Contains("cut.csv" + std::string(ending)));
  }
}

TEST_CASE("hard links in an archive are links; names outside ASCII survive the C locale", "[program]") {
  const Corpus corpus;
  fs::create_directories(corpus.root / "more");
  write_file_atomically(corpus.root / "more/記事.txt", "一");
  fs::create_hard_link(corpus.root / "more/記事.txt", corpus.root / "more/again.txt");
  for (const char* format : {"pax", "gnu", "ustar"}) {
    INFO(format);
    const std::string packed = corpus.root / fmt::format("{}.tar", format);
    REQUIRE(std::system(fmt::format("cd '{}' && tar c --format={} -f {} more/記事.txt more/again.txt",
                                    corpus.root.string(), format, packed)
                            .c_str()) == 0);
    CHECK(all(open_files(packed)) ==
          std::map<std::string, std::string>{{"more/again.txt", "-> link"}, {"more/記事.txt", "一"}});
  }
}

TEST_CASE("a folder that cannot be read is refused, not passed over", "[program]") {
  if (::geteuid() == 0) {
    WARN("skipped: root may read every folder");
    return;
  }
  const Corpus corpus;
  fs::permissions(corpus.folder + "/text/a", fs::perms::none);
  CHECK_THROWS_WITH(open_files(corpus.folder), Catch::Contains("a folder in it cannot be read"));
  fs::permissions(corpus.folder + "/text/a", fs::perms::owner_all);
}

TEST_CASE("what cannot be an archive of texts is refused with its name", "[program]") {
  const Corpus corpus;
  CHECK_THROWS_WITH(open_files(corpus.folder + "/none"), Catch::Contains("none: no such file or folder"));
  write_file_atomically(corpus.archive + ".cut", read_file(corpus.archive).substr(0, 60));
  CHECK_THROWS_WITH(all(open_files(corpus.archive + ".cut")), Catch::Contains("files.tar.gz.cut"));
  write_file_atomically(corpus.folder + "/notes", "これは書庫ではない。");
  CHECK_THROWS_WITH(all(open_files(corpus.folder + "/notes")), Catch::Contains("notes: "));
  CHECK_THROWS_WITH(all(open_files(corpus.archive, {}, {.file = 2})), Catch::Contains("larger than 2 bytes"));
  CHECK_THROWS_WITH(all(open_files(corpus.folder, {}, {.total = 4})),
                    Catch::Contains("larger than 4 bytes together"));
  CHECK_THROWS_WITH(all(open_files(corpus.archive, {}, {.files = 2})), Catch::Contains("more than 2 files"));
}

}  // namespace archive_test

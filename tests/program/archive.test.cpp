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

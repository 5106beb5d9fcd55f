#include <filesystem>
#include <fstream>
#include <string>

#include <mtl/store/atomic_file.hpp>
#include <support/catch.hpp>

namespace atomic_file_test {

using namespace mtl;
namespace fs = std::filesystem;

struct Folder {
  fs::path path = fs::temp_directory_path() / fmt::format("mtl-atomic-{}", ::getpid());
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator{}));
  }
};

TEST_CASE("a file written atomically has the new content and leaves nothing beside it", "[store]") {
  const Folder folder;
  const std::string path = folder.path / "a.txt";
  write_file_atomically(path, "first");
  write_file_atomically(path, std::string("sec\0ond", 7));
  CHECK(read_file(path) == std::string("sec\0ond", 7));
  CHECK(folder.files() == 1);
}

TEST_CASE("a write that fails leaves the earlier file whole and says why", "[store]") {
  const Folder folder;
  const std::string path = folder.path / "kept";
  fs::create_directories(path + "/inside");
  CHECK_THROWS_WITH(write_file_atomically(path, "new"),
                    Catch::Contains("kept: cannot be written: it is no ordinary file"));
  CHECK(fs::exists(path + "/inside"));
  CHECK(folder.files() == 1);
  CHECK_THROWS_WITH(write_file_atomically(folder.path / "none" / "a", "new"),
                    Catch::Contains("cannot be written: No such file or directory"));
}

TEST_CASE("a link is written through, and no file takes the place of a device or a pipe", "[store]") {
  const Folder folder;
  write_file_atomically(folder.path / "real", "old");
  fs::create_symlink("real", folder.path / "link");
  write_file_atomically(folder.path / "link", "new");
  CHECK(fs::is_symlink(folder.path / "link"));
  CHECK(read_file(folder.path / "real") == "new");
  REQUIRE(::mkfifo((folder.path / "pipe").c_str(), 0600) == 0);
  for (const std::string& path : {(folder.path / "pipe").string(), std::string("/dev/null")}) {
    CHECK_THROWS_WITH(write_file_atomically(path, "new"), Catch::Contains("it is no ordinary file"));
    CHECK_FALSE(fs::is_regular_file(path));
  }
}

TEST_CASE("what cannot be read is named with the reason", "[store]") {
  const Folder folder;
  CHECK_THROWS_WITH(read_file(folder.path / "none"),
                    Catch::Contains("none: cannot be read: No such file or directory"));
  CHECK_THROWS_WITH(read_file(folder.path), Catch::Contains("is a folder where a file is expected"));
  std::ofstream(folder.path / "empty").close();
  CHECK(read_file(folder.path / "empty").empty());
}

}  // namespace atomic_file_test

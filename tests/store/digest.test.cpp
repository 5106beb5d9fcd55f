// Golden values: XXH3-128 as printed by xxhsum 0.8.1 -H2 on the same bytes.
#include <cstdio>
#include <filesystem>
#include <string>

#include <mtl/store/atomic_file.hpp>
#include <mtl/store/digest.hpp>
#include <support/catch.hpp>

namespace digest_test {

using namespace mtl;

TEST_CASE("the digest of bytes is XXH3-128 in its canonical spelling", "[store]") {
  CHECK(digest_bytes("") == "99aa06d3014798d86001c324468d497f");
  CHECK(digest_bytes("abc") == "06b05ab6733a618578af5f94892f3950");
}

TEST_CASE("the digest of a file is that of its bytes, also beyond one block", "[store]") {
  const std::string path = (std::filesystem::temp_directory_path() / "mtl-digest-test").string();
  const std::string content(3'000'001, 'x');
  write_file_atomically(path, content);
  CHECK(digest_file(path) == digest_bytes(content));
  std::remove(path.c_str());
  CHECK_THROWS_WITH(digest_file(path), path + ": cannot be read: No such file or directory");
}

TEST_CASE("what is added to a digest keeps its borders and its type", "[store]") {
  CHECK(Digest{}.add("ab").add("c").hex() != Digest{}.add("a").add("bc").hex());
  CHECK(Digest{}.add("").hex() != Digest{}.hex());
  CHECK(Digest{}.add(std::int64_t{1}).hex() != Digest{}.add("\x01").hex());
  CHECK(Digest{}.add("ab").add(std::int64_t{-7}).hex() == Digest{}.add("ab").add(std::int64_t{-7}).hex());
  CHECK(Digest{}.raw("ab").raw("c").hex() == digest_bytes("abc"));
}

TEST_CASE("numbers added together are numbers added one by one", "[store]") {
  for (const int count : {0, 1, 63, 64, 65, 200}) {
    std::vector<std::int32_t> numbers;
    Digest one_by_one;
    for (int i = 0; i < count; ++i) {
      numbers.push_back(i % 3 == 0 ? -i : 1 << i % 31);
      one_by_one.add(std::int64_t{numbers.back()});
    }
    CHECK(Digest{}.add(std::span<const std::int32_t>(numbers)).hex() == one_by_one.hex());
  }
}

}  // namespace digest_test

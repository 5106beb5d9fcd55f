#include "sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include <mtl/detail/error.hpp>
#include <mtl/store/atomic_file.hpp>

namespace mtl::program {
namespace {

/// A name as coreutils writes it: with a backslash or a line end in it, those are spelled, and the line
/// begins with a backslash.
std::string manifest_line(const std::string& digest, const std::string& name) {
  std::string spelled;
  for (const char c : name) {
    if (c == '\\')
      spelled += "\\\\";
    else if (c == '\n')
      spelled += "\\n";
    else
      spelled += c;
  }
  return (spelled == name ? "" : "\\") + digest + "  " + spelled + "\n";
}

}  // namespace

std::string sha256_of_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  require(file != nullptr, "{}: cannot be read: {}", path, std::strerror(errno));
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> state(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  bool ok = state != nullptr && EVP_DigestInit_ex(state.get(), EVP_sha256(), nullptr) == 1;
  std::vector<char> block(std::size_t{1} << 20);
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), file.get()))
    ok = ok && EVP_DigestUpdate(state.get(), block.data(), got) == 1;
  require(std::ferror(file.get()) == 0, "{}: cannot be read: {}", path, std::strerror(errno));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  ok = ok && EVP_DigestFinal_ex(state.get(), digest.data(), &length) == 1;
  require(ok, "{}: OpenSSL cannot make its SHA-256", path);
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", unsigned{digest[i]});
  return text;
}

void write_sha256_manifest(const std::string& path) {
  write_file_atomically(path + ".sha256",
                        manifest_line(sha256_of_file(path), std::filesystem::path(path).filename().string()));
}

}  // namespace mtl::program

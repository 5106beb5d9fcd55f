// Vectors: FIPS 180-4's examples, and RFC 4648, section 10.
#include <string>

#include <mtl/store/sha256.hpp>

#include <support/catch.hpp>

namespace sha256_tests {

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr const char* digits = "0123456789abcdef";
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

TEST_CASE("SHA-256 of the standard's examples", "[store]") {
  CHECK(hex(mtl::sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(mtl::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(mtl::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex(mtl::sha256(std::string(1000000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("every length around a block is padded right", "[store]") {
  // sha256sum's answers for 55, 56, 63, 64 and 65 times the letter x
  CHECK(hex(mtl::sha256(std::string(55, 'x'))).substr(0, 16) == "d5e285683cd4efc0");
  CHECK(hex(mtl::sha256(std::string(56, 'x'))).substr(0, 16) == "04c26261370ee754");
  CHECK(hex(mtl::sha256(std::string(63, 'x'))).substr(0, 16) == "75220b47218278e6");
  CHECK(hex(mtl::sha256(std::string(64, 'x'))).substr(0, 16) == "7ce100971f64e700");
  CHECK(hex(mtl::sha256(std::string(65, 'x'))).substr(0, 16) == "9537c5fdf120482f");
}

TEST_CASE("base64 with its padding", "[store]") {
  CHECK(mtl::base64("") == "");
  CHECK(mtl::base64("f") == "Zg==");
  CHECK(mtl::base64("fo") == "Zm8=");
  CHECK(mtl::base64("foo") == "Zm9v");
  CHECK(mtl::base64("foobar") == "Zm9vYmFy");
  CHECK(mtl::base64("\xFF\xFE\xFD") == "//79");
}

}  // namespace sha256_tests

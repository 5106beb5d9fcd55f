#include <string>

#include <mtl/store/checkpoint_file.hpp>

#include "support/catch.hpp"
#include "workplace.hpp"

namespace convert_test {

using namespace mtl;
using Catch::Matchers::Contains;

const std::string published = std::string(MTL_TEST_DATA) + "/checkpoints/";

TEST_CASE("convert writes safetensors and a manifest that sha256sum takes", "[program]") {
  const tests::Workplace place;
  for (const char* in :
       {"bert-zip", "bert-legacy/pytorch_model.bin", "bert-shards/model.safetensors.index.json"}) {
    INFO(in);
    const auto done = place.run("convert " + published + in + " out.safetensors");
    CHECK(done.status == 0);
    CHECK(done.out.empty());
    CHECK_THAT(done.err, Contains("out.safetensors: 46 tensors of " + published));
    const auto out = (place.root / "out.safetensors").string();
    CHECK(SafetensorsFile::open(out).find("bert.pooler.dense.bias") != nullptr);
    CHECK(read_file(out + ".sha256").size() == 64 + 2 + std::string("out.safetensors\n").size());
    CHECK(
        std::system(("cd " + place.root.string() + " && sha256sum --quiet --strict -c out.safetensors.sha256")
                        .c_str()) == 0);
  }
}

TEST_CASE("convert spells what sha256sum spells in a file's name", "[program]") {
  const tests::Workplace place;
  CHECK(place.run("convert " + published + "tensors.zip.bin 'a\\b.safetensors'").status == 0);
  CHECK(place.read("a\\b.safetensors.sha256").substr(0, 1) == "\\");
  CHECK(std::system(("cd " + place.root.string() + " && sha256sum --quiet --strict -c *.sha256").c_str()) ==
        0);
}

TEST_CASE("convert refuses bad input with status 2 and leaves nothing behind", "[program]") {
  const tests::Workplace place;
  place.write("code.bin", std::string("PK\x03\x04"));
  const auto bad = place.run("convert code.bin out.safetensors");
  CHECK(bad.status == 2);
  CHECK_THAT(bad.err, Catch::StartsWith("mtl: code.bin: is cut short"));
  CHECK(!std::filesystem::exists(place.root / "out.safetensors"));
  CHECK(!std::filesystem::exists(place.root / "out.safetensors.sha256"));
  CHECK_THAT(place.run("convert none out.safetensors").err, Contains("none: cannot be read"));
  CHECK_THAT(place.run("convert code.bin out.bin").err, Contains("must be named *.safetensors"));
  CHECK(place.run("convert code.bin").status == 2);
}

}  // namespace convert_test

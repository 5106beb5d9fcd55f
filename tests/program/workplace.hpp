// A folder in which the program is called as a user calls it, and what came of the call.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <mtl/store/atomic_file.hpp>

namespace mtl::tests {

struct CommandResult {
  int status = 0;
  std::string out, err;
};

/// A folder of its own, removed at the end.
struct Workplace {
  std::filesystem::path root =
      std::filesystem::temp_directory_path() / fmt::format("mtl-commands-{}", ::getpid());
  Workplace() { std::filesystem::create_directories(root); }
  ~Workplace() { std::filesystem::remove_all(root); }

  std::string write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((root / name).parent_path());
    write_file_atomically((root / name).string(), content);
    return (root / name).string();
  }

  std::string read(const std::string& name) const { return read_file((root / name).string()); }

  /// Runs `mtl WORDS` and sends it a signal once it has written `file` anew.
  CommandResult run_until(const std::string& file, const std::string& signal,
                          const std::string& words) const {
    std::filesystem::remove(root / file);
    write("stop-it",
          "\"$@\" & child=$!\n"
          "until [ -e '" +
              file +
              "' ]; do kill -0 $child || break; sleep 0.02; done\n"
              "kill -" +
              signal + " $child; wait $child\n");
    return run(words, "", "sh stop-it");
  }

  /// Runs `mtl WORDS` there, without MTL_DATA_DIR; `before` may be another program that starts it.
  CommandResult run(const std::string& words, const std::string& input = "",
                    const std::string& before = "") const {
    write("stdin", input);
    const auto command = fmt::format("cd '{}' && env -u MTL_DATA_DIR {} '{}' {} < stdin > stdout 2> stderr",
                                     root.string(), before, MTL_PROGRAM_PATH, words);
    const int status = std::system(command.c_str());
    return {WEXITSTATUS(status), read("stdout"), read("stderr")};
  }
};

/// Two classes of `each` different texts, as a TSV file.
inline std::string tiny_tsv(int each) {
  static const std::vector<std::string> what{"花", "空", "海", "山", "犬", "猫", "本", "道", "雨", "夜"};
  std::string lines;
  for (int i = 0; i < each; ++i) {
    const auto& a = what[static_cast<std::size_t>(i) % 10];
    const auto& b = what[static_cast<std::size_t>(i) / 10 % 10];
    lines += "warm\tとても美しい" + a + "と" + b + "を見た。\ncold\t" + a + "より" + b + "が寒い。\n";
  }
  return lines;
}

}  // namespace mtl::tests

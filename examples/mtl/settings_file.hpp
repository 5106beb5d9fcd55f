// In: a TOML file of settings. Out: the same as the command line parser takes them, or what is wrong with it.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace mtl::program {

/// Settings by the names of their flags. Keys without a section belong to the command that was called; a
/// section named after a command belongs to that one, so that one file can serve several.
///
/// Throws mtl::Error, naming file and line, for what is no TOML, for a section that is no command, and for a
/// key that is no flag of its command.
class SettingsFile : public CLI::Config {
 public:
  explicit SettingsFile(const CLI::App& app) : app_{app} {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;

  /// Resolved settings are written by the commands, whose files say more than flags do.
  std::string to_config(const CLI::App*, bool, bool, std::string) const override { return {}; }

 private:
  const CLI::App& app_;
};

}  // namespace mtl::program

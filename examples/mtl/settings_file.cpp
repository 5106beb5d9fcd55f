#include "settings_file.hpp"

#include <sstream>

#include <toml++/toml.h>

#include <mtl/detail/error.hpp>

namespace mtl::program {

namespace {

/// A value as it would stand on the command line.
std::string spelled(const toml::node& value, const std::string& where) {
  if (const auto* text = value.as_string()) return text->get();
  require(value.is_value(), "{}: a text, a number, true or false is wanted here, or a list of these", where);
  std::ostringstream words;
  value.visit([&words](const auto& node) { words << node; });
  return words.str();
}

std::vector<std::string> values_of(const toml::node& node, const std::string& where) {
  const auto* list = node.as_array();
  if (list == nullptr) return {spelled(node, where)};
  std::vector<std::string> values;
  for (const auto& value : *list) values.push_back(spelled(value, where));
  return values;
}

/// Reads the tables of one file.
struct SettingsReader {
  const CLI::App& app;
  std::string file;
  std::vector<CLI::ConfigItem> items = {};

  std::string place(const toml::node& node) const {
    return fmt::format("{}, line {}", file, node.source().begin.line);
  }

  const CLI::App& command_of(const std::string& name, const toml::node& node) const {
    for (const auto* command : app.get_subcommands(nullptr))
      if (command->get_name() == name) return *command;
    throw Error(fmt::format("{}: '{}' is no command; a section is named after one", place(node), name));
  }

  void add(const std::string& name, const toml::node& node, const CLI::App& command) {
    const auto* option = command.get_option_no_throw("--" + name);
    require(option != nullptr && option->get_configurable(),
            "{}: '{}' is no setting of `mtl {}`; `mtl {} --help` lists them", place(node), name,
            command.get_name(), command.get_name());
    items.push_back({{command.get_name()}, name, values_of(node, place(node))});
  }
};

toml::table parse(std::istream& input, const std::string& file) {
  try {
    return toml::parse(input, file);
  } catch (const toml::parse_error& problem) {
    throw Error(
        fmt::format("{}, line {}: not TOML: {}", file, problem.source().begin.line, problem.description()));
  }
}

}  // namespace

std::vector<CLI::ConfigItem> SettingsFile::from_config(std::istream& input) const {
  SettingsReader reader{.app = app_, .file = app_.get_config_ptr()->as<std::string>()};
  const toml::table settings = parse(input, reader.file);
  const auto called = app_.get_subcommands();
  for (const auto& [key, node] : settings) {
    const std::string name(key.str());
    if (const auto* section = node.as_table()) {
      const auto& command = reader.command_of(name, node);
      for (const auto& [inner, value] : *section) reader.add(std::string(inner.str()), value, command);
    } else if (!called.empty()) {
      reader.add(name, node, *called.front());
    }
  }
  return reader.items;
}

}  // namespace mtl::program

// The program mtl: one command, one message when something is wrong.
// Exit status: 0 done; 1 the work failed; 2 wrong usage or bad input; 75 and 130 stopped by a signal.
#include <exception>
#include <iostream>
#include <memory>
#include <set>
#include <string>

#include <fmt/ranges.h>

#include <mtl/detail/error.hpp>
#include <mtl/text/utf8.hpp>
#include <mtl/version.hpp>

#include "commands.hpp"
#include "settings_file.hpp"

namespace {

void add_commands(CLI::App& app) {
  using namespace mtl::program;
  add_prepare(app);
  add_folds(app);
  add_tokenize(app);
  add_convert(app);
  add_report(app);
  add_verify(app);
  add_cite(app);
  add_ttest(app);
#ifdef MTL_PROGRAM_HAS_ENCODER
  add_sweep(app);
  add_attend(app);
  add_predict(app);
  add_encode(app);
#endif
}

void set_up(CLI::App& app) {
  app.name("mtl");
  app.require_subcommand(1);
  app.set_version_flag("--version", "mtl " MTL_VERSION);
  app.set_config("--config", "", "TOML file of settings; its keys are the names of the flags without --")
      ->check(CLI::ExistingFile);
  app.config_formatter(std::make_shared<mtl::program::SettingsFile>(app));
  app.footer(
      "Every command takes --help, and --config FILE.toml for its flags. Flags on the command line win.");
  add_commands(app);
  for (CLI::App* command : app.get_subcommands({})) {
    command->fallthrough();
    command->footer(command->get_footer() +
                    "\n--config FILE.toml gives the flags too; those on the line win.");
  }
}

/// What is written into run folders is JSON and TOML: no name that is not UTF-8 can stand there.
void require_utf8_words(int count, char** words) {
  for (int i = 1; i < count; ++i)
    mtl::require(!mtl::find_invalid_utf8(words[i]), "word {} of the command line is not UTF-8", i);
}

/// Throws Error for a first word that is neither a flag nor a command.
void require_command(const CLI::App& app, int count, char** words) {
  const std::string first = count > 1 ? words[1] : "-";
  std::set<std::string> names;
  for (const auto* command : app.get_subcommands({})) names.insert(command->get_name());
  mtl::require(first.starts_with('-') || names.contains(first), "'{}' is no command; the commands are {}",
               first, fmt::join(names, ", "));
}

int say(int status, const std::string& message) {
  std::cerr << "mtl: " << message << "\n";
  return status;
}

}  // namespace

int main(int count, char** words) {
  CLI::App app("Fine-tunes BERT with auxiliary heads tapped at chosen layers.");
  try {
    set_up(app);
    require_utf8_words(count, words);
    require_command(app, count, words);
    app.parse(count, words);
    std::cout.flush();
    return std::cout.good() ? 0 : say(1, "standard output: cannot be written");
  } catch (const CLI::RuntimeError& end) {
    return end.get_exit_code();
  } catch (const CLI::Success& help) {  // --help, --version
    return app.exit(help);
  } catch (const CLI::ConversionError& error) {
    return say(2,
               std::string(error.what()) + ": this setting takes another kind of value, or a smaller number");
  } catch (const CLI::ParseError& error) {
    return say(
        2, std::string(error.what()) + " (mtl --help lists the commands, mtl COMMAND --help its settings)");
  } catch (const mtl::Error& error) {
    return say(2, error.what());
  } catch (const std::exception& error) {
    return say(1, std::string("failed: ") + error.what());
  }
}

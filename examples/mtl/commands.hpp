// The commands of the program: each registers its flags and what it does.
#pragma once

#include <CLI/CLI.hpp>

namespace mtl::program {

void add_prepare(CLI::App& app);
void add_folds(CLI::App& app);
void add_tokenize(CLI::App& app);
void add_convert(CLI::App& app);
void add_sweep(CLI::App& app);
void add_report(CLI::App& app);
void add_verify(CLI::App& app);
void add_cite(CLI::App& app);
void add_ttest(CLI::App& app);
void add_predict(CLI::App& app);
void add_encode(CLI::App& app);
void add_attend(CLI::App& app);

/// Ends a command with an exit status of its own (75 or 130 after a signal); 0 lets it end by itself.
inline void finish(int status) {
  if (status != 0) throw CLI::RuntimeError(status);
}

}  // namespace mtl::program

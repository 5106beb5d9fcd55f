// The settings of `mtl sweep`: what a profile sets, what flags override, and how they are written down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mtl::program {

/// Every setting has a flag and a TOML key of its name. The initial values are the paper's.
struct SweepSettings {
  std::string data, model, out;
  std::string profile = "paper";
  std::string layers = "1-12";
  int folds = 10;  ///< how many of the prepared folds are run, from the first
  std::vector<std::uint64_t> seeds = {1};
  int batch = 32;
  int epochs = 0;  ///< 0: no limit but early stopping
  int patience = 10;
  std::vector<std::string> watch = {"loss"};
  double rate_backbone = 5e-5;
  double rate_heads = 1e-4;
  double rate_auxiliary = 0;  ///< of the auxiliary head; 0: rate_heads
  double lambda_main = 1.0;
  double lambda_sub = 0.5;
  double head_dropout = 0.1;
  bool dropout_below = true;
  int threads = 0;            ///< 0: one a core
  std::string jobs = "auto";  ///< cells at the same time
  std::string engine = "auto";
  std::string precision = "auto";  ///< of the fast engine
  std::string prefix_cache = "auto";
  std::string prefix_precision = "fp32";
};

/// What --prefix-cache asks for.
struct PrefixCacheSetting {
  bool on = true;
  std::optional<std::uint64_t> limit = {};  ///< bytes on disk; absent: what the disk has
};

/// "auto", "off", or a number of bytes, which K, M or G may follow (of 1024 each). Throws mtl::Error for
/// anything else.
PrefixCacheSetting parse_prefix_cache(const std::string& text);

/// What --jobs asks for, a number of 1 or more. Throws mtl::Error for anything else, "auto" too.
std::size_t parse_jobs(const std::string& text);

/// The values of a profile: "paper" (the paper's, to the letter) or "quick" (minutes instead of days). Throws
/// mtl::Error for another name.
SweepSettings profile(const std::string& name);

/// As TOML, every setting with its key; `mtl sweep --config FILE` reads it back.
std::string to_toml(const SweepSettings& settings);

/// The keys of the training whose values are not those of the profile, separated by commas. Which cells are
/// trained, where, and by how many threads is no matter of the profile.
std::string changed_from_profile(const SweepSettings& settings);

/// "1-12", "2,7,12", "1-3,12" as numbers in rising order. Throws mtl::Error for anything else, or for a layer
/// that is not in 1 .. `layers`.
std::vector<int> parse_layers(const std::string& text, int layers);

}  // namespace mtl::program

#include "sweep_settings.hpp"

#include <charconv>
#include <limits>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <mtl/detail/error.hpp>

namespace mtl::program {

SweepSettings profile(const std::string& name) {
  SweepSettings settings;
  settings.profile = name;
  if (name == "paper") return settings;
  require(name == "quick", "there is no profile '{}'; the profiles are paper and quick", name);
  settings.layers = "5,8,10,12";
  settings.folds = 4;
  settings.epochs = 4;
  settings.rate_backbone = 5e-4;
  settings.rate_heads = 1e-3;
  settings.dropout_below = false;
  return settings;
}

namespace {

/// A string as TOML writes it.
std::string quoted(const std::string& text) {
  std::ostringstream written;
  written << toml::value<std::string>(text);
  return written.str();
}

template <class Values, class Spell>
std::string list(const Values& values, Spell spell) {
  std::string joined;
  for (const auto& value : values) joined += (joined.empty() ? "" : ", ") + spell(value);
  return "[" + joined + "]";
}

int parse_layer(const std::string& text, const std::string& whole) {
  int layer = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), layer);
  require(problem == std::errc{} && end == text.data() + text.size(),
          "--layers {}: '{}' is no layer; write a list such as 2,7,12 or a range such as 1-12", whole, text);
  return layer;
}

}  // namespace

std::string to_toml(const SweepSettings& s) {
  return fmt::format(
      "# The resolved settings of this run: mtl sweep --config THIS_FILE repeats it.\n"
      "data = {}\nmodel = {}\nout = {}\nprofile = {}\nlayers = {}\nfolds = {}\nseeds = {}\nbatch = "
      "{}\nepochs = {}\n"
      "patience = {}\nwatch = {}\nrate-backbone = {}\nrate-heads = {}\nrate-auxiliary = {}\nlambda-main = "
      "{}\nlambda-sub = {}\n"
      "head-dropout = {}\ndropout-below = {}\nthreads = {}\njobs = {}\nengine = {}\nprecision = "
      "{}\nprefix-cache = "
      "{}\nprefix-precision = {}\n",
      quoted(s.data), quoted(s.model), quoted(s.out), quoted(s.profile), quoted(s.layers), s.folds,
      list(s.seeds, [](auto seed) { return std::to_string(seed); }), s.batch, s.epochs, s.patience,
      list(s.watch, [](const auto& name) { return quoted(name); }), s.rate_backbone, s.rate_heads,
      s.rate_auxiliary, s.lambda_main, s.lambda_sub, s.head_dropout, s.dropout_below, s.threads,
      quoted(s.jobs), quoted(s.engine), quoted(s.precision), quoted(s.prefix_cache),
      quoted(s.prefix_precision));
}

std::string changed_from_profile(const SweepSettings& settings) {
  SweepSettings usual = profile(settings.profile);
  usual.data = settings.data;
  usual.model = settings.model;
  usual.out = settings.out;
  usual.layers = settings.layers;
  usual.folds = settings.folds;
  usual.seeds = settings.seeds;
  usual.threads = settings.threads;
  usual.jobs = settings.jobs;
  usual.engine = settings.engine;
  usual.precision = settings.precision;
  usual.prefix_cache = settings.prefix_cache;
  usual.prefix_precision = settings.prefix_precision;
  std::istringstream ours(to_toml(settings)), theirs(to_toml(usual));
  std::string changed, line, other;
  while (std::getline(ours, line) && std::getline(theirs, other))
    if (line != other) changed += (changed.empty() ? "" : ", ") + line;
  return changed;
}

std::size_t parse_jobs(const std::string& text) {
  std::size_t jobs = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), jobs);
  require(problem == std::errc{} && end == text.data() + text.size() && jobs >= 1 && jobs <= 1024,
          "--jobs {}: auto, or how many cells are trained at the same time, 1 to 1024, is wanted", text);
  return jobs;
}

PrefixCacheSetting parse_prefix_cache(const std::string& text) {
  if (text == "auto") return {};
  if (text == "off") return {.on = false};
  std::uint64_t bytes = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, bytes);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const auto power = std::string_view("KMG").find(unit.empty() ? '?' : unit[0]) + 1;  // 0: none of them
  const auto most = std::numeric_limits<std::uint64_t>::max() >> (10 * power);
  require(problem == std::errc{} && unit.size() == (power > 0 ? 1 : 0) && bytes <= most,
          "--prefix-cache {}: auto, off, or a number of bytes such as 8G is wanted", text);
  return {.on = true, .limit = bytes << (10 * power)};
}

std::vector<int> parse_layers(const std::string& text, int layers) {
  std::set<int> chosen;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const auto dash = part.find('-', 1);  // a minus in front is part of a number, which is refused
    const int first = parse_layer(part.substr(0, dash), text);
    const int last = dash == std::string::npos ? first : parse_layer(part.substr(dash + 1), text);
    require(first <= last, "--layers {}: the range {} runs backwards", text, part);
    require(first >= 1 && last <= layers,
            "--layers {}: {} asks for a layer that the model lacks; it has layers 1 to {}", text, part,
            layers);
    for (int layer = first; layer <= last; ++layer)
      require(chosen.insert(layer).second, "--layers {}: names layer {} twice", text, layer);
  }
  require(!chosen.empty(), "--layers '{}' names no layer", text);
  return {chosen.begin(), chosen.end()};
}

}  // namespace mtl::program

// In: scores of two systems by layer and fold. Out: p-values of all layers at once, corrected by the
// correlation that the layers really have: whole folds change sign in every layer together.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <mtl/stats/sign_flip.hpp>

namespace mtl::stats {

/// One layer of the family. Where its status is not Ok, its numbers are NaN.
struct MaxTLayer {
  double t = no_number;              ///< the paired t; infinite where all differences are the same
  double p_single_step = no_number;  ///< the largest t of all layers is at least this one
  double p_step_down = no_number;    ///< the same among the layers whose t is no larger; never above it
};

/// max-T permutation test of a family of layers. Where status is not Ok, no layer has numbers.
struct MaxT {
  Status status = Status::Ok;
  int n = 0;                      ///< folds
  bool exact = false;             ///< every assignment of signs was counted; else they were drawn
  std::uint64_t assignments = 0;  ///< counted or drawn
  std::vector<MaxTLayer> layers = {};
};

/// Up to so many folds all 2^n assignments are counted.
inline constexpr int most_exact_max_t_folds = 20;

namespace detail {

/// Differences of a layer over their root sum of squares, which no flip changes. Their sum rises with t and
/// is finite where t is not, so that it stands for t.
struct FlippedLayer {
  std::vector<double> weights = {};
  double observed = 0;
  double noise = 0;
};

inline double directed(double sum, Alternative side) {
  if (side == Alternative::TwoSided) return std::abs(sum);
  return side == Alternative::Less ? -sum : sum;
}

inline FlippedLayer flipped_layer(const Differences& d, Alternative side) {
  double squares = 0, sum = 0;
  for (const double x : d.values) squares += x * x;
  const double size = std::sqrt(squares);
  FlippedLayer layer;
  const bool none = size <= difference_noise;
  for (const double x : d.values) layer.weights.push_back(none ? 0 : x / size);
  for (const double w : layer.weights) sum += w;
  layer.observed = directed(sum, side);
  layer.noise = none ? 0 : 1e-12 + d.n * difference_noise / size;
  return layer;
}

/// t of a sum of n differences over their root sum of squares.
inline double t_of_sum(double sum, int n) {
  const double share = 1 - sum * sum / n;
  if (share <= 1e-15 * n) return std::copysign(std::numeric_limits<double>::infinity(), sum);
  return sum / std::sqrt(n) * std::sqrt(n - 1) / std::sqrt(share);
}

/// Counts one assignment of signs in both ways. `order` lists layers by falling observed sum.
class MaxTCount {
 public:
  MaxTCount(const std::vector<FlippedLayer>& layers, Alternative side)
      : layers_{layers}, side_{side}, order_(layers.size()), sums_(layers.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::stable_sort(order_, std::greater{}, [&](std::size_t l) { return layers_[l].observed; });
    single_step.assign(layers.size(), 0);
    step_down.assign(layers.size(), 0);
  }

  /// `negative(f)` says whether fold f changes its sign.
  template <class Negative>
  void add(Negative negative) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      double sum = 0;
      for (std::size_t f = 0; f < layers_[l].weights.size(); ++f)
        sum += negative(f) ? -layers_[l].weights[f] : layers_[l].weights[f];
      sums_[l] = directed(sum, side_);
    }
    const double largest = *std::ranges::max_element(sums_);
    double among_rest = -std::numeric_limits<double>::infinity();
    for (std::size_t rank = order_.size(); rank-- > 0;) {
      const auto l = order_[rank];
      among_rest = std::max(among_rest, sums_[l]);
      single_step[l] += largest >= layers_[l].observed - layers_[l].noise;
      step_down[l] += among_rest >= layers_[l].observed - layers_[l].noise;
    }
  }

  /// Step-down p-values never fall from one layer to the next in order.
  void enforce_order() {
    for (std::size_t rank = 1; rank < order_.size(); ++rank)
      step_down[order_[rank]] = std::max(step_down[order_[rank]], step_down[order_[rank - 1]]);
  }

  std::vector<std::uint64_t> single_step, step_down;  ///< assignments at least as extreme, by layer

 private:
  const std::vector<FlippedLayer>& layers_;
  Alternative side_;
  std::vector<std::size_t> order_;
  std::vector<double> sums_;
};

inline void count_max_t(MaxTCount& count, MaxT& r, const SignFlipOptions& how) {
  if (r.exact) {
    for (std::uint64_t signs = 0; signs < r.assignments; ++signs)
      count.add([signs](std::size_t f) { return signs >> f & 1; });
    return;
  }
  const auto stream = RandomStream(how.seed).named("max t");
  count.add([](std::size_t) { return false; });  // the observed assignment is one of them
  for (std::uint64_t draw = 0; draw < how.draws; ++draw) {
    const auto signs = stream.at(draw);
    count.add([&](std::size_t f) { return signs.bits(f / 64) >> (f % 64) & 1; });
  }
}

/// The layers' differences, ready to flip; the status that forbids it is left in `r`.
inline std::vector<FlippedLayer> flipped_layers(MaxT& r, std::span<const std::vector<double>> a,
                                                std::span<const std::vector<double>> b, Alternative side) {
  std::vector<FlippedLayer> layers;
  if (a.size() != b.size()) r.status = Status::LengthMismatch;
  if (a.empty()) r.status = Status::TooFewPairs;
  for (std::size_t l = 0; l < a.size() && r.status == Status::Ok; ++l) {
    const auto d = differences(a[l], b[l]);
    if (l == 0) r.n = d.n;
    r.status = d.n == r.n ? d.status : Status::LengthMismatch;
    if (r.status == Status::Ok) layers.push_back(flipped_layer(d, side));
  }
  return layers;
}

}  // namespace detail

/// Family-wise corrected p-values of all layers: a[l] and b[l] are the scores of layer l, by fold, the same
/// folds in every layer. Exact for up to 20 folds, beyond that from seeded draws. Never throws. A layer
/// without any difference has p 1.
///
/// Source: Westfall and Young, "Resampling-based multiple testing" (1993), algorithms 2.5 and 2.8 with sign
/// flips; equal to the test by max |t| or max t, since t rises with the flipped sum.
inline MaxT max_t_test(std::span<const std::vector<double>> a, std::span<const std::vector<double>> b,
                       Alternative side = Alternative::Greater, const SignFlipOptions& how = {}) {
  MaxT r;
  const auto layers = detail::flipped_layers(r, a, b, side);
  r.layers.resize(a.size());
  if (r.status != Status::Ok) return r;
  r.exact = r.n <= most_exact_max_t_folds;
  r.assignments = r.exact ? std::uint64_t{1} << r.n : how.draws + 1;
  detail::MaxTCount count(layers, side);
  detail::count_max_t(count, r, how);
  count.enforce_order();
  const auto all = static_cast<double>(r.assignments);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto& weights = layers[l].weights;
    r.layers[l] = {.t = detail::t_of_sum(std::accumulate(weights.begin(), weights.end(), 0.0), r.n),
                   .p_single_step = static_cast<double>(count.single_step[l]) / all,
                   .p_step_down = static_cast<double>(count.step_down[l]) / all};
  }
  return r;
}

}  // namespace mtl::stats

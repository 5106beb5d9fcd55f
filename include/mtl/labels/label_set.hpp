// In: the names of n kinds of span. Out: the 2n + 1 IOB2 labels, numbered.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>

namespace mtl {

/// The label of a piece that no span covers.
inline constexpr std::int32_t outside_label = 0;

/// O is 0; kind k begins with B- (1 + 2k) and goes on with I- (2 + 2k).
class LabelSet {
 public:
  /// Throws Error where there is no kind, one without a name, or a name twice.
  explicit LabelSet(std::vector<std::string> kinds) : kinds_{std::move(kinds)}, names_{"O"} {
    require(!kinds_.empty(), "a label set without kinds of span: at least one is needed");
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      require(!kinds_[i].empty(), "kind of span {} has an empty name", i);
      require(std::find(kinds_.begin(), kinds_.begin() + static_cast<std::ptrdiff_t>(i), kinds_[i]) ==
                  kinds_.begin() + static_cast<std::ptrdiff_t>(i),
              "the kind of span '{}' is named twice", kinds_[i]);
      names_.push_back("B-" + kinds_[i]);
      names_.push_back("I-" + kinds_[i]);
    }
  }

  /// The set whose names() are `names`: O, B-x, I-x, ... Throws Error, which begins with `where`, for others.
  static LabelSet of_names(const std::vector<std::string>& names, const std::string& where) {
    std::vector<std::string> kinds;
    for (std::size_t i = 1; i < names.size(); i += 2) {
      require(names[i].starts_with("B-"), "{}: its label '{}' is not the B- of a kind of span", where,
              names[i]);
      kinds.push_back(names[i].substr(2));
    }
    return LabelSet(std::move(kinds));
  }

  /// The kinds of span, without O.
  const std::vector<std::string>& kinds() const { return kinds_; }
  const std::vector<std::string>& names() const { return names_; }  ///< O, B-名詞, I-名詞, ...
  std::size_t size() const { return names_.size(); }                ///< 2n + 1

  /// Id of B of a kind, 1 for the first. Throws Error for a kind that is not there.
  std::int32_t begin(int kind) const { return inside(kind) - 1; }
  /// Id of I of a kind, 2 for the first. Throws Error for a kind that is not there.
  std::int32_t inside(int kind) const {
    require(kind >= 0 && static_cast<std::size_t>(kind) < kinds_.size(),
            "a span of kind {}; there are {} kinds, numbered from 0", kind, kinds_.size());
    return 2 * kind + 2;
  }

 private:
  std::vector<std::string> kinds_;
  std::vector<std::string> names_;
};

}  // namespace mtl

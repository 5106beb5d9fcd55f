// In: JSON text that is not to be trusted. Out: its parts one after another, none of them kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <mtl/detail/error.hpp>

namespace mtl::detail {

/// A value that is neither object nor list, as far as the files of checkpoints need to tell them apart.
struct JsonScalar {
  enum class Kind { Text, Whole, Other } kind = Kind::Other;
  std::string_view text = {};  ///< only looked at
  std::uint64_t whole = 0;     ///< a number without sign, fraction or exponent
};

/// Receives the parts of a JSON text in their order. A document would take many times the text's size.
class JsonEvents : public nlohmann::json_sax<nlohmann::json> {
 public:
  /// Reads all of `text`. Throws Error, beginning with `what`, when it is not JSON.
  void read(std::string_view text, const std::string& what) {
    what_ = what;
    // The parser takes a NUL for the end of its input.
    require(text.find('\0') == std::string_view::npos,
            "{} is not valid JSON (a NUL at byte {}); the file is damaged", what, text.find('\0'));
    nlohmann::json_sax<nlohmann::json>* const receiver = this;  // its functions are private here
    nlohmann::json::sax_parse(text.begin(), text.end(), receiver);
  }

 protected:
  virtual void opened(bool object) = 0;  ///< an object or a list begins; depth() counts it already
  virtual void closed() = 0;             ///< it ends; depth() counts it still
  virtual void named(std::string_view key) = 0;
  virtual void valued(const JsonScalar& value) = 0;

  /// How many objects and lists are open.
  int depth() const { return depth_; }

 private:
  bool open(bool object) {
    ++depth_;
    opened(object);
    return true;
  }
  bool close() {
    closed();
    --depth_;
    return true;
  }
  bool other() {
    valued({});
    return true;
  }
  bool null() final { return other(); }
  bool boolean(bool) final { return other(); }
  bool number_integer(std::int64_t) final { return other(); }
  bool number_unsigned(std::uint64_t number) final {
    valued({.kind = JsonScalar::Kind::Whole, .whole = number});
    return true;
  }
  bool number_float(double, const std::string&) final { return other(); }
  bool string(std::string& text) final {
    valued({.kind = JsonScalar::Kind::Text, .text = text});
    return true;
  }
  bool binary(nlohmann::json::binary_t&) final { return other(); }
  bool start_object(std::size_t) final { return open(true); }
  bool end_object() final { return close(); }
  bool start_array(std::size_t) final { return open(false); }
  bool end_array() final { return close(); }
  bool key(std::string& text) final {
    named(text);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& problem) final {
    throw Error(fmt::format("{} is not valid JSON ({:.200}); the file is damaged", what_, problem.what()));
  }

  std::string what_;
  int depth_ = 0;
};

}  // namespace mtl::detail

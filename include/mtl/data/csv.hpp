// In: comma-separated values as RFC 4180 describes them. Out: its records one by one, with their lines.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mtl/detail/error.hpp>

namespace mtl {

/// Reads records from `text`, which must outlive the reader. Fields stand between commas, and between double
/// quotes where they hold commas, line ends or quotes (written twice). Lines end with LF or CR LF; there is
/// no header. Errors name `where` and the line.
class CsvReader {
 public:
  CsvReader(std::string_view text, std::string where) : rest_{text}, where_{std::move(where)} {}

  /// The next record into `fields`; false at the end. An empty line is a record of one empty field. Throws
  /// Error for a quote that is not closed, and for one where none can be.
  bool next(std::vector<std::string>& fields) {
    fields.clear();
    line_ = next_line_;
    if (rest_.empty()) return false;
    do fields.push_back(rest_.starts_with('"') ? quoted() : plain());
    while (comma());
    return true;
  }

  /// Where the record that next() gave begins.
  std::int64_t line() const { return line_; }

  /// "file, line 3", for messages about that record.
  std::string place() const { return fmt::format("{}, line {}", where_, line_); }

 private:
  [[noreturn]] void fail(std::string_view what) const { throw Error(fmt::format("{}: {}", place(), what)); }

  std::string plain() {
    const auto end = std::min(rest_.find_first_of(",\n"), rest_.size());
    std::string field(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (rest_.starts_with('\n') && field.ends_with('\r')) field.pop_back();
    if (field.find('"') != std::string::npos)
      fail(
          "a quote in a field that does not begin with one; by RFC 4180 such a field stands between quotes, "
          "and its own quotes are written twice");
    return field;
  }

  std::string quoted() {
    std::string field;
    for (rest_.remove_prefix(1);; rest_.remove_prefix(1)) {
      const auto end = rest_.find('"');
      if (end == std::string_view::npos) fail("a quote is opened and not closed; the file may be cut short");
      field += rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      if (!rest_.starts_with('"')) break;
      field += '"';
    }
    if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
    if (!rest_.empty() && !rest_.starts_with(',') && !rest_.starts_with('\n'))
      fail("more after a closing quote; by RFC 4180 a quote inside a field is written twice");
    next_line_ += std::ranges::count(field, '\n');
    return field;
  }

  /// Passes the end of a field; true when another follows in the same record.
  bool comma() {
    if (rest_.empty()) return false;
    const bool more = rest_.front() == ',';
    if (!more) ++next_line_;
    rest_.remove_prefix(1);
    return more;
  }

  std::string_view rest_;
  std::string where_;
  std::int64_t line_ = 0, next_line_ = 1;
};

}  // namespace mtl

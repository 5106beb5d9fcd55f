// In: what a parity test measured. Out: a row of docs/fidelity.md, where scripts/fidelity asks for rows.
#pragma once

#include <cstdlib>
#include <string>

#include <nlohmann/json.hpp>

#include <mtl/store/atomic_file.hpp>

namespace mtl::tests {

/// The largest difference from the reference that was met, and the largest that the test accepts.
struct FidelityRow {
  std::string variant, measure;
  double tolerance = 0, measured = 0;
};

/// Adds the row to the JSON list in the file that the environment variable MTL_FIDELITY_ROWS names.
inline void record(const FidelityRow& row) {
  static nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  const char* const path = std::getenv("MTL_FIDELITY_ROWS");
  if (path == nullptr) return;
  rows.push_back({{"variant", row.variant},
                  {"measure", row.measure},
                  {"tolerance", row.tolerance},
                  {"measured", row.measured}});
  write_file_atomically(path, rows.dump(1) + "\n");
}

}  // namespace mtl::tests

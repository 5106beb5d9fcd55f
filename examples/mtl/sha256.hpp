// In: a file. Out: its SHA-256, and the manifest by which `sha256sum -c` checks it.
#pragma once

#include <string>

namespace mtl::program {

/// 64 hex digits. Throws Error when the file cannot be read.
std::string sha256_of_file(const std::string& path);

/// Writes `path`.sha256 beside the file: one line that `sha256sum -c` takes in that folder. Throws Error when
/// the file cannot be read, or the manifest not be written.
void write_sha256_manifest(const std::string& path);

}  // namespace mtl::program

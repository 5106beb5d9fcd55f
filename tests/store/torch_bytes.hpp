// Checkpoints of torch.save put together piece by piece, so that a test can break one rule at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <mtl/store/checkpoint_format.hpp>
#include <mtl/store/crc32.hpp>

namespace mtl::tests::torch_bytes {

/// Little-endian.
inline std::string number(std::uint64_t value, unsigned bytes) {
  std::string text;
  for (unsigned i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

// Pieces of a pickle: each leaves one value on the stack.
inline std::string text(const std::string& value) { return "X" + number(value.size(), 4) + value; }
inline std::string whole(std::int64_t value) {
  return "\x8a\x08" + number(static_cast<std::uint64_t>(value), 8);
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(const std::string& items) { return "(" + items + "t"; }
inline const std::string hooks = global("collections", "OrderedDict") + ")R";

/// What a storage's persistent id says.
struct Storage {
  std::string key = "0";
  std::int64_t elements = 4;
  std::string type = global("torch", "FloatStorage");
  std::string kind = text("storage");
  std::string rest = "";  ///< behind the number of elements
};
inline std::string storage(const Storage& of = {}) {
  return tuple(of.kind + of.type + text(of.key) + text("cpu") + whole(of.elements) + of.rest) + "Q";
}

/// A tensor by _rebuild_tensor_v2.
inline std::string tensor(const std::string& of, const std::string& shape, const std::string& strides,
                          std::int64_t offset = 0, const std::string& rest = "\x89" + hooks) {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple(of + whole(offset) + tuple(shape) + tuple(strides) + rest) + "R";
}
inline const std::string four = tensor(storage(), whole(4), whole(1));

/// A whole pickle of a state dict with these keys and values.
inline std::string pickle(const std::string& object) { return "\x80\x02" + object + "."; }
inline std::string dict(const std::string& items) { return hooks + "(" + items + "u"; }
inline std::string state(const std::string& value) { return pickle(dict(text("a") + value)); }

/// An entry of a zip file; what is set to another value than usual is what the file lies about.
struct ZipPart {
  std::string name, bytes;
  std::uint64_t method = 0, flags = 0x808, disk = 0;
  std::string local_name = {},
              extra = {};  ///< name in the local header, if another; extra field of the directory
  std::int64_t crc = -1, size = -1, packed = -1, header = -1;  ///< in the directory; -1: the truth
};

/// The end of a zip file.
struct ZipTail {
  std::int64_t entries = -1, bytes = -1, begin = -1;
  std::uint64_t disk = 0;
  bool zip64 = true;
  std::string between = {};  ///< before the directory's end
};

inline std::string zip(const std::vector<ZipPart>& parts, const ZipTail& tail = {}) {
  std::string file, directory;
  const auto or_else = [](std::int64_t value, std::size_t truth) {
    return value < 0 ? static_cast<std::uint64_t>(truth) : static_cast<std::uint64_t>(value);
  };
  for (const auto& part : parts) {
    const auto header = or_else(part.header, file.size()), size = or_else(part.size, part.bytes.size());
    const auto crc = or_else(part.crc, detail::crc32(part.bytes));
    const auto& local = part.local_name.empty() ? part.name : part.local_name;
    file += "PK\x03\x04" + number(0, 2) + number(part.flags, 2) + number(part.method, 2) +
            std::string(16, char{}) + number(local.size(), 2) + number(4, 2) + local + "FB" + number(0, 2) +
            part.bytes;
    directory += "PK\x01\x02" + number(0, 4) + number(part.flags, 2) + number(part.method, 2) + number(0, 4) +
                 number(crc, 4) + number(or_else(part.packed, size), 4) + number(size, 4) +
                 number(part.name.size(), 2) + number(part.extra.size(), 2) + number(0, 2) +
                 number(part.disk, 2) + number(0, 6) + number(header, 4) + part.name + part.extra;
  }
  directory += tail.between;
  const auto begin = or_else(tail.begin, file.size()), bytes = or_else(tail.bytes, directory.size());
  const auto entries = or_else(tail.entries, parts.size()), record = file.size() + directory.size();
  file += directory;
  if (tail.zip64)
    file += "PK\x06\x06" + number(44, 8) + number(0, 4) + number(tail.disk, 4) + number(0, 4) +
            number(entries, 8) + number(entries, 8) + number(bytes, 8) + number(begin, 8) + "PK\x06\x07" +
            number(0, 4) + number(record, 8) + number(1, 4);
  return file + "PK\x05\x06" + number(tail.disk, 2) + number(0, 2) + number(entries, 2) + number(entries, 2) +
         number(bytes, 4) + number(begin, 4) + number(0, 2);
}

inline const std::string four_floats = number(0x3F800000, 4) + number(0x40000000, 4) + number(0x40400000, 4) +
                                       number(0x40800000, 4);  // 1, 2, 3, 4

/// A zip checkpoint with that data.pkl and one storage of four floats.
inline std::vector<ZipPart> zip_parts(const std::string& data_pkl) {
  return {
      {"a/data.pkl", data_pkl}, {"a/byteorder", "little"}, {"a/data/0", four_floats}, {"a/version", "3\n"}};
}
inline std::string zip_of(const std::string& data_pkl) { return zip(zip_parts(data_pkl)); }

/// A legacy checkpoint, and its parts.
struct Legacy {
  std::string magic{detail::legacy_magic};
  std::string version = pickle(whole(1001));
  std::string machine = pickle("}" + text("little_endian") + "\x88s");
  std::string object = state(four);
  std::string keys = pickle("]" + text("0") + "a");
  std::string storages = number(4, 8) + four_floats;
};
inline std::string legacy(const Legacy& parts = {}) {
  return parts.magic + parts.version + parts.machine + parts.object + parts.keys + parts.storages;
}

}  // namespace mtl::tests::torch_bytes

// A file of spans, and its spans of one text.
#include <mtl/labels/span_file_source.hpp>

#include "memory_file.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mtl;
  static const fuzz::MemoryFile file;
  static const auto text = normalize("東京 2020、ｶﾞﾗｽ\nと https://example.org/ の café");
  file.write(fuzz::bytes_of(data, size));
  return fuzz::answer([&] {
    const auto source = SpanFileSource::read(file.path());
    for (const auto& span : source.spans("1", text)) {
      fuzz::expect(span.begin < span.end && span.end <= text.text.size(), "a span is in the text");
      fuzz::expect(span.kind >= 0 && static_cast<std::size_t>(span.kind) < source.kinds().size(),
                   "a kind is one");
    }
  });
}

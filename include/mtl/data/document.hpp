// Where the flow begins: one text of a corpus, as it was read.
#pragma once

#include <string>

namespace mtl {

/// A raw text and its class. `where` names the file (and line) it came from, for messages.
struct Document {
  std::string id = {};     ///< unique in the corpus
  std::string label = {};  ///< name of its class
  std::string text = {};   ///< raw; valid UTF-8 is checked when it is prepared
  std::string where = {};
};

}  // namespace mtl

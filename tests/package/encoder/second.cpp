// The second translation unit that includes the whole library: a function that is not inline would be defined
// twice.
#include "second.hpp"

std::size_t parameters(Model& model) { return model.module().parameters().size(); }

// The model of this program, and a function of its other translation unit.
#pragma once

#include <mtl/bert.hpp>

using Model = mtl::MultiTaskEncoder<mtl::BertBackbone, mtl::IOB2TokenHead<2>, mtl::SequenceClassifier<3>>;

std::size_t parameters(Model& model);

// expect: a head taps a layer deeper than the backbone
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/model/bert_backbone.hpp>
#include <mtl/model/multi_task_encoder.hpp>

using Model = mtl::MultiTaskEncoder<mtl::BertBaseBackbone, mtl::SequenceClassifier<13>>;
std::size_t size() { return sizeof(Model); }

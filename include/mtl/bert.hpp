// The whole library, in the order in which a text flows through it: the table of contents.
#pragma once

// Before anything else: libtorch, through its one door.
#include <mtl/detail/torch.hpp>

// A raw text becomes sub-words ...
#include <mtl/text/mecab.hpp>
#include <mtl/text/normalize.hpp>
#include <mtl/text/pretrained_tokenizer.hpp>
#include <mtl/text/span_first.hpp>

// ... its important stretches become labels ...
#include <mtl/labels/iob2.hpp>
#include <mtl/labels/label_set.hpp>
#include <mtl/labels/part_of_speech_source.hpp>
#include <mtl/labels/span_file_source.hpp>

// ... and a corpus becomes a data set with folds, read in batches without padding.
#include <mtl/data/batch.hpp>
#include <mtl/data/batches.hpp>
#include <mtl/data/dataset_file.hpp>
#include <mtl/data/folds.hpp>
#include <mtl/data/livedoor.hpp>
#include <mtl/data/manuals.hpp>
#include <mtl/data/paper_defaults.hpp>
#include <mtl/data/prepare.hpp>
#include <mtl/data/rakuten.hpp>
#include <mtl/data/tsv.hpp>
#include <mtl/data/twitter.hpp>

// The encoder, tapped at its layers, with heads at the taps ...
#include <mtl/heads/iob2_token_head.hpp>
#include <mtl/heads/sequence_classifier.hpp>
#include <mtl/model/bert_backbone.hpp>
#include <mtl/model/checkpoint.hpp>
#include <mtl/model/hidden_states.hpp>
#include <mtl/model/multi_task_encoder.hpp>

// ... learns from their losses, weighted by name.
#include <mtl/eval/evaluate.hpp>
#include <mtl/loss/weighted_sum.hpp>
#include <mtl/train/fit.hpp>
#include <mtl/train/freezing.hpp>
#include <mtl/train/progress_printer.hpp>

// The experiment: every arm at every layer on every fold, compared and reported.
#include <mtl/experiment/eta.hpp>
#include <mtl/experiment/paper_arms.hpp>
#include <mtl/experiment/run_folder.hpp>
#include <mtl/experiment/sweep.hpp>
#include <mtl/report/write_report.hpp>
#include <mtl/stats/paired_t_test.hpp>

// What its models look at: every way to say so, and the pictures.
#include <mtl/attribution/attribute_text.hpp>
#include <mtl/experiment/disagreements.hpp>
#include <mtl/experiment/trained_classifier.hpp>
#include <mtl/report/attention_html.hpp>
#include <mtl/report/attention_svg.hpp>

#include <mtl/version.hpp>

// Statistics on plain numbers: needs Boost.Math and fmt, nothing else of this library's dependencies.
#pragma once

#include <mtl/stats/alternative.hpp>
#include <mtl/stats/bootstrap.hpp>
#include <mtl/stats/corrected_resampled_t_test.hpp>
#include <mtl/stats/corrections.hpp>
#include <mtl/stats/correlated_bayes.hpp>
#include <mtl/stats/descriptive.hpp>
#include <mtl/stats/differences.hpp>
#include <mtl/stats/effect_size.hpp>
#include <mtl/stats/five_by_two.hpp>
#include <mtl/stats/interval.hpp>
#include <mtl/stats/matched_arms.hpp>
#include <mtl/stats/max_t.hpp>
#include <mtl/stats/mcnemar.hpp>
#include <mtl/stats/nested_selection.hpp>
#include <mtl/stats/noncentral_t.hpp>
#include <mtl/stats/paired_csv.hpp>
#include <mtl/stats/paired_t_test.hpp>
#include <mtl/stats/paired_tests.hpp>
#include <mtl/stats/power.hpp>
#include <mtl/stats/seeds.hpp>
#include <mtl/stats/sign_flip.hpp>
#include <mtl/stats/status.hpp>
#include <mtl/stats/wilcoxon.hpp>

// Statistics on plain numbers: needs Boost.Math and fmt, nothing else of this library's dependencies.
#pragma once

#include <mtl/stats/descriptive.hpp>
#include <mtl/stats/paired_csv.hpp>
#include <mtl/stats/paired_t_test.hpp>
#include <mtl/stats/status.hpp>

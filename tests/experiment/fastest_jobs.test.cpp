#include <support/catch.hpp>

#include <map>
#include <vector>

#include <mtl/experiment/fastest_jobs.hpp>

namespace {

/// What is chosen where cells take `seconds`, by the number of jobs, and from `too_many` jobs on do not fit.
struct Trial {
  std::map<std::size_t, double> seconds;
  std::size_t too_many = 1000;
  std::vector<std::size_t> tried = {};

  mtl::FastestJobs choose(int threads, std::size_t most) {
    tried.clear();
    return mtl::fastest_jobs(threads, most, [&](std::size_t jobs) {
      tried.push_back(jobs);
      return mtl::JobsCost{seconds.at(jobs), jobs < too_many};
    });
  }
};

}  // namespace

TEST_CASE("more jobs are tried while that is faster and fits", "[experiment]") {
  Trial trial{{{1, 10}, {2, 16}, {4, 28}, {8, 60}}};  // a cell's share: 10, 8, 7, 7.5
  const auto best = trial.choose(8, 20);
  CHECK(best.jobs == 4);
  CHECK(best.gain == Approx(10 / 7.0));
  CHECK(trial.tried == std::vector<std::size_t>{1, 2, 4, 8});
  trial.too_many = 4;
  CHECK(trial.choose(8, 20).jobs == 2);
  trial.too_many = 2;
  CHECK(trial.choose(8, 20).jobs == 1);
  CHECK(trial.choose(8, 20).gain == 1);
}

TEST_CASE("what is hardly faster is chance, and stays at fewer jobs", "[experiment]") {
  CHECK(Trial{{{1, 10}, {2, 19.6}}}.choose(2, 20).jobs == 1);
  CHECK(Trial{{{1, 10}, {2, 19.4}}}.choose(2, 20).jobs == 2);
}

TEST_CASE("where there is one cell, one thread or no equal share, nothing is measured", "[experiment]") {
  Trial trial{{{1, 10}, {2, 10}}};
  for (const auto& [threads, cells] : {std::pair{1, 20}, {2, 1}, {3, 2}}) {
    CHECK(trial.choose(threads, static_cast<std::size_t>(cells)).jobs == 1);
    CHECK(trial.tried.empty());
  }
}

TEST_CASE("any number of jobs is tried that shares the threads equally", "[experiment]") {
  CHECK(mtl::equal_shares(1, 20) == std::vector<std::size_t>{1});
  CHECK(mtl::equal_shares(5, 20) == std::vector<std::size_t>{1, 5});
  CHECK(mtl::equal_shares(12, 4) == std::vector<std::size_t>{1, 2, 3, 4});
  Trial trial{{{1, 10}, {2, 16}, {3, 21}, {6, 60}}};  // a cell's share: 10, 8, 7, 10
  CHECK(trial.choose(6, 20).jobs == 3);
  CHECK(trial.tried == std::vector<std::size_t>{1, 2, 3, 6});
  CHECK(trial.choose(3, 20).jobs == 3);
  // A small step on the way to a larger one: 1.10, 1.12 and 1.16 times as fast.
  Trial slow{{{1, 100}, {2, 182}, {3, 268}, {4, 345}, {6, 600}}};
  CHECK(slow.choose(12, 11).jobs == 4);
}

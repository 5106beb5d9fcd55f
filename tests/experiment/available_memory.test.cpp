#include <support/catch.hpp>

#include <filesystem>

#include <unistd.h>

#include <mtl/experiment/available_memory.hpp>
#include <mtl/store/atomic_file.hpp>

TEST_CASE("what a control group may still take is the least of it and all above it", "[experiment]") {
  namespace fs = std::filesystem;
  const auto root = fs::temp_directory_path() / ("mtl-groups-" + std::to_string(::getpid()));
  const auto limit = [&](const std::string& group, const std::string& most, const std::string& used) {
    fs::create_directories(root / group);
    mtl::write_file_atomically((root / group / "memory.max").string(), most + "\n");
    mtl::write_file_atomically((root / group / "memory.current").string(), used + "\n");
  };
  limit("slurm/job_7", "max", "100");
  CHECK(mtl::detail::free_in_group(root, "/slurm/job_7/step_0") == -1);
  limit("slurm", "5000", "1000");
  CHECK(mtl::detail::free_in_group(root, "/slurm/job_7/step_0") == 4000);
  limit("slurm/job_7/step_0", "3000", "500");
  CHECK(mtl::detail::free_in_group(root, "/slurm/job_7/step_0") == 2500);
  limit("slurm/job_7", "3000", "3500");
  CHECK(mtl::detail::free_in_group(root, "/slurm/job_7/step_0") == 0);
  // What the system keeps of files can be given back.
  limit("slurm", "5000", "4900");
  const auto stat = (root / "slurm/memory.stat").string();
  mtl::write_file_atomically(
      stat, "anon 1000\nfile 3900\nactive_anon 9\ninactive_file 700\nactive_file 2000\nslab 5\n");
  CHECK(mtl::detail::free_in_group(root, "/slurm") == 2800);
  mtl::write_file_atomically(stat, "inactive_file 4000\nactive_file 2000\n");  // read later than the sum
  CHECK(mtl::detail::free_in_group(root, "/slurm") == 5000);
  fs::remove_all(root);
}

TEST_CASE("this machine says what memory is available, of which this process has some", "[experiment]") {
  const auto available = mtl::available_memory();
  CHECK(available > mtl::detail::kilobytes_of("/proc/self/status", "VmRSS:"));
  CHECK(mtl::detail::kilobytes_of("/proc/meminfo", "NoSuchKey:") == 0);
}

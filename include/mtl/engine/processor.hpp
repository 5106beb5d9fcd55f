// What this processor can do, as far as the kernels ask. Torch-free.
#pragma once

namespace mtl {

/// Whether this processor has the instructions of the avx2 kernels, and the system saves their registers.
inline bool has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

/// The same of the avx512 kernels, which multiply bfloat16.
inline bool has_avx512_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

}  // namespace mtl

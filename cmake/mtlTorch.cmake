# mtl_torch_problem(OUT): after find_package(Torch), OUT is empty, or a sentence on why this libtorch must not be used.
# Torch's own CMake file looks for libtorch.so with a find_library that searches the system's folders too, so with a
# distribution's libtorch-dev installed it can silently link that library against a wheel's headers.
# Used by the build and by the installed package.
function(mtl_torch_problem out)
  cmake_path(IS_PREFIX TORCH_INSTALL_PREFIX "${TORCH_LIBRARY}" NORMALIZE whole)
  set(problem "")
  if(NOT whole)
    set(problem "Two libtorches are mixed: the headers are in ${TORCH_INSTALL_PREFIX}, but the library found is ${TORCH_LIBRARY}. \
Likely cause: a distribution's libtorch-dev is installed beside the libtorch you chose. Remove it (apt-get remove libtorch-dev), \
or pass -DTORCH_LIBRARY=${TORCH_INSTALL_PREFIX}/lib/libtorch.so.")
  endif()
  set(${out} "${problem}" PARENT_SCOPE)
endfunction()

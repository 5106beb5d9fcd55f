# Installs the headers, the CMake package and the licence. One export set for each component, so that a project that asks
# for stats alone needs no libtorch. Everything is found relative to the config file: the prefix may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(mtl_package_dir ${CMAKE_INSTALL_DATADIR}/cmake/mtl)  # share, not lib: nothing in it depends on the architecture

set(mtl_components stats core)
if(MTL_ENCODER)
  list(APPEND mtl_components encoder)
endif()
foreach(component IN LISTS mtl_components)
  install(TARGETS mtl_${component} EXPORT mtl_${component} FILE_SET HEADERS)
  install(EXPORT mtl_${component} NAMESPACE mtl:: FILE mtl-${component}.cmake DESTINATION ${mtl_package_dir})
endforeach()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/mtlConfig.cmake.in ${PROJECT_BINARY_DIR}/mtlConfig.cmake
  INSTALL_DESTINATION ${mtl_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mtlConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
  ${PROJECT_BINARY_DIR}/mtlConfig.cmake ${PROJECT_BINARY_DIR}/mtlConfigVersion.cmake ${CMAKE_CURRENT_LIST_DIR}/mtlTorch.cmake
  ${CMAKE_CURRENT_LIST_DIR}/FindMeCab.cmake ${CMAKE_CURRENT_LIST_DIR}/FindSentencePiece.cmake ${CMAKE_CURRENT_LIST_DIR}/FindxxHash.cmake
  DESTINATION ${mtl_package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# MeCab has no CMake package: this makes the target MeCab::MeCab.
find_path(MeCab_INCLUDE_DIR mecab.h)
find_library(MeCab_LIBRARY mecab)
mark_as_advanced(MeCab_INCLUDE_DIR MeCab_LIBRARY)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MeCab REQUIRED_VARS MeCab_LIBRARY MeCab_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "On Debian: apt-get install libmecab-dev")
if(MeCab_FOUND AND NOT TARGET MeCab::MeCab)
  add_library(MeCab::MeCab UNKNOWN IMPORTED GLOBAL)
  set_target_properties(MeCab::MeCab PROPERTIES IMPORTED_LOCATION "${MeCab_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${MeCab_INCLUDE_DIR}")
endif()

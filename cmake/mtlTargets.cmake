# The three interface targets and what each stands on. GLOBAL, so that a project that uses mtl by add_subdirectory sees
# the imported targets too. No warning flags here: those are the developer's, in the presets.

# mtl_add(NAME EXPORTED_AS LINKED...): the target mtl_NAME, alias mtl::EXPORTED_AS, with its headers.
function(mtl_add name exported_as)
  add_library(mtl_${name} INTERFACE)
  add_library(mtl::${exported_as} ALIAS mtl_${name})
  set_target_properties(mtl_${name} PROPERTIES EXPORT_NAME ${exported_as})
  target_compile_features(mtl_${name} INTERFACE cxx_std_20)
  target_sources(mtl_${name} INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${mtl_${name}_headers})
  target_link_libraries(mtl_${name} INTERFACE ${ARGN})
endfunction()

find_package(Boost 1.74 REQUIRED GLOBAL)
find_package(fmt 9 REQUIRED GLOBAL)
mtl_add(stats stats Boost::headers fmt::fmt-header-only)

find_package(ICU 67 REQUIRED GLOBAL COMPONENTS uc i18n)
find_package(nlohmann_json 3.10 REQUIRED GLOBAL)
find_package(MeCab REQUIRED GLOBAL)
find_package(SentencePiece REQUIRED GLOBAL)
find_package(xxHash REQUIRED GLOBAL)
find_package(Threads REQUIRED GLOBAL)
mtl_add(core core mtl_stats ICU::uc ICU::i18n nlohmann_json::nlohmann_json MeCab::MeCab SentencePiece::SentencePiece xxHash::xxHash
        Threads::Threads)

if(MTL_ENCODER)
  include(mtlTorch)
  find_package(Torch 2.11 REQUIRED GLOBAL)
  mtl_torch_problem(problem)
  if(problem)
    message(FATAL_ERROR "${problem}")
  endif()
  mtl_add(encoder mtl mtl_core torch)  # the bare target: TORCH_LIBRARIES would write this machine's paths into the export
endif()

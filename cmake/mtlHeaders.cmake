# The public headers by target: mtl_stats_headers, mtl_core_headers, mtl_encoder_headers.
#
# They are found, not listed by hand, because a header says itself where it belongs: one that touches a tensor includes
# mtl/detail/torch.hpp (the one door to libtorch), so a second list could only disagree. CONFIGURE_DEPENDS makes a new
# header known to the next build. The test tree_layers checks that no target's header includes one of a higher target.
file(GLOB_RECURSE mtl_headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/include/mtl/*.hpp)
set(mtl_stats_headers)
set(mtl_core_headers)
set(mtl_encoder_headers)
foreach(header IN LISTS mtl_headers)
  file(STRINGS ${header} door LIMIT_COUNT 1 REGEX "^#include <mtl/detail/torch.hpp>")
  if(door OR header MATCHES "/mtl/(bert|detail/torch)\\.hpp$")
    list(APPEND mtl_encoder_headers ${header})
  elseif(header MATCHES "/mtl/(version\\.hpp|stats\\.hpp|stats/.*|detail/(error|random)\\.hpp)$")
    list(APPEND mtl_stats_headers ${header})
  else()
    list(APPEND mtl_core_headers ${header})
  endif()
endforeach()

// The version of the library: the one place where it is written. CMake reads it from here.
#pragma once

#define MTL_VERSION_MAJOR 0
#define MTL_VERSION_MINOR 1
#define MTL_VERSION_PATCH 0
#define MTL_VERSION "0.1.0"

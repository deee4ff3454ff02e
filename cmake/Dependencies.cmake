# Third-party libraries, each let in through one folder only (tools/tidy.py checks the includes).
# ANEMONE_LIBS_<folder> is what that folder's library links privately.

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(pugixml REQUIRED)

# DuckDB's shared library is fetched by scripts/setup, which prints where.
if(DEFINED ENV{XDG_CACHE_HOME})
  set(cache $ENV{XDG_CACHE_HOME})
else()
  set(cache $ENV{HOME}/.cache)
endif()
set(ANEMONE_DUCKDB_DIR ${cache}/anemone/duckdb-1.4.4 CACHE PATH "folder with duckdb.h and libduckdb.so")
if(NOT EXISTS ${ANEMONE_DUCKDB_DIR}/libduckdb.so)
  message(FATAL_ERROR "DuckDB is not in ${ANEMONE_DUCKDB_DIR}: run scripts/setup, which fetches it")
endif()
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION ${ANEMONE_DUCKDB_DIR}/libduckdb.so
  INTERFACE_INCLUDE_DIRECTORIES ${ANEMONE_DUCKDB_DIR})

set(ANEMONE_LIBS_io OpenSSL::SSL OpenSSL::Crypto Threads::Threads ZLIB::ZLIB)
set(ANEMONE_LIBS_topology pugixml::pugixml nlohmann_json::nlohmann_json)
set(ANEMONE_LIBS_store duckdb)
set(ANEMONE_LIBS_server nlohmann_json::nlohmann_json Threads::Threads)
set(ANEMONE_LIBS_view nlohmann_json::nlohmann_json fmt::fmt)
set(ANEMONE_LIBS_app fmt::fmt nlohmann_json::nlohmann_json)

if(ANEMONE_TESTS)
  find_package(doctest REQUIRED)
  include(doctest)
  add_library(anemone_doctest_main STATIC ${PROJECT_SOURCE_DIR}/cmake/doctest_main.cpp)
  target_link_libraries(anemone_doctest_main PUBLIC doctest::doctest)
endif()
if(ANEMONE_BENCHES)
  find_package(benchmark QUIET)
  if(NOT benchmark_FOUND)
    message(STATUS "Google Benchmark is not installed: no benchmarks (scripts/setup bench installs it)")
    set(ANEMONE_BENCHES OFF)
  endif()
  # Peers that benchmarks measure beside: left out where they are not.
  find_library(IGRAPH_LIBRARY igraph)
  if(IGRAPH_LIBRARY)
    set(ANEMONE_BENCH_LIBS_load ${IGRAPH_LIBRARY})
  endif()
endif()

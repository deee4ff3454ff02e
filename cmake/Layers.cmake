# Builds one static library for each folder of src/LAYERS, linked as written there.
#
# In src/FOLDER:  x.cpp        belongs to the library anemone_FOLDER
#                 x.test.cpp   to the program test_FOLDER (doctest)
#                 x.fuzz.cpp   is the program fuzz_FOLDER_x (libFuzzer; preset fuzz)
#                 x.bench.cpp  to the program bench_FOLDER (Google Benchmark)
# ANEMONE_GENERATED_FOLDER lists sources that the build makes for it.
# Adding a file is all that a new test, fuzzer or benchmark needs.

set(ANEMONE_LAYERS "")

function(anemone_read_layers file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} lines REGEX "^[a-z0-9]+ *:")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([a-z0-9]+) *:(.*)$" _ "${line}")
    set(folder ${CMAKE_MATCH_1})
    string(STRIP "${CMAKE_MATCH_2}" uses)
    string(REGEX REPLACE " +" ";" uses "${uses}")
    list(APPEND layers ${folder})
    anemone_layer(${folder} "${uses}")
  endforeach()
  set(ANEMONE_LAYERS ${layers} PARENT_SCOPE)
endfunction()

function(anemone_layer folder uses)
  set(dir ${PROJECT_SOURCE_DIR}/src/${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cpp)
  list(APPEND sources ${ANEMONE_GENERATED_${folder}})
  file(GLOB tests CONFIGURE_DEPENDS ${dir}/*.test.cpp)
  file(GLOB fuzzers CONFIGURE_DEPENDS ${dir}/*.fuzz.cpp)
  file(GLOB benches CONFIGURE_DEPENDS ${dir}/*.bench.cpp)
  list(REMOVE_ITEM sources ${tests} ${fuzzers} ${benches} ${dir}/main.cpp "")

  set(links "")
  foreach(use IN LISTS uses)
    list(APPEND links anemone_${use})
  endforeach()

  if(sources)
    add_library(anemone_${folder} STATIC ${sources})
    target_include_directories(anemone_${folder} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(anemone_${folder} PUBLIC ${links} PRIVATE ${ANEMONE_LIBS_${folder}})
    target_compile_options(anemone_${folder} PRIVATE ${ANEMONE_WARNINGS})
  else()
    add_library(anemone_${folder} INTERFACE)
    target_include_directories(anemone_${folder} INTERFACE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(anemone_${folder} INTERFACE ${links} ${ANEMONE_LIBS_${folder}})
  endif()

  if(tests AND ANEMONE_TESTS)
    add_executable(test_${folder} ${tests})
    target_link_libraries(test_${folder} PRIVATE anemone_${folder} anemone_doctest_main)
    target_compile_options(test_${folder} PRIVATE ${ANEMONE_WARNINGS})
    target_compile_definitions(test_${folder} PRIVATE
      ANEMONE_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data"
      ANEMONE_SHARED_DATA="${PROJECT_SOURCE_DIR}/../shared/data")
    doctest_discover_tests(test_${folder} TEST_PREFIX "${folder}: "
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} PROPERTIES TIMEOUT 120 LABELS unit)
  endif()

  if(ANEMONE_FUZZ)
    foreach(fuzzer IN LISTS fuzzers)
      get_filename_component(name ${fuzzer} NAME)
      string(REPLACE ".fuzz.cpp" "" name ${name})
      add_executable(fuzz_${folder}_${name} ${fuzzer})
      target_link_libraries(fuzz_${folder}_${name} PRIVATE anemone_${folder})
      target_link_options(fuzz_${folder}_${name} PRIVATE -fsanitize=fuzzer)
      set(corpus ${PROJECT_SOURCE_DIR}/tests/data/fuzz/${folder}_${name})
      add_test(NAME "fuzz: ${folder}/${name} for ${ANEMONE_FUZZ_SECONDS} s"
        COMMAND ${CMAKE_COMMAND} -E env FUZZ_SEED=1
                ${PROJECT_SOURCE_DIR}/scripts/fuzz-one $<TARGET_FILE:fuzz_${folder}_${name}>
                ${ANEMONE_FUZZ_SECONDS} ${corpus})
      set_tests_properties("fuzz: ${folder}/${name} for ${ANEMONE_FUZZ_SECONDS} s" PROPERTIES LABELS fuzz)
    endforeach()
  endif()

  if(benches AND ANEMONE_BENCHES)
    add_executable(bench_${folder} ${benches})
    target_link_libraries(bench_${folder} PRIVATE anemone_${folder} benchmark::benchmark_main
      ${ANEMONE_BENCH_LIBS_${folder}})
    target_compile_options(bench_${folder} PRIVATE ${ANEMONE_WARNINGS})
    target_compile_definitions(bench_${folder} PRIVATE
      ANEMONE_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  endif()
endfunction()

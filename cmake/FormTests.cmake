# Form is a test: layout, names and function sizes, layers and headers. `ctest -L form` runs them alone.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

add_test(NAME "form: tidy (layers, sizes, headers, folder READMEs)"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/tidy.py ${PROJECT_SOURCE_DIR})
add_test(NAME "form: tidy refuses what it should"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/tidy_test.py)
add_test(NAME "form: clang-format"
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/format --check)
set_tests_properties("form: tidy (layers, sizes, headers, folder READMEs)"
  "form: tidy refuses what it should" "form: clang-format" PROPERTIES LABELS form)

find_program(CLANG_TIDY clang-tidy)
if(CLANG_TIDY)
  add_test(NAME "form: clang-tidy"
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/clang-tidy ${CMAKE_BINARY_DIR})
  set_tests_properties("form: clang-tidy" PROPERTIES LABELS form TIMEOUT 3000 COST 1000)
endif()

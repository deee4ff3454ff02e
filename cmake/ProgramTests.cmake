
# Loads against what was computed elsewhere; more of it where the shared data are.
foreach(check loads topohub)
  add_test(NAME "program: ${check} as computed elsewhere"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/${check}_check.py $<TARGET_FILE:anemone>)
  set_tests_properties("program: ${check} as computed elsewhere" PROPERTIES LABELS program TIMEOUT 120)
endforeach()

# The demo's recording against itself: what hosts sent, along the routers' own tables, is what interfaces counted.
add_test(NAME "data: the campus recording's hosts, routing tables and counters agree"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/lab/verify ${PROJECT_SOURCE_DIR}/tests/data/campus)
set_tests_properties("data: the campus recording's hosts, routing tables and counters agree"
  PROPERTIES LABELS program TIMEOUT 120)


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
  PROPERTIES LABELS data TIMEOUT 120)

# The whole: the demo's recording through the platform, against the routers' interface counters; the API
# against its own description; a server that is killed; and a real browser.
set(campus ${PROJECT_SOURCE_DIR}/tests/data/campus)
foreach(check campus_load api restart)
  add_test(NAME "whole: ${check}"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/${check}_check.py $<TARGET_FILE:anemone> ${campus})
  set_tests_properties("whole: ${check}" PROPERTIES LABELS whole TIMEOUT 600)
endforeach()

add_test(NAME "console: draws what it is given (vitest)"
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/with-node npm --prefix ${PROJECT_SOURCE_DIR}/ui test --silent)
add_test(NAME "browser: the demo, looked at and clicked through"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/browser_check.py $<TARGET_FILE:anemone> ${campus})
add_test(NAME "browser: the console's own behaviour"
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/with-node npm --prefix ${PROJECT_SOURCE_DIR}/ui run --silent e2e)
set_tests_properties("console: draws what it is given (vitest)" "browser: the demo, looked at and clicked through"
  "browser: the console's own behaviour" PROPERTIES LABELS browser TIMEOUT 300 RESOURCE_LOCK browser)

# Routing tables against FRR's own, at every stage of four recorded networks; every OSPF capture that is there.
add_test(NAME "program: every router's table is what FRR says it is"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/routes_check.py $<TARGET_FILE:anemone>
          ${PROJECT_SOURCE_DIR}/tests/data/lab/six ${PROJECT_SOURCE_DIR}/tests/data/lab/twenty
          ${PROJECT_SOURCE_DIR}/tests/data/lab/odd ${campus})
add_test(NAME "program: OSPF captures hold what tshark found in them"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/ospf_check.py $<TARGET_FILE:anemone>)
foreach(network six odd)
  add_test(NAME "program: paths are what the tables say (${network})"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/path_check.py $<TARGET_FILE:anemone>
            ${PROJECT_SOURCE_DIR}/tests/data/lab/${network})
  set_tests_properties("program: paths are what the tables say (${network})" PROPERTIES LABELS program TIMEOUT 300)
endforeach()
set_tests_properties("program: every router's table is what FRR says it is"
  "program: OSPF captures hold what tshark found in them" PROPERTIES LABELS program TIMEOUT 300)

# Capture files to flows: against tshark's counts, and whatever is damaged, crafted or cut.
add_test(NAME "program: flows of every capture as tshark counts them, or for a reason not"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/flows_check.py $<TARGET_FILE:anemone>)
add_test(NAME "program: damaged, crafted and cut captures end with a reason and keep what was good"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bad_input.py $<TARGET_FILE:anemone>)
set_tests_properties("program: flows of every capture as tshark counts them, or for a reason not"
  "program: damaged, crafted and cut captures end with a reason and keep what was good"
  PROPERTIES LABELS program TIMEOUT 600)

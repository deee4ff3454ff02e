
# Loads against what was computed elsewhere; more of it where the shared data are.
foreach(check loads topohub)
  add_test(NAME "program: ${check} as computed elsewhere"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/${check}_check.py $<TARGET_FILE:anemone>)
  set_tests_properties("program: ${check} as computed elsewhere" PROPERTIES LABELS program TIMEOUT 120)
endforeach()


# Loads against what was computed elsewhere; more of it where the shared data are.
foreach(check loads topohub)
  add_test(NAME "program: ${check} as computed elsewhere"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/${check}_check.py $<TARGET_FILE:anemone>)
  set_tests_properties("program: ${check} as computed elsewhere" PROPERTIES LABELS program TIMEOUT 120)
endforeach()

add_test(NAME "program: bounds are proved by their own prices, and as computed elsewhere"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bound_check.py $<TARGET_FILE:anemone>)
set_tests_properties("program: bounds are proved by their own prices, and as computed elsewhere"
  PROPERTIES LABELS program TIMEOUT 600)

# What nobody sees: which hosts to instrument, and how wrong estimates are, against whole matrices.
add_test(NAME "program: hosts are ranked by what they would show over the day, not in one hour"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/coverage_check.py $<TARGET_FILE:anemone>)
set_tests_properties("program: hosts are ranked by what they would show over the day, not in one hour"
  PROPERTIES LABELS program TIMEOUT 120)
if(ANEMONE_TESTS)
  add_test(NAME "program: estimates are as near to whole matrices as docs/benchmarks.md says"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/estimate_check.py $<TARGET_FILE:measure_estimate>)
  set_tests_properties("program: estimates are as near to whole matrices as docs/benchmarks.md says"
    PROPERTIES LABELS program TIMEOUT 600)
endif()

add_test(NAME "program: networks come back from other tools' formats as they were"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/convert_check.py $<TARGET_FILE:anemone>)
set_tests_properties("program: networks come back from other tools' formats as they were"
  PROPERTIES LABELS program TIMEOUT 300)

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

add_test(NAME "whole: loads estimated with interface counters are nearer to what all hosts sent"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/counters_check.py $<TARGET_FILE:anemone> ${campus})
set_tests_properties("whole: loads estimated with interface counters are nearer to what all hosts sent"
  PROPERTIES LABELS whole TIMEOUT 300)
add_test(NAME "whole: what agents, viewers and operators may ask over TLS, and what they are answered"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/agents_api_check.py $<TARGET_FILE:anemone>)
set_tests_properties("whole: what agents, viewers and operators may ask over TLS, and what they are answered"
  PROPERTIES LABELS whole TIMEOUT 120)
add_test(NAME "whole: agents' records joined with live routing, late and through kills, are the flows along their ways"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/live_join_check.py $<TARGET_FILE:anemone>)
set_tests_properties(
  "whole: agents' records joined with live routing, late and through kills, are the flows along their ways"
  PROPERTIES LABELS whole TIMEOUT 180)
if(ANEMONE_TESTS)
  add_test(NAME "whole: server and agents killed at random, each slice is in the store once"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/upload_check.py $<TARGET_FILE:anemone> $<TARGET_FILE:try_upload>)
  add_test(NAME "whole: the server away for an hour: what waited is in the store once, and what a quota pushed out is counted"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/away_check.py $<TARGET_FILE:anemone> $<TARGET_FILE:try_upload>
      --records 300)
  set_tests_properties("whole: the server away for an hour: what waited is in the store once, and what a quota pushed out is counted"
    PROPERTIES LABELS whole TIMEOUT 300)
  set_tests_properties("whole: server and agents killed at random, each slice is in the store once"
    PROPERTIES LABELS whole TIMEOUT 180)
endif()

add_test(NAME "console: draws what it is given (vitest)"
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/with-node npm --prefix ${PROJECT_SOURCE_DIR}/ui test --silent)
add_test(NAME "browser: the map follows a live network, and a killed server its history"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/live_check.py $<TARGET_FILE:anemone>)
set_tests_properties("browser: the map follows a live network, and a killed server its history"
  PROPERTIES LABELS browser TIMEOUT 300 RESOURCE_LOCK browser)
add_test(NAME "browser: the map follows traffic as agents report it, and is corrected by late ones"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/fed_check.py $<TARGET_FILE:anemone>)
set_tests_properties("browser: the map follows traffic as agents report it, and is corrected by late ones"
  PROPERTIES LABELS browser TIMEOUT 300 RESOURCE_LOCK browser)
add_test(NAME "browser: the demo, looked at and clicked through"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/browser_check.py $<TARGET_FILE:anemone> ${campus})
add_test(NAME "browser: counters and what they leave unexplained are shown"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/counters_browser_check.py $<TARGET_FILE:anemone> ${campus})
set_tests_properties("browser: counters and what they leave unexplained are shown"
  PROPERTIES LABELS browser TIMEOUT 300 RESOURCE_LOCK browser)
add_test(NAME "browser: the console's own behaviour"
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/with-node npm --prefix ${PROJECT_SOURCE_DIR}/ui run --silent e2e)
set_tests_properties("console: draws what it is given (vitest)" "browser: the demo, looked at and clicked through"
  "browser: the console's own behaviour" PROPERTIES LABELS browser TIMEOUT 300 RESOURCE_LOCK browser)

# Routing tables against FRR's own, at every stage of five recorded networks; every OSPF capture that is there.
add_test(NAME "program: every router's table is what FRR says it is"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/routes_check.py $<TARGET_FILE:anemone>
          ${PROJECT_SOURCE_DIR}/tests/data/lab/six ${PROJECT_SOURCE_DIR}/tests/data/lab/twenty
          ${PROJECT_SOURCE_DIR}/tests/data/lab/odd ${PROJECT_SOURCE_DIR}/tests/data/lab/types ${campus})
add_test(NAME "program: tables foretold for a failure or a new cost are those that FRR's routers then had"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/whatif_routes_check.py $<TARGET_FILE:anemone>
          ${PROJECT_SOURCE_DIR}/tests/data/lab)
set_tests_properties("program: tables foretold for a failure or a new cost are those that FRR's routers then had"
  PROPERTIES LABELS program TIMEOUT 300)
add_test(NAME "program: every router's table through OSPFv3, IPv6 and IPv4, is what FRR and BIRD say it is"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/routes3_check.py $<TARGET_FILE:anemone>
          ${PROJECT_SOURCE_DIR}/tests/data/lab/twenty-v6 ${PROJECT_SOURCE_DIR}/tests/data/lab/families)
set_tests_properties("program: every router's table through OSPFv3, IPv6 and IPv4, is what FRR and BIRD say it is"
  PROPERTIES LABELS program TIMEOUT 300)
add_test(NAME "program: OSPFv3 captures hold what tshark found in them, crafted ones are refused"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/ospf3_check.py $<TARGET_FILE:anemone>)
set_tests_properties("program: OSPFv3 captures hold what tshark found in them, crafted ones are refused"
  PROPERTIES LABELS program TIMEOUT 300)
add_test(NAME "program: OSPF captures hold what tshark found in them"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/ospf_check.py $<TARGET_FILE:anemone>)
add_test(NAME "program: OSPF packets are verified with the keys that they were signed with, and with no other"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/auth_check.py $<TARGET_FILE:anemone>)
add_test(NAME "program: links have the capacity, metric and group that FRR says it announces"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/te_check.py $<TARGET_FILE:anemone>)
set_tests_properties("program: links have the capacity, metric and group that FRR says it announces"
  PROPERTIES LABELS program TIMEOUT 60)
add_test(NAME "program: MRT files tell what captures of the same packets tell"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/mrt_check.py $<TARGET_FILE:anemone>)
set_tests_properties("program: MRT files tell what captures of the same packets tell" PROPERTIES LABELS program TIMEOUT 60)
add_test(NAME "program: every IS-IS router's table is what FRR says it is"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/isis_routes_check.py $<TARGET_FILE:anemone>
          ${PROJECT_SOURCE_DIR}/tests/data/lab/isis/levels ${PROJECT_SOURCE_DIR}/tests/data/lab/isis/mixed
          ${PROJECT_SOURCE_DIR}/tests/data/lab/isis/apart)
add_test(NAME "program: IS-IS captures hold what tshark finds in them"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/isis_check.py $<TARGET_FILE:anemone>)
set_tests_properties("program: every IS-IS router's table is what FRR says it is"
  "program: IS-IS captures hold what tshark finds in them" PROPERTIES LABELS program TIMEOUT 300)
add_test(NAME "program: pairs of routers that were broken are diagnosed, those that are well are left alone"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/doctor_check.py $<TARGET_FILE:anemone>)
set_tests_properties("program: pairs of routers that were broken are diagnosed, those that are well are left alone"
  PROPERTIES LABELS program TIMEOUT 120)
foreach(network six odd)
  add_test(NAME "program: paths are what the tables say (${network})"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/path_check.py $<TARGET_FILE:anemone>
            ${PROJECT_SOURCE_DIR}/tests/data/lab/${network})
  set_tests_properties("program: paths are what the tables say (${network})" PROPERTIES LABELS program TIMEOUT 300)
endforeach()
set_tests_properties("program: every router's table is what FRR says it is"
  "program: OSPF captures hold what tshark found in them"
  "program: OSPF packets are verified with the keys that they were signed with, and with no other" PROPERTIES LABELS program TIMEOUT 300)

# What happened to recorded networks: all that was done to them is told, and nothing else.
add_test(NAME "program: events are what was done to the network, and nothing else"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/events_check.py $<TARGET_FILE:anemone>
          ${PROJECT_SOURCE_DIR}/tests/data/lab/six ${PROJECT_SOURCE_DIR}/tests/data/lab/twenty
          ${PROJECT_SOURCE_DIR}/tests/data/lab/odd ${campus})
set_tests_properties("program: events are what was done to the network, and nothing else"
  PROPERTIES LABELS program TIMEOUT 300)

# Capture files to flows: against tshark's counts, by name where and why they differ, and whatever is damaged,
# crafted or cut.
function(flows_test name)
  add_test(NAME "program: flows ${name}"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/flows_check.py $<TARGET_FILE:anemone> ${ARGN})
  set_tests_properties("program: flows ${name}" PROPERTIES LABELS program TIMEOUT 600)
endfunction()
flows_test("of every capture are as tshark counts them, but for those below")
flows_test("count no frame for a pcapng custom block, which tshark does" custom)
flows_test("give an ICMP error no ports, where tshark takes those of the packet it quotes" quoted)
flows_test("hold a fragmented datagram in one, where tshark lists two" fragments)
flows_test("look at the outermost header of a 6in4 tunnel, where tshark takes the inner ports" tunnel)
flows_test("end before a section of pcapng version 2, which has another layout" version)
flows_test("refuse a Network Monitor file, and say how to convert it" format)
add_test(NAME "program: flows inside tunnels are as tshark dissects them"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/tunnels_check.py $<TARGET_FILE:anemone>)
set_tests_properties("program: flows inside tunnels are as tshark dissects them" PROPERTIES LABELS program TIMEOUT 600)
add_test(NAME "program: damaged, crafted and cut captures end with a reason and keep what was good"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bad_input.py $<TARGET_FILE:anemone>)
set_tests_properties("program: damaged, crafted and cut captures end with a reason and keep what was good"
  PROPERTIES LABELS program TIMEOUT 900)

# Filters against nfdump's, definitions over archives against the same over captures.
add_test(NAME "program: filters choose the flows that nfdump chooses with the same words"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/nfdump_check.py $<TARGET_FILE:anemone>)
set_tests_properties("program: filters choose the flows that nfdump chooses with the same words"
  PROPERTIES LABELS program TIMEOUT 300 SKIP_RETURN_CODE 77)
if(ANEMONE_TESTS)
  add_executable(make_archive tests/make_archive.cpp)
  target_link_libraries(make_archive PRIVATE anemone_flow)
  target_compile_options(make_archive PRIVATE ${ANEMONE_WARNINGS})
  add_test(NAME "program: what is asked of an archive or a server is answered with the sums of the capture"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/query_check.py $<TARGET_FILE:anemone> $<TARGET_FILE:make_archive>)
  set_tests_properties("program: what is asked of an archive or a server is answered with the sums of the capture"
    PROPERTIES LABELS program TIMEOUT 120)
endif()

# A network of FRR and BIRD through 38 events, live: every router's database and table at each is what a listener
# makes of what it hears. And a recorded run of it, which needs neither root nor routers.
add_test(NAME "live: after every event each FRR and BIRD router has the database and the table that Anemone says"
  COMMAND ${PROJECT_SOURCE_DIR}/lab/live $<TARGET_FILE:anemone> ${CMAKE_BINARY_DIR}/live)
set_tests_properties("live: after every event each FRR and BIRD router has the database and the table that Anemone says"
  PROPERTIES LABELS lab TIMEOUT 1200 RUN_SERIAL TRUE)
add_test(NAME "program: databases and tables of FRR and BIRD are what a listener's log says (a recorded run)"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/mixed_check.py $<TARGET_FILE:anemone>
          ${PROJECT_SOURCE_DIR}/tests/data/lab/mixed)
set_tests_properties("program: databases and tables of FRR and BIRD are what a listener's log says (a recorded run)"
  PROPERTIES LABELS program TIMEOUT 300)

# Agents, routers and the server together, live: loads, intervals, losses and shifts against the routers' counters; what
# a change would do, foretold and then done. And a recorded run of each, without root and without routers.
function(matrix_tests script live recorded data)
  add_test(NAME "live: ${live}"
    COMMAND ${PROJECT_SOURCE_DIR}/lab/${script} $<TARGET_FILE:anemone> ${CMAKE_BINARY_DIR}/lab-${script})
  set_tests_properties("live: ${live}" PROPERTIES LABELS lab TIMEOUT 1800 RUN_SERIAL TRUE)
  add_test(NAME "program: ${recorded} (a recorded run)"
    COMMAND ${PROJECT_SOURCE_DIR}/lab/${script} --recorded ${PROJECT_SOURCE_DIR}/tests/data/lab/${data} ${ARGN}
            $<TARGET_FILE:anemone> ${CMAKE_BINARY_DIR}/lab-${script}-recorded)
  set_tests_properties("program: ${recorded} (a recorded run)" PROPERTIES LABELS program TIMEOUT 600)
endfunction()
matrix_tests(matrix "what is said of every link is what its counter says, while links fail and hosts move"
  "loads and losses of every link are what routers counted, through changes" matrix/run.tar.gz --choices 0)
matrix_tests(whatif "what a change would do to every link is foretold, and then done"
  "what a change did to every link was foretold" matrix/whatif.tar.gz)

# The listener among live routers, in network namespaces of its own: needs root, FRR and BIRD.
if(ANEMONE_TESTS)
  add_test(NAME "live: a listener hears all that FRR and BIRD have, says what it may, and changes nothing"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/listen_check.py $<TARGET_FILE:anemone> $<TARGET_FILE:try_flood>)
  set_tests_properties("live: a listener hears all that FRR and BIRD have, says what it may, and changes nothing"
    PROPERTIES LABELS live TIMEOUT 180 RUN_SERIAL TRUE)
endif()

# What the kernel counts for programs in a cgroup and a namespace of their own: needs root.
if(ANEMONE_TESTS)
  add_test(NAME "live: what the kernel counts for each program equals the interface's counters, and its owner is right"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/host_capture_check.py $<TARGET_FILE:try_host_capture>)
  set_tests_properties("live: what the kernel counts for each program equals the interface's counters, and its owner is right"
    PROPERTIES LABELS "live;ebpf" TIMEOUT 180 RUN_SERIAL TRUE)
endif()

# The same host seen without eBPF, by captured packets: needs root, tcpdump and tshark.
if(ANEMONE_TESTS)
  add_test(NAME "live: captured packets are counted as the interface, tcpdump and a wire behind a router count them"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/packet_source_check.py $<TARGET_FILE:try_host_capture>)
  set_tests_properties("live: captured packets are counted as the interface, tcpdump and a wire behind a router count them"
    PROPERTIES LABELS live TIMEOUT 180 RUN_SERIAL TRUE)
endif()
add_test(NAME "program: flow records as IPFIX are what nfdump, tshark and libfixbuf read, over files, UDP, TCP and TLS"
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/ipfix_check.py $<TARGET_FILE:anemone>)
set_tests_properties("program: flow records as IPFIX are what nfdump, tshark and libfixbuf read, over files, UDP, TCP and TLS"
  PROPERTIES LABELS program TIMEOUT 300)

# Real programs on three hosts, an agent on each: every byte of every interface, and whose it is.
add_test(NAME "live: agents report every packet of real programs, each under the right process, user and unit"
  COMMAND ${PROJECT_SOURCE_DIR}/lab/agent $<TARGET_FILE:anemone>)
set_tests_properties("live: agents report every packet of real programs, each under the right process, user and unit"
  PROPERTIES LABELS "live;ebpf" TIMEOUT 240 RUN_SERIAL TRUE)

# An agent, and ten with a server, as their operators meet them: needs root, eBPF, nfdump.
if(ANEMONE_TESTS)
  add_test(NAME "live: an agent counts what the wire carries, as an ordinary user; reloads, is killed, captures instead"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/agent_check.py $<TARGET_FILE:anemone>)
  set_tests_properties("live: an agent counts what the wire carries, as an ordinary user; reloads, is killed, captures instead"
    PROPERTIES LABELS "live;ebpf" TIMEOUT 180 RUN_SERIAL TRUE)
  add_test(NAME "live: translated connections have the other addresses that the kernel gives them; files say where the host is"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/nat_check.py $<TARGET_FILE:anemone>)
  set_tests_properties("live: translated connections have the other addresses that the kernel gives them; files say where the host is"
    PROPERTIES LABELS "live;ebpf" TIMEOUT 120 RUN_SERIAL TRUE)
  add_test(NAME "live: ten agents take up definitions, answer about the past, and lose nothing when killed"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/agents_check.py $<TARGET_FILE:anemone> $<TARGET_FILE:try_upload>)
  set_tests_properties("live: ten agents take up definitions, answer about the past, and lose nothing when killed"
    PROPERTIES LABELS "live;ebpf" TIMEOUT 300 RUN_SERIAL TRUE)
  add_test(NAME "live: what a kill costs is one reading of the kernel, and the next agent says how much"
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/killed_check.py $<TARGET_FILE:anemone> $<TARGET_FILE:try_upload>)
  set_tests_properties("live: what a kill costs is one reading of the kernel, and the next agent says how much"
    PROPERTIES LABELS "live;ebpf" TIMEOUT 300 RUN_SERIAL TRUE)
endif()

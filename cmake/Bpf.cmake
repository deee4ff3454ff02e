# Compiles src/bpf/*.bpf.c for the kernel's virtual machine and makes each a source of the library anemone_bpf that
# holds its bytes: NAME.bpf.c becomes the function NAME_object() of bpf/programs.h.

find_program(BPF_CLANG NAMES clang clang-14 REQUIRED)
find_path(LIBBPF_INCLUDE bpf/bpf_helpers.h REQUIRED)

file(GLOB programs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/bpf/*.bpf.c)
file(GLOB program_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/bpf/*.h)
set(ANEMONE_GENERATED_bpf "")
foreach(program IN LISTS programs)
  get_filename_component(name ${program} NAME)
  string(REPLACE ".bpf.c" "" name ${name})
  set(object ${CMAKE_BINARY_DIR}/bpf/${name}.bpf.o)
  set(embedded ${CMAKE_BINARY_DIR}/bpf/${name}_object.cpp)
  add_custom_command(OUTPUT ${object}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/bpf
    COMMAND ${BPF_CLANG} -target bpf -O2 -g -Wall -Wextra -Werror -fdebug-prefix-map=${PROJECT_SOURCE_DIR}=.
            -I${PROJECT_SOURCE_DIR}/src -isystem ${LIBBPF_INCLUDE} -isystem /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
            -c ${program} -o ${object}
    DEPENDS ${program} ${program_headers} VERBATIM)
  add_custom_command(OUTPUT ${embedded}
    COMMAND ${CMAKE_COMMAND} -DOBJECT=${object} -DNAME=${name} -DOUT=${embedded}
            -P ${PROJECT_SOURCE_DIR}/cmake/EmbedObject.cmake
    DEPENDS ${object} ${PROJECT_SOURCE_DIR}/cmake/EmbedObject.cmake VERBATIM)
  list(APPEND ANEMONE_GENERATED_bpf ${embedded})
endforeach()

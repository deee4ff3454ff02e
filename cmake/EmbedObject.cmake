# Writes OUT, a C++ source whose function NAME_object() answers the bytes of OBJECT.
file(READ ${OBJECT} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
file(WRITE ${OUT} "#include \"bpf/programs.h\"

namespace anemone {

std::span<const unsigned char> ${NAME}_object() {
  alignas(8) static constexpr unsigned char kBytes[] = {${bytes}};
  return kBytes;
}

}  // namespace anemone
")

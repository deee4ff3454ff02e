// The programs for the kernel, compiled at build time and carried inside our own binary: nothing to install,
// nothing to go missing.
#pragma once

#include <span>

namespace anemone {

// egress_guard.bpf.c as an ELF object, for libbpf.
std::span<const unsigned char> egress_guard_object();
// host_capture.bpf.c
std::span<const unsigned char> host_capture_object();

}  // namespace anemone

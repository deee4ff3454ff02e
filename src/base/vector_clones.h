// ANEMONE_VECTOR_CLONES before a function: g++ compiles it for wider vector registers too, and the loader
// takes what the processor has. Elsewhere, and under sanitizers (whose runtime is not there yet when the
// loader chooses), it is compiled once.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define ANEMONE_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define ANEMONE_VECTOR_CLONES
#endif

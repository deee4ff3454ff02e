// LSAs as evidence: a line for the header, and the bytes in hex.
#pragma once

#include <string>

#include "history/routing_event.h"
#include "lsdb/lsa_log.h"

namespace anemone {

// "router 10.0.0.1 by 10.0.0.1 in area 0.0.0.0, sequence 0x80000005, age 1 s, checksum 0x1234, 48 bytes"
std::string print_lsa_header(const LsdbKey& key, const StoredLsa& stored);
std::string print_hex(Bytes bytes);

// Indented lines: when it was heard and by whom, what it was before and is after, with their bytes.
std::string print_evidence_text(const LsaNews& lsa, const LsaLog& log);

}  // namespace anemone

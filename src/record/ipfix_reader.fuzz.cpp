// Any bytes as a file of messages: what is read of it can be written, and reads back the same.
#include "record/ipfix_reader.h"

#include <cstdlib>

#include "record/ipfix_writer.h"

using namespace anemone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  RecordNames names;
  std::vector<FlowRecord> read;
  IpfixReader reader;
  (void)reader.read({data, size}, names, read);
  std::vector<std::uint8_t> file;
  IpfixWriter writer({.message_bytes_max = 65'535});
  const auto facts = reader.take_host_facts();
  for (const HostFacts& one : facts) {
    writer.write_host_facts(one, Time{},
                            [&](Bytes message) { file.insert(file.end(), message.begin(), message.end()); });
  }
  writer.write(read, names, Time{},
               [&](Bytes message) { file.insert(file.end(), message.begin(), message.end()); });
  if (read.empty() || writer.names_cut() > 0) return 0;
  RecordNames again_names;
  std::vector<FlowRecord> again;
  IpfixReader second;
  if (!second.read(file, again_names, again) || again.size() != read.size()) std::abort();
  const auto facts_again = second.take_host_facts();
  if (facts_again.size() != facts.size()) std::abort();
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (facts[i].name.size() < 255 && facts[i] != facts_again[i]) std::abort();
  }
  for (std::size_t i = 0; i < read.size(); ++i) {
    FlowRecord& record = again[i];
    // Numbers of names differ with the order in which they were met.
    record.origin.owner = read[i].origin.owner;
    record.origin.application = read[i].origin.application;
    record.origin.tunnel = read[i].origin.tunnel;
    if (record.nat.valid() != read[i].nat.valid()) std::abort();
    if (record.nat.valid() && again_names.nats[record.nat] != names.nats[read[i].nat]) std::abort();
    record.nat = read[i].nat;
    if (record != read[i]) std::abort();
  }
  return 0;
}

// Any bytes as an event file, and as the inside of a block with its checksum in order.
#include "flow/event_file.h"

using namespace anemone;

namespace {

void read_all(Bytes bytes) {
  RecordNames names;
  EventFileReader file(bytes, names);
  std::vector<ArchivedEvent> events;
  while (file.next({Time{}, Time::max()}, events)) {
    for (const ArchivedEvent& event : events) (void)file.micro_flow(event);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  read_all(bytes);
  if (size < 2) return 0;
  std::vector<std::uint8_t> file;
  RecordNames names;
  EventFileWriter begin(names);
  begin.add({}, {}, file);
  // Two blocks, so that the second one refers to words of the first.
  const std::size_t cut = 1 + data[0] % (size - 1);
  EventBlock block;
  for (const Bytes payload : {bytes.subspan(1, cut - 1), bytes.subspan(cut)}) {
    block.events = static_cast<std::uint32_t>(payload.size() / 7);
    if (data[0] % 2 == 0) block.events /= 4;
    block.last = time_from_micros(1'700'000'000'000'000);
    block.payload = payload;
    append_event_block(block, file);
  }
  read_all(file);
  return 0;
}

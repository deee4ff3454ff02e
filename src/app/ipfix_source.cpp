#include "app/ipfix_source.h"

#include <vector>

#include "io/file.h"
#include "record/ipfix_reader.h"

namespace anemone {

bool is_ipfix_file(const std::string& path) {
  if (path == "-") return false;
  auto file = FileReader::open(path);
  if (!file) return false;
  const auto head = file->peek(16);
  return head && head->size() >= 16 && ipfix_message_length(*head) > 0;
}

Result<void> read_ipfix_file(const std::string& path, RecordNames& names,
                             const std::function<void(std::span<const FlowRecord>)>& on_records) {
  auto file = FileReader::open(path);
  if (!file) return file.error();
  IpfixReader reader;
  std::vector<FlowRecord> records;
  Result<void> problem;
  for (;;) {
    const std::string where = path + ": message at byte " + std::to_string(file->offset());
    const auto head = file->peek(4);
    if (!head) return head.error();
    if (head->empty()) break;
    const std::size_t length = ipfix_message_length(*head);
    if (length == 0) return Error{where + ": not IPFIX; what follows is not read"};
    const auto message = file->peek(length);
    if (!message) return message.error();
    if (message->size() < length) return Error{where + ": cut short"};
    records.clear();
    if (auto read = reader.read(message->first(length), names, records); !read && problem) {
      problem = Error{where + read.error().message.substr(read.error().message.find(": "))};
    }
    on_records(records);
    if (auto moved = file->skip(length); !moved) return moved.error();
  }
  return problem;
}

}  // namespace anemone

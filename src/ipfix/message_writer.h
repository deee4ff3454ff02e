// A MessageWriter makes IPFIX messages of at most `bytes_max` bytes: header, sets, templates and records.
//
// Templates are said before the first record that needs them, and again after say_templates_again(), as UDP
// wants; over TCP and in files once is enough. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "ipfix/message.h"
#include "ipfix/template.h"

namespace anemone::ipfix {

class MessageWriter {
 public:
  using Send = std::function<void(Bytes message)>;

  MessageWriter(std::uint32_t domain, std::size_t bytes_max);

  // Room for a record of `layout` of at most `record_max` bytes; the message goes to `send` first when it is
  // full. Write the record to the writer that it gives, then call added(). REQUIRES: the record and the
  // template fit into a message.
  ByteWriter& begin_record(const Template& layout, std::size_t record_max, Time export_time,
                           const Send& send);
  void added();
  // A template, whether it is needed or not.
  void say(const Template& layout, Time export_time, const Send& send);

  // Sends what there is.
  void flush(Time export_time, const Send& send);

  void say_templates_again() { said_.clear(); }
  // Of messages that were sent and of the one that was begun, options records too.
  std::uint64_t records() const { return records_; }

 private:
  void open_set(std::uint16_t id);
  void close_set();
  void say(const Template& layout);

  std::uint32_t domain_;
  std::size_t bytes_max_;
  ByteWriter out_;
  std::set<std::uint16_t> said_;
  std::uint16_t set_id_ = 0;      // that is open; 0: none
  std::size_t set_at_ = 0;        // where it begins
  std::uint32_t sequence_ = 0;    // of the next message
  std::uint32_t in_message_ = 0;  // data records in this one
  std::uint64_t records_ = 0;
};

// The bytes of a template record (RFC 7011 section 3.4).
std::size_t template_size(const Template& layout);

}  // namespace anemone::ipfix

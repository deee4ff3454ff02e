#include "ipfix/message_writer.h"

#include <algorithm>
#include <cassert>

namespace anemone::ipfix {
namespace {

void put_u16(std::vector<std::uint8_t>& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

void put_u32(std::vector<std::uint8_t>& bytes, std::size_t at, std::uint32_t value) {
  put_u16(bytes, at, static_cast<std::uint16_t>(value >> 16));
  put_u16(bytes, at + 2, static_cast<std::uint16_t>(value));
}

}  // namespace

std::size_t template_size(const Template& layout) {
  std::size_t size = layout.is_options() ? 6 : 4;
  for (const Field& field : layout.fields) size += field.element.enterprise != 0 ? 8 : 4;
  return size;
}

MessageWriter::MessageWriter(std::uint32_t domain, std::size_t bytes_max)
    : domain_(domain), bytes_max_(std::clamp<std::size_t>(bytes_max, 512, 65'535)) {
  out_.bytes().reserve(bytes_max_);
}

ByteWriter& MessageWriter::begin_record(const Template& layout, std::size_t record_max, Time export_time,
                                        const Send& send) {
  std::size_t need = record_max;
  if (layout.id != set_id_) need += kSetHeaderSize;
  if (!said_.contains(layout.id)) need += template_size(layout) + kSetHeaderSize;
  assert(kHeaderSize + need <= bytes_max_);
  if (out_.size() + need > bytes_max_) flush(export_time, send);
  if (out_.size() == 0) out_.bytes().resize(kHeaderSize);
  if (!said_.contains(layout.id)) say(layout);
  if (layout.id != set_id_) open_set(layout.id);
  return out_;
}

void MessageWriter::added() {
  assert(out_.size() <= bytes_max_);
  ++in_message_;
  ++records_;
}

void MessageWriter::say(const Template& layout, Time export_time, const Send& send) {
  if (out_.size() + kSetHeaderSize + template_size(layout) > bytes_max_) flush(export_time, send);
  if (out_.size() == 0) out_.bytes().resize(kHeaderSize);
  say(layout);
}

void MessageWriter::say(const Template& layout) {
  open_set(layout.is_options() ? kOptionsTemplateSet : kTemplateSet);
  out_.u16(layout.id);
  out_.u16(static_cast<std::uint16_t>(layout.fields.size()));
  if (layout.is_options()) out_.u16(layout.scope_fields);
  for (const Field& field : layout.fields) {
    const bool own = field.element.enterprise != 0;
    out_.u16(static_cast<std::uint16_t>(field.element.id | (own ? 0x8000 : 0)));
    out_.u16(field.length);
    if (own) out_.u32(field.element.enterprise);
  }
  close_set();
  said_.insert(layout.id);
}

void MessageWriter::open_set(std::uint16_t id) {
  close_set();
  set_id_ = id;
  set_at_ = out_.size();
  out_.u16(id);
  out_.u16(0);
}

void MessageWriter::close_set() {
  if (set_id_ == 0) return;
  put_u16(out_.bytes(), set_at_ + 2, static_cast<std::uint16_t>(out_.size() - set_at_));
  set_id_ = 0;
}

void MessageWriter::flush(Time export_time, const Send& send) {
  if (out_.size() == 0) return;
  close_set();
  auto& bytes = out_.bytes();
  put_u16(bytes, 0, kVersion10);
  put_u16(bytes, 2, static_cast<std::uint16_t>(bytes.size()));
  put_u32(bytes, 4, static_cast<std::uint32_t>(micros(export_time) / 1'000'000));
  put_u32(bytes, 8, sequence_);
  put_u32(bytes, 12, domain_);
  sequence_ += in_message_;
  in_message_ = 0;
  send(bytes);
  bytes.clear();
}

}  // namespace anemone::ipfix

// RecordColumns say which columns records have under a flow definition, and write them: what is in its key,
// and the totals. For whoever shows flows of a definition of their own; `anemone flows` as it stands has
// record_text.h.
//
// Keys are those of docs/formats/flows.md, and the names: process, executable, user, unit, container, app,
// pid, interface, direction, tunnel, outer_src, outer_dst, tunnel_id, srtt_us, retransmits. An address of
// which only some bits are kept is a network: "10.1.2.0/24". In JSON a name that is not known is left out, in
// CSV and tables it is empty.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/record_names.h"
#include "flow/flow_definition.h"
#include "record/flow_record.h"

namespace anemone {

class RecordColumns {
 public:
  // `names` must outlive the columns, and may grow.
  RecordColumns(const FlowDefinition& definition, const RecordNames& names);

  std::vector<std::string> heads() const;
  // As many as heads().
  std::vector<std::string> cells(const FlowRecord& record) const;

  void append_json(const FlowRecord& record, std::string& out) const;  // an object
  void append_csv_head(std::string& out) const;                        // a line
  void append_csv(const FlowRecord& record, std::string& out) const;

 private:
  using Value = std::function<std::string(const FlowRecord&)>;
  enum class Kind : unsigned char { kNumber, kText };
  struct Column {
    std::string_view head;
    Kind kind;
    Value value;
  };

  void add(std::string_view head, Kind kind, Value value) {
    columns_.push_back({head, kind, std::move(value)});
  }
  void add_key(const FlowDefinition& definition);
  void add_origin(const FlowDefinition& definition, const RecordNames& names);
  void add_tunnel(const RecordNames& names);
  void add_totals();

  std::vector<Column> columns_;
};

// `text` in quotes; what is no UTF-8 becomes U+FFFD.
void append_json_text(std::string_view text, std::string& out);

}  // namespace anemone

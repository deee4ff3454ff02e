#include "record/record_columns.h"

#include <doctest/doctest.h>

namespace anemone {
namespace {

struct Example {
  Example() {
    record.start = record.end = time_from_micros(1'700'000'000'000'000);
    record.key = {Ipv4{0x0a010200}, Ipv4{0x0a000001}, 40000, 443, 6, Direction::kOut};
    record.packets = 3;
    record.bytes = 400;
    record.origin.owner = names.owners.intern({"my \"prog\", v2", "", "root", "", ""});
    record.origin.tunnel = names.tunnels.intern({"vxlan", "", Ipv4{1}, {}, 42});
  }
  std::string json(const char* definition) const {
    std::string text;
    RecordColumns(*parse_flow_definition(definition), names).append_json(record, text);
    return text;
  }
  std::string csv(const char* definition) const {
    const RecordColumns columns(*parse_flow_definition(definition), names);
    std::string text;
    columns.append_csv_head(text);
    columns.append_csv(record, text);
    return text;
  }

  RecordNames names;
  FlowRecord record;
};

}  // namespace

TEST_CASE("a record has the columns of its definition's key, and the totals") {
  Example e;
  CHECK(e.json("key src/24 dport process") ==
        R"({"start":"2023-11-14T22:13:20Z","end":"2023-11-14T22:13:20Z","src":"10.1.2.0/24","dport":443,)"
        R"("process":"my \"prog\", v2","packets":3,"bytes":400,"tcp_flags":0,"retransmits":0})");
  CHECK(e.csv("key process user unit") ==
        "start,end,process,user,unit,packets,bytes,tcp_flags,srtt_us,retransmits\n"
        "2023-11-14T22:13:20Z,2023-11-14T22:13:20Z,\"my \"\"prog\"\", v2\",root,,3,400,0,,0\n");
  CHECK(e.json("key tunnel").find(R"("tunnel":"vxlan","outer_src":"0.0.0.1","tunnel_id":42,)") !=
        std::string::npos);
}

TEST_CASE("what no program owns is named where an owner is asked for") {
  Example e;
  e.record.origin.owner = kKernelOwner;
  CHECK(e.json("key user unit").find("\"user\":\"(kernel)\",\"packets\"") != std::string::npos);
  CHECK(e.json("key process user").find("\"process\":\"(kernel)\",\"packets\"") != std::string::npos);
}

TEST_CASE("ICMP has a type and a code where the key has protocol and port") {
  Example e;
  e.record.key.protocol = 1;
  e.record.key.dst_port = 0x0301;
  CHECK(e.json("key proto ports").find(R"("sport":40000,"dport":0,"proto":1,"icmp_type":3,"icmp_code":1,)") !=
        std::string::npos);
  CHECK(e.json("key dport").find(R"("dport":769,)") != std::string::npos);
}

TEST_CASE("text in JSON is UTF-8 whatever a program calls itself") {
  std::string out;
  append_json_text("a\"\\\n\xc3\xa4\xff\xc3(\xe2\x82", out);
  CHECK(out == "\"a\\\"\\\\\\u000a\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\"");
}

}  // namespace anemone

// make_archive CAPTURE FOLDER: what an agent would keep of a capture's packets, told once a second; port 53 is "dns",
// all else "web". For tests/query_check.py.
#include <cstdio>
#include <map>
#include <vector>

#include "capture/capture_file.h"
#include "flow/event_archive.h"

using namespace anemone;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto file = CaptureFile::open(argv[1]);
  RecordNames names;
  const OwnerId dns = names.owners.intern({"dns", "/usr/sbin/dns", "bind", "dns.service", ""});
  const OwnerId web = names.owners.intern({"web", "/usr/sbin/web", "www-data", "web.service", ""});
  EventArchiveConfig config;
  config.folder = argv[2];
  auto archive = EventArchive::open(config, names);
  if (!file || !archive) return 1;
  std::map<FlowKey, MicroFlow> counted;
  Time second{};
  const auto tell = [&] {
    std::vector<MicroFlow> told;
    for (const auto& [key, micro_flow] : counted) told.push_back(micro_flow);
    counted.clear();
    return (*archive)->add({second, second + 1s}, told).has_value();
  };
  std::vector<Event> events(1024);
  while (const std::size_t count = file->read(events)) {
    for (const Event& event : std::span(events).first(count)) {
      if (second == Time{}) second = slice_start(event.time, 1s);
      for (; event.time >= second + 1s; second += 1s) {
        if (!tell()) return 1;
      }
      auto [entry, is_new] = counted.try_emplace(event.key);
      MicroFlow& micro_flow = entry->second;
      if (is_new) {
        micro_flow.event = event;
        const bool is_dns = event.key.src_port == 53 || event.key.dst_port == 53;
        micro_flow.origin.owner = is_dns ? dns : web;
        continue;
      }
      micro_flow.lasted_us = static_cast<std::uint32_t>((event.time - micro_flow.event.time).count());
      micro_flow.event.packets += event.packets;
      micro_flow.event.bytes += event.bytes;
      micro_flow.event.tcp_flags |= event.tcp_flags;
    }
  }
  return tell() ? 0 : 1;
}

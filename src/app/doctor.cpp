// `anemone doctor`: why OSPF routers do not become neighbours; what this machine can do.
#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/doctor_machine.h"
#include "app/key_options.h"
#include "base/text.h"
#include "capture/capture_file.h"
#include "capture/whole_packet.h"
#include "io/clock.h"
#include "io/packet_interface.h"
#include "io/poller.h"
#include "lsdb/adjacency_advice.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

struct DoctorOptions {
  std::vector<std::string> sources;
  std::vector<std::string> interfaces;
  std::string listen_for = "40s";
  KeyOptions keys;
  std::string format = "text";
};

// A link, and what was heard on it.
struct Patient {
  std::string name;
  OspfSpeakers speakers;
};

void hear(Time time, const IpPacket& ip, WholePacket& whole, OspfSpeakers& speakers) {
  const IpPacket* packet = whole.find(time, ip);
  if (packet != nullptr) speakers.on_packet({time, packet->src, packet->dst, packet->payload});
}

// Each interface of a capture is a link of its own.
Result<void> read_capture(const std::string& path, const ospf::AuthKeys& keys,
                          std::vector<Patient>& patients) {
  auto file = CaptureFile::open(path);
  if (!file) return file.error();
  std::map<std::uint32_t, OspfSpeakers> links;
  WholePacket whole(ospf::kIpProtocol);
  while (const CapturedPacket* packet = file->next()) {
    hear(packet->time, packet->ip, whole, links.try_emplace(packet->interface, keys).first->second);
  }
  if (file->problem()) fmt::print(stderr, "anemone doctor: {}\n", file->problem()->message);
  std::erase_if(links, [](const auto& link) { return link.second.packets() == 0; });
  if (links.empty()) return Error{path + ": no OSPF packet in any link type or tunnel that is looked into"};
  const bool several = links.size() > 1;
  for (auto& [interface, speakers] : links) {
    patients.push_back(
        {several ? fmt::format("{}, interface {}", path, interface) : path, std::move(speakers)});
  }
  return {};
}

// Hears on the interfaces for a time; nothing is sent.
Result<void> listen(const DoctorOptions& options, const ospf::AuthKeys& keys,
                    std::vector<Patient>& patients) {
  struct Ear {
    PacketInterface interface;
    WholePacket whole;
    OspfSpeakers speakers;
  };
  const auto listen_for = parse_duration(options.listen_for);
  if (!listen_for) return listen_for.error().in("--for");
  auto stop = StopSignals::open();
  if (!stop) return stop.error();
  Poller poller;
  poller.watch(stop->fd());
  std::map<int, Ear> ears;
  for (const std::string& name : options.interfaces) {
    auto facts = interface_facts(name);
    if (!facts) return facts.error();
    auto opened = PacketInterface::open(*facts, {.own_too = true});
    if (!opened) return opened.error();
    const int fd = opened->fd();
    poller.watch(fd);
    ears.emplace(fd, Ear{std::move(*opened), WholePacket(ospf::kIpProtocol), OspfSpeakers(keys)});
  }
  SteadyClock clock;
  bool stopped = false;
  for (const Time end = clock.now() + *listen_for; !stopped && clock.now() < end;) {
    for (const int fd : poller.wait(std::min<Duration>(1s, end - clock.now()))) {
      if (fd == stop->fd()) stopped = true;
      if (!ears.contains(fd)) continue;
      Ear& ear = ears.at(fd);
      auto read = ear.interface.read([&](const HeardFrame& frame) {
        IpPacket ip;
        const auto length = static_cast<std::uint32_t>(frame.bytes.size());
        if (frame.protocol != kEtherIpv4 || read_ip(frame.bytes, length, 4, ip) != IpRead::kOk) return;
        hear(frame.time, ip, ear.whole, ear.speakers);
      });
      if (!read) return read.error();
    }
  }
  auto name = options.interfaces.begin();
  for (auto& [fd, ear] : ears) patients.push_back({*name++, std::move(ear.speakers)});
  return {};
}

Json finding_json(const AdjacencyFinding& finding) {
  const AdjacencyAdvice advice = advise(finding);
  Json sides = Json::array();
  for (const FindingSide& side : finding.sides) {
    Json who = Json::array();
    for (const SpeakerKey& speaker : side.who) {
      who.push_back({{"address", print_address(speaker.address)},
                     {"router", print_address(speaker.router)},
                     {"area", print_area(speaker.area)}});
    }
    sides.push_back({{"says", side.says}, {"who", std::move(who)}});
  }
  return {{"ailment", print_ailment(finding.ailment)},
          {"title", advice.title},
          {"sides", std::move(sides)},
          {"from", print_time(finding.from)},
          {"until", print_time(finding.until)},
          {"over", finding.over},
          {"why", advice.why},
          {"mend", advice.mend},
          {"frr", advice.frr},
          {"cisco", advice.cisco}};
}

void print_commands(const char* whose, const std::string& commands) {
  if (commands.empty()) return;
  bool first = true;
  for (std::string_view line : split(commands, '\n')) {
    fmt::print("    {:<7}{}\n", first ? whose : "", line);
    first = false;
  }
}

void print_finding(const AdjacencyFinding& finding) {
  const AdjacencyAdvice advice = advise(finding);
  fmt::print("\n  {}{}\n", advice.title, finding.over ? " (until " + print_time(finding.until) + ")" : "");
  for (const FindingSide& side : finding.sides) {
    std::string who;
    for (const SpeakerKey& speaker : side.who) who += (who.empty() ? "" : ", ") + print_speaker(speaker);
    fmt::print("    {}{}{}\n", side.says, who.empty() ? "" : ": ", who);
  }
  fmt::print("    {}\n    Mend: {}\n", advice.why, advice.mend);
  print_commands("FRR", advice.frr);
  print_commands("Cisco", advice.cisco);
}

// Whether anything is wrong now.
bool print_patient(const Patient& patient) {
  const auto findings = diagnose(patient.speakers);
  const std::size_t speakers = patient.speakers.speakers().size();
  fmt::print("{}: {} OSPF packets, {} {}\n", patient.name, patient.speakers.packets(), speakers,
             speakers == 1 ? "router" : "routers");
  bool wrong = false;
  for (const AdjacencyFinding& finding : findings) {
    print_finding(finding);
    wrong = wrong || !finding.over;
  }
  if (findings.empty() && speakers == 1) {
    fmt::print("  only {} speaks: nobody else is on this link, or nobody else runs OSPF here\n",
               print_speaker(patient.speakers.speakers().begin()->first));
  } else if (findings.empty() && speakers == 0) {
    fmt::print("  nobody said hello\n");
  } else if (findings.empty()) {
    fmt::print("  nothing is wrong that can be seen here\n");
  }
  if (patient.speakers.beyond_limits() > 0) {
    fmt::print("  {} packets were more than can be remembered\n", patient.speakers.beyond_limits());
  }
  return wrong;
}

int examine(const std::vector<Patient>& patients, const std::string& format) {
  bool wrong = false;
  if (format == "text") {
    for (const Patient& patient : patients) wrong = print_patient(patient) || wrong;
    return wrong ? kFailed : kDone;
  }
  Json links = Json::array();
  for (const Patient& patient : patients) {
    Json findings = Json::array();
    for (const AdjacencyFinding& finding : diagnose(patient.speakers)) {
      wrong = wrong || !finding.over;
      findings.push_back(finding_json(finding));
    }
    links.push_back({{"link", patient.name},
                     {"packets", patient.speakers.packets()},
                     {"speakers", patient.speakers.speakers().size()},
                     {"findings", std::move(findings)}});
  }
  const Json answer = {{"links", std::move(links)}};
  fmt::print("{}\n", answer.dump(-1, ' ', false, Json::error_handler_t::replace));
  return wrong ? kFailed : kDone;
}

int examine_machine(const std::string& format) {
  bool wrong = false;
  Json all = Json::array();
  for (const MachineCheck& check : check_machine()) {
    wrong = wrong || check.result == CheckResult::kBad;
    all.push_back({{"check", check.name},
                   {"result", print_check_result(check.result)},
                   {"finding", check.finding},
                   {"mend", check.mend}});
    if (format != "text") continue;
    fmt::print("{:<5}{}: {}\n", print_check_result(check.result), check.name, check.finding);
    if (!check.mend.empty()) fmt::print("     Mend: {}\n", check.mend);
  }
  if (format != "text") {
    const Json answer = {{"machine", std::move(all)}};
    fmt::print("{}\n", answer.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return wrong ? kFailed : kDone;
}

int fail(const Error& error) {
  fmt::print(stderr, "anemone doctor: {}\n", error.message);
  return kFailed;
}

}  // namespace

int doctor(int argc, char** argv) {
  DoctorOptions options;
  Arguments arguments(
      "doctor",
      "Why OSPF routers on a link do not become neighbours, who says what, and how to mend it: from "
      "captures, or\nlistening (nothing is sent). Without a source: what this machine can do. Exit "
      "code 1 when something is wrong.");
  arguments.positional("SOURCE", options.sources, "captures made on links", Need::kOptional);
  arguments.option("--interface", options.interfaces, "listen here; may be given several times");
  arguments.option("--for", options.listen_for, "how long to listen: no less than the dead interval");
  options.keys.declare(arguments);
  arguments.choice("--format", options.format, {"text", "json"}, "how to print");
  if (const auto code = arguments.parse(argc, argv)) return *code;
  if (options.sources.empty() && options.interfaces.empty()) return examine_machine(options.format);

  const auto keys = options.keys.read();
  if (!keys) return fail(keys.error());
  std::vector<Patient> patients;
  for (const std::string& path : options.sources) {
    if (auto read = read_capture(path, *keys, patients); !read) return fail(read.error());
  }
  if (!options.interfaces.empty()) {
    if (auto heard = listen(options, *keys, patients); !heard) return fail(heard.error());
  }
  return examine(patients, options.format);
}

}  // namespace anemone

// ApplicationRules say which application traffic belongs to: by its program, its place and its ports.
//
// Text, one rule a line; the first that holds wins:
//
//   # NAME: CONDITION VALUE[,VALUE...] CONDITION VALUE...
//   backup: process rsync,borg peer 10.9.0.0/16
//   "mail filter": unit amavis*.service
//   $unit: unit *.service protocol tcp
//   $port: protocol tcp,udp
//
// All conditions of a rule must hold, of a condition's values one. Conditions are process, executable, unit,
// user, container (with * for anything), protocol, port (on either side), local-port, remote-port (numbers or
// 8000-8099), peer (prefixes). The name may be $process, $executable, $unit, $user, $container (the owner's
// own, where it has one) or $port (the well-known port's, where it has one). Quotes hold names with blanks.
//
// Grammar and the rules that are built in: docs/application-rules.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/prefix.h"

namespace anemone {

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  bool contains(std::uint16_t port) const { return port >= first && port <= last; }
};

// Which of an owner's names: a place in OwnerPatterns and in names.
enum class OwnerField : std::uint8_t { kProcess, kExecutable, kUser, kUnit, kContainer };

struct ApplicationRule {
  struct OwnerPattern {  // one condition: any of `globs` fits
    OwnerField field{};
    std::vector<std::string> globs;
  };
  enum class Naming : std::uint8_t { kText, kOwner, kPort };

  Naming naming = Naming::kText;
  std::string name;        // kText
  OwnerField name_from{};  // kOwner
  std::vector<OwnerPattern> owner;
  // Empty: any.
  std::vector<std::uint8_t> protocols;
  std::vector<PortRange> ports;
  std::vector<PortRange> local_ports;
  std::vector<PortRange> remote_ports;
  std::vector<Prefix> peers;

  bool by_owner_only() const {
    return protocols.empty() && ports.empty() && local_ports.empty() && remote_ports.empty() && peers.empty();
  }
};

struct ApplicationRules {
  std::vector<ApplicationRule> rules;
};

// An error names line and column of the first thing that cannot be read.
Result<ApplicationRules> parse_application_rules(std::string_view text);

// What anemone knows by itself, as text; meant to stand after the operator's own.
std::string_view built_in_application_rules();

// True if `text` is `glob`, in which each * stands for anything.
bool fits_glob(std::string_view glob, std::string_view text);

}  // namespace anemone

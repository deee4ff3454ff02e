#include "host/application_rules.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace anemone;

namespace {

std::string error_of(std::string_view text) {
  const auto rules = parse_application_rules(text);
  return rules ? "none" : rules.error().message;
}

}  // namespace

TEST_CASE("a rule has a name and conditions with values") {
  const auto rules = parse_application_rules(
      "# ours\n"
      "\n"
      "backup: process rsync,borg  peer 10.9.0.0/16, 2001:db8::/32 # nightly\n"
      "\"mail filter\": unit \"amavis *.service\" protocol tcp,17 port 10024-10026\r\n"
      "$unit: unit *\n"
      "$port:\n");
  REQUIRE(rules);
  REQUIRE(rules->rules.size() == 4);
  const ApplicationRule& backup = rules->rules[0];
  CHECK(backup.name == "backup");
  REQUIRE(backup.owner.size() == 1);
  CHECK(backup.owner[0].globs == std::vector<std::string>{"rsync", "borg"});
  CHECK(backup.peers.size() == 2);
  CHECK(!backup.by_owner_only());
  const ApplicationRule& mail = rules->rules[1];
  CHECK(mail.name == "mail filter");
  CHECK(mail.owner[0].globs[0] == "amavis *.service");
  CHECK(mail.protocols == std::vector<std::uint8_t>{6, 17});
  CHECK(mail.ports[0].contains(10026));
  CHECK(!mail.ports[0].contains(10027));
  CHECK(rules->rules[2].naming == ApplicationRule::Naming::kOwner);
  CHECK(rules->rules[2].name_from == OwnerField::kUnit);
  CHECK(rules->rules[2].by_owner_only());
  CHECK(rules->rules[3].naming == ApplicationRule::Naming::kPort);
}

TEST_CASE("what cannot be read is named with its line and column") {
  CHECK(error_of("\n\nweb process nginx") ==
        "line 3, column 4: a ':' is missing after the application's name");
  CHECK(error_of("web: proces nginx")
            .starts_with("line 1, column 6: 'proces' is no condition; there are process,"));
  CHECK(error_of("web: port 80,http") == "line 1, column 14: 'http' is neither a port nor a range of them");
  CHECK(error_of("web: port 65536") == "line 1, column 11: '65536' is neither a port nor a range of them");
  CHECK(error_of("web: port 90-80") == "line 1, column 11: '90-80' is neither a port nor a range of them");
  CHECK(error_of("web: protocol tpc") == "line 1, column 15: 'tpc' is no protocol");
  CHECK(error_of("web: peer 10.0.0.0/33").starts_with("line 1, column 11: "));
  CHECK(error_of("web: process").starts_with("line 1, column 13: something is missing here"));
  CHECK(error_of("web: process nginx,").starts_with("line 1, column 20: something is missing here"));
  CHECK(error_of("web: process \"nginx").starts_with("line 1, column 14: the quotes are not closed"));
  CHECK(error_of("$cmd: process x").starts_with("line 1, column 1: '$cmd' is none of $process,"));
  CHECK(error_of("web: port 80 port 443") == "line 1, column 14: 'port' stands here for the second time");
  CHECK(error_of(": port 80").starts_with("line 1, column 1: something is missing here"));
}

TEST_CASE("a star stands for anything, nothing included") {
  CHECK(fits_glob("nginx", "nginx"));
  CHECK(!fits_glob("nginx", "nginx2"));
  CHECK(!fits_glob("nginx2", "nginx"));
  CHECK(fits_glob("*", ""));
  CHECK(fits_glob("", ""));
  CHECK(!fits_glob("", "a"));
  CHECK(fits_glob("kube*", "kube"));
  CHECK(fits_glob("*.service", "a.service"));
  CHECK(fits_glob("/usr/*/python3*", "/usr/local/bin/python3.11"));
  CHECK(fits_glob("a*b*c", "aXbYbZc"));
  CHECK(!fits_glob("a*b*c", "aXbYbZ"));
  CHECK(fits_glob("**a", "bba"));
}

TEST_CASE("the rules that are built in can be read, also after an operator's own") {
  CHECK(parse_application_rules(built_in_application_rules()));
  CHECK(parse_application_rules("web: port 80\n" + std::string(built_in_application_rules())));
}

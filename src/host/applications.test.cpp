#include "host/applications.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace anemone;

namespace {

constexpr std::uint8_t kIcmpNumber = 1;
constexpr std::uint8_t kTcpNumber = 6;
constexpr std::uint8_t kUdpNumber = 17;

struct Rules {
  explicit Rules(std::string_view text) : applications(owners, names, *parse_application_rules(text)) {}

  std::string of(const Owner& owner, const HostFlow& flow) {
    const ApplicationId id = applications.application_of(owners.intern(owner), flow);
    return id.valid() ? names[id] : "-";
  }

  OwnerTable owners;
  NameTable<ApplicationId> names;
  Applications applications;
};

Owner program(const std::string& process, const std::string& unit = {}, const std::string& user = {}) {
  return {process, "/usr/bin/" + process, user, unit, ""};
}

HostFlow tcp(std::uint16_t local, std::uint16_t remote, std::string_view peer = "10.0.0.9") {
  return {kTcpNumber, local, remote, *parse_address(peer)};
}

}  // namespace

TEST_CASE("the first rule that holds names the application, and all its conditions count") {
  Rules rules(R"(
    backup: process rsync peer 10.9.0.0/16,2001:db8::/32
    web: process nginx,apache2 local-port 80,443
    proxied: process nginx remote-port 8000-8099
    web-odd: process nginx
    bulk: user backup
    admin: port 22
  )");
  CHECK(rules.of(program("rsync"), tcp(40000, 873, "10.9.1.1")) == "backup");
  CHECK(rules.of(program("rsync"), tcp(40000, 873, "2001:db8::7")) == "backup");
  CHECK(rules.of(program("rsync"), tcp(40000, 873, "10.8.1.1")) == "-");
  CHECK(rules.of(program("nginx"), tcp(443, 50000)) == "web");
  CHECK(rules.of(program("nginx"), tcp(50000, 443)) == "web-odd");
  CHECK(rules.of(program("nginx"), tcp(50000, 8080)) == "proxied");
  CHECK(rules.of(program("curl"), tcp(50000, 8080)) == "-");
  CHECK(rules.of(program("tar", "", "backup"), tcp(1, 2)) == "bulk");
  CHECK(rules.of(program("tar"), tcp(50000, 22)) == "admin");
  CHECK(rules.of(program("tar"), tcp(22, 50000)) == "admin");
}

TEST_CASE("an application may be named as its owner or its port is, where these have a name") {
  Rules rules(R"(
    $unit: unit *.service
    $container: container *
    $port: protocol tcp
    $process:
  )");
  CHECK(rules.of(program("nginx", "nginx.service"), tcp(80, 50000)) == "nginx.service");
  CHECK(rules.of(program("bash", "session-1.scope"), tcp(50000, 443)) == "https");
  CHECK(rules.of(program("bash"), tcp(50000, 50001)) == "bash");
  CHECK(rules.of({"x", "", "", "", "0123456789ab"}, tcp(50000, 443)) == "0123456789ab");
  CHECK(rules.of(program("bash"), {kUdpNumber, 50000, 443, {}}) == "bash");
}

TEST_CASE("what is built in knows common programs, and by port those that speak for others") {
  Rules rules(built_in_application_rules());
  CHECK(rules.of(program("sshd"), tcp(2222, 50000)) == "ssh");
  CHECK(rules.of(program("postgres"), tcp(5999, 50000)) == "postgres");
  CHECK(rules.of(program("curl"), tcp(50000, 443)) == "https");
  CHECK(rules.of(program("python3"), tcp(5432, 50000)) == "postgres");
  CHECK(rules.of(program("smtpd"), tcp(25, 50000)) == "smtp");
  CHECK(rules.of(program("(kernel)"), {kIcmpNumber, 0, 2048, {}}) == "icmp");
  CHECK(rules.of(program("python3"), tcp(50001, 50000)) == "-");
}

TEST_CASE("without rules nothing has an application, and an owner that comes late is no surprise") {
  Rules rules("");
  CHECK(rules.of(program("a"), tcp(1, 2)) == "-");
  Rules some("x: process b");
  for (int i = 0; i < 100; ++i) some.of(program("a" + std::to_string(i)), tcp(1, 2));
  CHECK(some.of(program("b"), tcp(1, 2)) == "x");
}

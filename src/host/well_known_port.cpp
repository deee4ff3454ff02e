#include "host/well_known_port.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "net/protocol_name.h"

namespace anemone {
namespace {

struct NamedPort {
  std::uint16_t port;
  std::string_view name;
};

// Ascending, to be searched. IANA's service names, those that an enterprise's network carries.
constexpr std::array kPorts = std::to_array<NamedPort>({
    {20, "ftp-data"},   {21, "ftp"},          {22, "ssh"},        {23, "telnet"},       {25, "smtp"},
    {53, "dns"},        {67, "dhcp"},         {68, "dhcp"},       {69, "tftp"},         {80, "http"},
    {88, "kerberos"},   {110, "pop3"},        {111, "rpcbind"},   {123, "ntp"},         {135, "msrpc"},
    {137, "netbios"},   {138, "netbios"},     {139, "netbios"},   {143, "imap"},        {161, "snmp"},
    {162, "snmp-trap"}, {179, "bgp"},         {389, "ldap"},      {443, "https"},       {445, "smb"},
    {465, "smtps"},     {500, "ike"},         {514, "syslog"},    {587, "submission"},  {636, "ldaps"},
    {853, "dns-tls"},   {873, "rsync"},       {989, "ftps"},      {990, "ftps"},        {993, "imaps"},
    {995, "pop3s"},     {1194, "openvpn"},    {1433, "mssql"},    {1521, "oracle"},     {1701, "l2tp"},
    {1812, "radius"},   {1883, "mqtt"},       {2049, "nfs"},      {3128, "proxy"},      {3260, "iscsi"},
    {3306, "mysql"},    {3389, "rdp"},        {4500, "ike"},      {4739, "ipfix"},      {4789, "vxlan"},
    {5060, "sip"},      {5201, "iperf3"},     {5353, "mdns"},     {5432, "postgres"},   {5672, "amqp"},
    {6379, "redis"},    {6443, "kubernetes"}, {8000, "http-alt"}, {8080, "http-alt"},   {8443, "https-alt"},
    {9092, "kafka"},    {9100, "printer"},    {9200, "elastic"},  {11211, "memcached"}, {27017, "mongodb"},
});

std::string_view name_of(std::uint16_t port) {
  auto found =
      std::lower_bound(kPorts.begin(), kPorts.end(), port,
                       [](const NamedPort& named, std::uint16_t wanted) { return named.port < wanted; });
  return found != kPorts.end() && found->port == port ? found->name : std::string_view{};
}

// "tcp"; "ip/99" where the protocol has no name.
std::string protocol_word(std::uint8_t protocol) {
  const std::string_view name = protocol_name(protocol);
  return name.empty() ? "ip/" + std::to_string(protocol) : std::string(name);
}

bool has_ports(std::uint8_t protocol) { return protocol == 6 || protocol == 17 || protocol == 132; }

}  // namespace

std::string_view well_known_port(std::uint8_t protocol, PortPair ports) {
  if (!has_ports(protocol)) return {};
  const auto name = name_of(std::min(ports.one, ports.other));
  return name.empty() ? name_of(std::max(ports.one, ports.other)) : name;
}

std::string application_by_port(std::uint8_t protocol, PortPair ports) {
  if (const auto name = well_known_port(protocol, ports); !name.empty()) return std::string(name);
  if (!has_ports(protocol) || (ports.one == 0 && ports.other == 0)) return protocol_word(protocol);
  return protocol_word(protocol) + "/" + std::to_string(std::min(ports.one, ports.other));
}

}  // namespace anemone

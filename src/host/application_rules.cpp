#include "host/application_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "net/protocol_name.h"

namespace anemone {
namespace {

constexpr std::size_t kRulesMax = 10'000;
constexpr std::size_t kValuesMax = 1'000;  // of a condition

struct Token {
  std::string text;
  std::size_t column = 0;  // from 1
  bool quoted = false;
};

struct OwnerWord {
  std::string_view word;
  OwnerField field;
};
constexpr std::array<OwnerWord, 5> kOwnerWords = {{{"process", OwnerField::kProcess},
                                                   {"executable", OwnerField::kExecutable},
                                                   {"user", OwnerField::kUser},
                                                   {"unit", OwnerField::kUnit},
                                                   {"container", OwnerField::kContainer}}};

std::optional<OwnerField> owner_field(std::string_view word) {
  for (const OwnerWord& known : kOwnerWords) {
    if (known.word == word) return known.field;
  }
  return std::nullopt;
}

// One line of rules, read from left to right.
class LineReader {
 public:
  LineReader(std::string_view line, std::size_t number) : line_(line), number_(number) {}

  Result<std::optional<ApplicationRule>> read() {
    skip_blanks();
    if (at_end()) return std::optional<ApplicationRule>{};
    ApplicationRule rule;
    auto name = token(":");
    if (!name) return name.error();
    if (auto named = read_name(*name, rule); !named) return named.error();
    if (at_end() || line_[at_] != ':') return wrong(at_ + 1, "a ':' is missing after the application's name");
    ++at_;
    for (skip_blanks(); !at_end(); skip_blanks()) {
      if (auto done = read_condition(rule); !done) return done.error();
    }
    return std::optional(std::move(rule));
  }

 private:
  bool at_end() const { return at_ >= line_.size() || line_[at_] == '#'; }
  void skip_blanks() {
    while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t' || line_[at_] == '\r')) ++at_;
  }
  Error wrong(std::size_t column, const std::string& what) const {
    return {"line " + std::to_string(number_) + ", column " + std::to_string(column) + ": " + what};
  }
  // A word up to a blank, '#' or one of `ends`; or what stands in quotes.
  Result<Token> token(std::string_view ends) {
    Token token{.text = {}, .column = at_ + 1, .quoted = false};
    if (at_ < line_.size() && line_[at_] == '"') {
      const std::size_t close = line_.find('"', at_ + 1);
      if (close == std::string_view::npos) return wrong(token.column, "the quotes are not closed");
      token.text = line_.substr(at_ + 1, close - at_ - 1);
      token.quoted = true;
      at_ = close + 1;
    } else {
      const std::size_t start = at_;
      while (!at_end() && line_[at_] != ' ' && line_[at_] != '\t' && line_[at_] != '\r' &&
             ends.find(line_[at_]) == std::string_view::npos) {
        ++at_;
      }
      token.text = line_.substr(start, at_ - start);
    }
    if (token.text.empty()) return wrong(token.column, "something is missing here");
    return token;
  }

  Result<void> read_name(const Token& token, ApplicationRule& rule) const {
    rule.name = token.text;
    if (token.quoted || token.text[0] != '$') return {};
    const std::string_view word = std::string_view(token.text).substr(1);
    rule.name.clear();
    if (word == "port") {
      rule.naming = ApplicationRule::Naming::kPort;
      return {};
    }
    const auto field = owner_field(word);
    if (!field) {
      return wrong(token.column,
                   "'" + token.text + "' is none of $process, $executable, $unit, $user, $container, $port");
    }
    rule.naming = ApplicationRule::Naming::kOwner;
    rule.name_from = *field;
    return {};
  }

  Result<std::vector<Token>> values() {
    std::vector<Token> all;
    skip_blanks();
    for (;;) {
      auto value = token(",");
      if (!value) return value.error();
      if (all.size() == kValuesMax) return wrong(value->column, "too many values");
      all.push_back(std::move(*value));
      if (at_end() || line_[at_] != ',') return all;
      ++at_;
      skip_blanks();
    }
  }

  Result<void> read_condition(ApplicationRule& rule) {
    const auto word = token(",");
    if (!word) return word.error();
    if (const auto field = owner_field(word->text)) return read_patterns(*field, rule);
    if (word->text == "protocol") return read_each(rule.protocols, *word, &LineReader::read_protocol);
    if (word->text == "port") return read_each(rule.ports, *word, &LineReader::read_ports);
    if (word->text == "local-port") return read_each(rule.local_ports, *word, &LineReader::read_ports);
    if (word->text == "remote-port") return read_each(rule.remote_ports, *word, &LineReader::read_ports);
    if (word->text == "peer") return read_each(rule.peers, *word, &LineReader::read_peer);
    return wrong(word->column, "'" + word->text +
                                   "' is no condition; there are process, executable, unit, user, container, "
                                   "protocol, port, local-port, remote-port, peer");
  }

  Result<void> read_patterns(OwnerField field, ApplicationRule& rule) {
    auto globs = values();
    if (!globs) return globs.error();
    ApplicationRule::OwnerPattern pattern{.field = field, .globs = {}};
    for (Token& glob : *globs) pattern.globs.push_back(std::move(glob.text));
    rule.owner.push_back(std::move(pattern));
    return {};
  }

  // Conditions on one field twice would have to hold both, and never could as they are meant: say so.
  template <class Value>
  Result<void> read_each(std::vector<Value>& into, const Token& word,
                         Result<Value> (LineReader::*read_one)(const Token&) const) {
    if (!into.empty()) return wrong(word.column, "'" + word.text + "' stands here for the second time");
    const auto all = values();
    if (!all) return all.error();
    for (const Token& one : *all) {
      auto value = (this->*read_one)(one);
      if (!value) return value.error();
      into.push_back(std::move(*value));
    }
    return {};
  }

  Result<std::uint8_t> read_protocol(const Token& token) const {
    const auto number = protocol_number(token.text);
    if (!number) return wrong(token.column, "'" + token.text + "' is no protocol");
    return *number;
  }

  Result<PortRange> read_ports(const Token& token) const {
    const std::string_view text = token.text;
    const std::size_t dash = text.find('-');
    const auto first = parse_u64(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_u64(text.substr(dash + 1));
    if (!first || !last || *last > 65535 || *first > *last) {
      return wrong(token.column, "'" + token.text + "' is neither a port nor a range of them");
    }
    return PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
  }

  Result<Prefix> read_peer(const Token& token) const {
    auto prefix = parse_prefix(token.text);
    if (!prefix) return wrong(token.column, prefix.error().message);
    return *prefix;
  }

  std::string_view line_;
  std::size_t number_;
  std::size_t at_ = 0;
};

}  // namespace

Result<ApplicationRules> parse_application_rules(std::string_view text) {
  ApplicationRules all;
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    auto rule = LineReader(line, ++number).read();
    if (!rule) return rule.error();
    if (!*rule) continue;
    if (all.rules.size() == kRulesMax) {
      return Error{"line " + std::to_string(number) + ": more than " + std::to_string(kRulesMax) + " rules"};
    }
    all.rules.push_back(std::move(**rule));
  }
  return all;
}

bool fits_glob(std::string_view glob, std::string_view text) {
  std::size_t at = 0;
  std::size_t read = 0;
  std::size_t star = std::string_view::npos;
  std::size_t after_star = 0;  // where in the text the last star's share ends, so far
  while (read < text.size()) {
    if (at < glob.size() && glob[at] == '*') {
      star = at++;
      after_star = read;
    } else if (at < glob.size() && glob[at] == text[read]) {
      ++at;
      ++read;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      read = ++after_star;
    } else {
      return false;
    }
  }
  while (at < glob.size() && glob[at] == '*') ++at;
  return at == glob.size();
}

// Programs that say what they do; the rest by port. Programs that speak for others (curl, java, a browser)
// are not here: of these the port says more.
std::string_view built_in_application_rules() {
  return R"(# Names and addresses
dns: process named,unbound,dnsmasq,systemd-resolve,pdns_server,pdns_recursor,knotd,kresd,coredns,nsd
dhcp: process dhclient,dhcpcd,dhcpd,kea-dhcp4,kea-dhcp6
ntp: process ntpd,chronyd,systemd-timesyn

# Remote work and files
ssh: process sshd,sshd-session,ssh,scp,sftp,sftp-server,mosh-server,mosh-client,dropbear
rdp: process xrdp,xfreerdp
smb: process smbd,nmbd,winbindd
nfs: process rpc.nfsd,rpc.mountd,nfsd
ftp: process vsftpd,proftpd,pure-ftpd
rsync: process rsync
backup: process borg,restic,bareos-*,bacula-*,duplicity

# Mail
smtp: process master,smtpd,smtp,exim4,exim,sendmail,opensmtpd remote-port 25,465,587
smtp: process master,smtpd,smtp,exim4,exim,sendmail,opensmtpd local-port 25,465,587
imap: process dovecot,imap,imap-login

# Data
postgres: process postgres,pgbouncer,psql
mysql: process mysqld,mariadbd,mysql,mariadb
mongodb: process mongod,mongos,mongosh
redis: process redis-server,redis-cli,valkey-server
memcached: process memcached
kafka: process kafka*
elastic: process elasticsearch,opensearch
etcd: process etcd
ceph: process ceph-*
git: process git,git-daemon,git-remote-http

# Networks of their own
openvpn: process openvpn
wireguard: process wireguard-go,boringtun
ipsec: process charon,charon-systemd,pluto
routing: process bgpd,ospfd,ospf6d,isisd,zebra,bird,bird6,gobgpd
iperf3: process iperf3

# The host itself
kubernetes: process kubelet,kube-*
docker: process dockerd,containerd
anemone: process anemone
monitoring: process node_exporter,prometheus,telegraf,collectd,zabbix_*
syslog: process rsyslogd,syslog-ng,systemd-journal remote-port 514,6514
packages: process apt,apt-get,dnf,yum
packages: user _apt

# What only the protocol or the port tells
icmp: protocol icmp,icmp6
ospf: protocol ospf
ipsec: protocol esp,ah
gre: protocol gre
$port: protocol tcp,udp,sctp
)";
}

}  // namespace anemone

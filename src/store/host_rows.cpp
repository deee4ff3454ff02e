#include "store/host_rows.h"

namespace anemone {
namespace {

enum class HostRowKind : std::uint8_t { kNeither = 0, kAddress = 1, kGateway = 2 };

}  // namespace

std::string host_schema() {
  return R"(
    CREATE TABLE host_rows (at_us BIGINT NOT NULL, observer UINTEGER NOT NULL, kind UTINYINT NOT NULL,
      high UBIGINT NOT NULL, low UBIGINT NOT NULL, address VARCHAR NOT NULL, prefix_length UTINYINT NOT NULL,
      interface UINTEGER NOT NULL, forwards BOOLEAN NOT NULL, ordinal UINTEGER NOT NULL,
      batch UBIGINT NOT NULL);)";
}

std::string host_view(const std::string& join) {
  return R"(
    CREATE VIEW hosts AS SELECT r.at_us, n.name AS observer,
      CASE r.kind WHEN 1 THEN 'address' WHEN 2 THEN 'gateway' ELSE '' END AS kind, r.address,
      r.prefix_length, r.interface, r.forwards FROM host_rows r)" +
         join + ";";
}

Result<void> write_host_rows(Connection& connection, const std::string& catalog,
                             std::span<const HostRow> hosts, std::span<const std::uint32_t> which,
                             std::uint64_t number) {
  if (which.empty()) return {};
  TableWriter rows(connection, catalog, "host_rows");
  std::uint32_t ordinal = 0;
  for (const std::uint32_t i : which) {
    const HostRow& host = hosts[i];
    const auto put = [&](HostRowKind kind, const HostAddress& place) {
      rows.next();
      rows.set<std::int64_t>(0, micros(host.facts.at));
      rows.set<std::uint32_t>(1, host.observer.value());
      rows.set<std::uint8_t>(2, static_cast<std::uint8_t>(kind));
      rows.set<std::uint64_t>(3, place.address.high());
      rows.set<std::uint64_t>(4, place.address.low());
      rows.set_text(5, kind == HostRowKind::kNeither ? "" : print_address(place.address));
      rows.set<std::uint8_t>(6, place.prefix_length);
      rows.set<std::uint32_t>(7, place.interface);
      rows.set<bool>(8, host.facts.forwards);
      rows.set<std::uint32_t>(9, ordinal++);
      rows.set<std::uint64_t>(10, number);
    };
    put(HostRowKind::kNeither, {});
    for (const HostAddress& own : host.facts.addresses) put(HostRowKind::kAddress, own);
    for (const IpAddress& gateway : host.facts.gateways) put(HostRowKind::kGateway, {gateway, 0, 0});
  }
  return rows.close();
}

Result<void> read_host_rows(Connection& connection, const std::string& catalog, std::vector<HostRow>& out) {
  const std::string sql =
      "SELECT at_us, observer, kind, high, low, prefix_length, interface, forwards FROM " + catalog +
      ".main.host_rows ORDER BY at_us, batch, ordinal";
  return connection.read(sql, [&](const Chunk& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto kind = static_cast<HostRowKind>(rows.column<std::uint8_t>(2)[i]);
      if (kind == HostRowKind::kNeither) {
        HostRow& host = out.emplace_back();
        host.observer = ObserverId{rows.column<std::uint32_t>(1)[i]};
        host.facts.at = time_from_micros(rows.column<std::int64_t>(0)[i]);
        host.facts.forwards = rows.column<bool>(7)[i];
        continue;
      }
      if (out.empty()) continue;  // a row that nobody of us wrote
      const IpAddress address(rows.column<std::uint64_t>(3)[i], rows.column<std::uint64_t>(4)[i]);
      HostFacts& facts = out.back().facts;
      if (kind == HostRowKind::kGateway) facts.gateways.push_back(address);
      if (kind != HostRowKind::kAddress) continue;
      facts.addresses.push_back({address, rows.column<std::uint8_t>(5)[i], rows.column<std::uint32_t>(6)[i]});
    }
  });
}

}  // namespace anemone

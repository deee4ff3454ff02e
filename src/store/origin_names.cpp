#include "store/origin_names.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace anemone {
namespace {

constexpr std::uint32_t kNotYet = std::numeric_limits<std::uint32_t>::max();

// DuckDB takes valid UTF-8 only, and names come from other machines: what is not is a "?".
std::string clean(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80                   ? 1
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                                                           : 4;
    bool good = lead < 0x80 || (lead >= 0xc2 && lead < 0xf5 && i + size <= text.size());
    for (std::size_t k = 1; good && k < size; ++k)
      good = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    if (good && size > 2) {  // neither longer than need be, nor half of a pair, nor beyond the last
      const auto second = static_cast<unsigned char>(text[i + 1]);
      good = !((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second >= 0xa0) ||
               (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second >= 0x90));
    }
    good ? out.append(text, i, size) : out.append("?");
    i += good ? size : 1;
  }
  return out;
}

Owner read_owner(const Chunk& rows, std::size_t row) {
  return {.process = std::string(rows.text(1, row)),
          .executable = std::string(rows.text(2, row)),
          .user = std::string(rows.text(3, row)),
          .unit = std::string(rows.text(4, row)),
          .container = std::string(rows.text(5, row))};
}

Tunnel read_tunnel(const Chunk& rows, std::size_t row) {
  const auto address = [&](std::size_t column) {
    return IpAddress(rows.column<std::uint64_t>(column)[row], rows.column<std::uint64_t>(column + 1)[row]);
  };
  return {.technology = std::string(rows.text(1, row)),
          .interface = std::string(rows.text(2, row)),
          .src = address(3),
          .dst = address(5),
          .id = rows.column<std::uint32_t>(7)[row]};
}

using TakeRow = std::function<void(const Chunk&, std::size_t row, std::uint32_t id)>;

Result<void> read_each(Connection& connection, const std::string& sql, const TakeRow& take) {
  return connection.read(sql, [&](const Chunk& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) take(rows, i, rows.column<std::uint32_t>(0)[i]);
  });
}

Result<void> read_all(Connection& connection, const std::string& catalog, const TakeRow& owner,
                      const TakeRow& application, const TakeRow& tunnel) {
  const std::string from = " FROM " + catalog + ".main.";
  auto read = read_each(
      connection, "SELECT id, process, executable, user_name, unit, container" + from + "owners", owner);
  if (read) read = read_each(connection, "SELECT id, name" + from + "applications", application);
  if (read) {
    read = read_each(
        connection,
        "SELECT id, technology, interface, src_high, src_low, dst_high, dst_low, tunnel" + from + "tunnels",
        tunnel);
  }
  return read;
}

// The file's number for the batch's number `id`, looked up when it is first met.
template <class Look>
std::uint32_t remembered(std::vector<std::uint32_t>& known, std::uint32_t id, Look look) {
  if (id >= known.size()) known.resize(id + 1, kNotYet);
  if (known[id] == kNotYet) known[id] = look();
  return known[id];
}

void put(std::vector<std::uint32_t>& list, std::uint32_t id, std::uint32_t value) {
  if (list.size() <= id) list.resize(id + 1, kNotYet);
  list[id] = value;
}

template <class Id>
Id find(const std::vector<std::uint32_t>& list, Id id) {
  const std::uint32_t number = id.value();
  return number == 0 || number >= list.size() || list[number] == kNotYet ? Id{} : Id{list[number]};
}

}  // namespace

std::string origin_schema() {
  return R"(
    CREATE TABLE owners (id UINTEGER NOT NULL, process VARCHAR NOT NULL, executable VARCHAR NOT NULL,
      user_name VARCHAR NOT NULL, unit VARCHAR NOT NULL, container VARCHAR NOT NULL);
    CREATE TABLE applications (id UINTEGER NOT NULL, name VARCHAR NOT NULL);
    CREATE TABLE tunnels (id UINTEGER NOT NULL, technology VARCHAR NOT NULL, interface VARCHAR NOT NULL,
      src_high UBIGINT NOT NULL, src_low UBIGINT NOT NULL, dst_high UBIGINT NOT NULL, dst_low UBIGINT NOT NULL,
      tunnel UINTEGER NOT NULL, src VARCHAR NOT NULL, dst VARCHAR NOT NULL);
    INSERT INTO owners VALUES (0, '', '', '', '', '');
    INSERT INTO applications VALUES (0, '');
    INSERT INTO tunnels VALUES (0, '', '', 0, 0, 0, 0, 0, '', '');
)";
}

template <class Key>
std::uint32_t OriginNames::Numbers<Key>::of(const Key& key) {
  const auto [entry, is_new] = ids.try_emplace(key, next);
  if (is_new) {
    fresh.push_back(key);
    ++next;
  }
  return entry->second;
}

template <class Key>
void OriginNames::Numbers<Key>::known(Key key, std::uint32_t id) {
  if (id > 0) ids.emplace(std::move(key), id);  // what is known to be empty is not what is not known
  next = std::max(next, id + 1);
}

Result<std::unique_ptr<OriginNames>> OriginNames::load(Connection& connection, const std::string& catalog) {
  auto names = std::make_unique<OriginNames>();
  auto read = read_all(
      connection, catalog,
      [&](const Chunk& rows, std::size_t row, std::uint32_t id) {
        names->owners_.known(read_owner(rows, row), id);
      },
      [&](const Chunk& rows, std::size_t row, std::uint32_t id) {
        names->applications_.known(std::string(rows.text(1, row)), id);
      },
      [&](const Chunk& rows, std::size_t row, std::uint32_t id) {
        names->tunnels_.known(read_tunnel(rows, row), id);
      });
  if (!read) return read.error();
  return names;
}

Result<void> OriginNames::write_fresh(Connection& connection, const std::string& catalog) {
  if (!owners_.fresh.empty()) {
    TableWriter rows(connection, catalog, "owners");
    auto id = owners_.next - static_cast<std::uint32_t>(owners_.fresh.size());
    for (const Owner& owner : std::exchange(owners_.fresh, {})) {
      rows.next();
      rows.set<std::uint32_t>(0, id++);
      rows.set_text(1, clean(owner.process));
      rows.set_text(2, clean(owner.executable));
      rows.set_text(3, clean(owner.user));
      rows.set_text(4, clean(owner.unit));
      rows.set_text(5, clean(owner.container));
    }
    if (auto written = rows.close(); !written) return written;
  }
  if (!applications_.fresh.empty()) {
    TableWriter rows(connection, catalog, "applications");
    auto id = applications_.next - static_cast<std::uint32_t>(applications_.fresh.size());
    for (const std::string& name : std::exchange(applications_.fresh, {})) {
      rows.next();
      rows.set<std::uint32_t>(0, id++);
      rows.set_text(1, clean(name));
    }
    if (auto written = rows.close(); !written) return written;
  }
  if (tunnels_.fresh.empty()) return {};
  TableWriter rows(connection, catalog, "tunnels");
  auto id = tunnels_.next - static_cast<std::uint32_t>(tunnels_.fresh.size());
  for (const Tunnel& tunnel : std::exchange(tunnels_.fresh, {})) {
    rows.next();
    rows.set<std::uint32_t>(0, id++);
    rows.set_text(1, clean(tunnel.technology));
    rows.set_text(2, clean(tunnel.interface));
    rows.set<std::uint64_t>(3, tunnel.src.high());
    rows.set<std::uint64_t>(4, tunnel.src.low());
    rows.set<std::uint64_t>(5, tunnel.dst.high());
    rows.set<std::uint64_t>(6, tunnel.dst.low());
    rows.set<std::uint32_t>(7, tunnel.id);
    rows.set_text(8, tunnel.src == IpAddress{} ? "" : print_address(tunnel.src));
    rows.set_text(9, tunnel.dst == IpAddress{} ? "" : print_address(tunnel.dst));
  }
  return rows.close();
}

bool has_names(const FlowRecord& record, const RecordNames* names) {
  const auto known = [](auto id, std::size_t size) { return !id.valid() || id.value() < size; };
  const Origin& origin = record.origin;
  return known(origin.owner, names == nullptr ? 0 : names->owners.size()) &&
         known(origin.application, names == nullptr ? 0 : names->applications.size()) &&
         known(origin.tunnel, names == nullptr ? 0 : names->tunnels.size()) &&
         known(record.nat, names == nullptr ? 0 : names->nats.size());
}

void OriginWriter::set(TableWriter& rows, std::size_t first, const FlowRecord& record) {
  const Origin& origin = record.origin;
  std::uint32_t owner = 0;
  std::uint32_t application = 0;
  std::uint32_t tunnel = 0;
  if (origin.owner.valid()) {
    owner = remembered(owners_, origin.owner.value(),
                       [&] { return file_.owners_.of(names_->owners[origin.owner]); });
  }
  if (origin.application.valid()) {
    application = remembered(applications_, origin.application.value(), [&] {
      return file_.applications_.of(names_->applications[origin.application]);
    });
  }
  if (origin.tunnel.valid()) {
    tunnel = remembered(tunnels_, origin.tunnel.value(),
                        [&] { return file_.tunnels_.of(names_->tunnels[origin.tunnel]); });
  }
  rows.set<std::uint32_t>(first, owner);
  rows.set<std::uint32_t>(first + 1, origin.pid);
  rows.set<std::uint32_t>(first + 2, application);
  rows.set<std::uint8_t>(first + 3, static_cast<std::uint8_t>(record.key.direction));
  rows.set<std::uint32_t>(first + 4, origin.interface);
  rows.set<std::uint32_t>(first + 5, tunnel);
  rows.set<std::uint32_t>(first + 6, record.srtt_us);
  rows.set<std::uint32_t>(first + 7, record.retransmits);
  rows.set<std::uint8_t>(first + 8, record.accuracy);
  rows.set<std::uint8_t>(first + 9, static_cast<std::uint8_t>(record.reason));
}

void read_origin(const Chunk& rows, std::size_t first, std::size_t row, FlowRecord& record) {
  record.origin.owner = OwnerId{rows.column<std::uint32_t>(first)[row]};
  record.origin.pid = rows.column<std::uint32_t>(first + 1)[row];
  record.origin.application = ApplicationId{rows.column<std::uint32_t>(first + 2)[row]};
  record.key.direction = static_cast<Direction>(rows.column<std::uint8_t>(first + 3)[row]);
  record.origin.interface = rows.column<std::uint32_t>(first + 4)[row];
  record.origin.tunnel = TunnelId{rows.column<std::uint32_t>(first + 5)[row]};
  record.srtt_us = rows.column<std::uint32_t>(first + 6)[row];
  record.retransmits = rows.column<std::uint32_t>(first + 7)[row];
  record.accuracy = rows.column<std::uint8_t>(first + 8)[row];
  record.reason = static_cast<FlowEnd>(rows.column<std::uint8_t>(first + 9)[row]);
}

Result<void> read_origins(Connection& connection, const std::string& catalog, RecordNames& names,
                          std::span<FlowRecord> records) {
  std::vector<std::uint32_t> owners;
  std::vector<std::uint32_t> applications;
  std::vector<std::uint32_t> tunnels;
  auto read = read_all(
      connection, catalog,
      [&](const Chunk& rows, std::size_t row, std::uint32_t id) {
        if (id > 0) put(owners, id, names.owners.intern(read_owner(rows, row)).value());
      },
      [&](const Chunk& rows, std::size_t row, std::uint32_t id) {
        if (id > 0) put(applications, id, names.applications.intern(rows.text(1, row)).value());
      },
      [&](const Chunk& rows, std::size_t row, std::uint32_t id) {
        if (id > 0) put(tunnels, id, names.tunnels.intern(read_tunnel(rows, row)).value());
      });
  if (!read) return read;
  for (FlowRecord& record : records) {
    Origin& origin = record.origin;
    origin.owner = find(owners, origin.owner);
    origin.application = find(applications, origin.application);
    origin.tunnel = find(tunnels, origin.tunnel);
  }
  return {};
}

}  // namespace anemone

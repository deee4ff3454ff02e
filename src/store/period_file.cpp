#include "store/period_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "base/bytes.h"
#include "store/host_rows.h"

namespace anemone {

namespace fs = std::filesystem;

namespace {

constexpr const char* kFormat = "anemone-store-5";
constexpr std::string_view kPrefix = "period-";
constexpr std::string_view kSuffix = ".duckdb";
constexpr std::size_t kLsaHeaderSize = 20;
constexpr const char* kNatColumns = ", nat, nat_src, nat_dst, nat_src_port, nat_dst_port";

// Whether a row's other addresses and ports are those that packets have behind the observer, or came with.
enum class Nat : std::uint8_t { kNone = 0, kAfter = 1, kBefore = 2 };

// A translation as it is read: addresses are still numbers.
struct ReadNat {
  std::size_t record = 0;
  std::uint32_t src = 0;
  std::uint32_t dst = 0;
  NatTuple tuple;
};

// An IPv4-like number as text, in SQL.
std::string dotted(const std::string& column) {
  return "concat(" + column + " // 16777216, '.', " + column + " // 65536 % 256, '.', " + column +
         " // 256 % 256, '.', " + column + " % 256)";
}

std::string protocol_name() {
  return "CASE WHEN r.domain = 0 THEN 'ospf2' WHEN r.domain = 256 THEN 'isis' "
         "ELSE concat('ospf3/', r.domain % 256) END";
}

// OSPF's ids are written like addresses, IS-IS's LSP ids as sixteen hexadecimal digits.
std::string lsa_id() {
  return "CASE WHEN r.domain = 256 THEN printf('%016x', r.id) ELSE " + dotted("r.id") + " END";
}

std::string mark_name() {
  return "CASE r.kind WHEN 1 THEN 'started' WHEN 2 THEN 'stopped' WHEN 3 THEN 'lost' ELSE 'alive' END";
}

std::string direction_name() { return "CASE r.direction WHEN 0 THEN 'in' WHEN 1 THEN 'out' ELSE '' END"; }

std::string accuracy_name() {
  return "CASE r.accuracy WHEN 0 THEN 'exact' WHEN 1 THEN 'owner guessed' WHEN 2 THEN 'shed' "
         "ELSE 'owner guessed, shed' END";
}

std::string end_name() {
  return "CASE r.end_reason WHEN 1 THEN 'idle' WHEN 2 THEN 'active' WHEN 3 THEN 'ended' WHEN 4 THEN 'forced' "
         "WHEN 5 THEN 'no room' ELSE '' END";
}

std::string nat_name() { return "CASE r.nat WHEN 1 THEN 'after' WHEN 2 THEN 'before' ELSE '' END"; }

std::string name_join(const std::string& column, NameKind kind) {
  return " JOIN names n ON n.kind = " + std::to_string(static_cast<int>(kind)) + " AND n.id = r." + column;
}

std::string period_schema() {
  return origin_schema() + host_schema() + R"(
    CREATE TABLE batches (batch UBIGINT NOT NULL, source VARCHAR NOT NULL, id UBIGINT NOT NULL,
      last_us BIGINT NOT NULL, at_us BIGINT NOT NULL, progress VARCHAR NOT NULL);
    CREATE TABLE addresses (id UINTEGER NOT NULL, high UBIGINT NOT NULL, low UBIGINT NOT NULL,
      address VARCHAR NOT NULL);
    CREATE TABLE names (kind UTINYINT NOT NULL, id UINTEGER NOT NULL, name VARCHAR NOT NULL);
    CREATE TABLE flow_rows (start_us BIGINT NOT NULL, end_us BIGINT NOT NULL, src UINTEGER NOT NULL,
      dst UINTEGER NOT NULL, src_port USMALLINT NOT NULL, dst_port USMALLINT NOT NULL,
      protocol UTINYINT NOT NULL, tcp_flags UTINYINT NOT NULL, tos UTINYINT NOT NULL,
      packets UBIGINT NOT NULL, bytes UBIGINT NOT NULL, observer UINTEGER NOT NULL, owner UINTEGER NOT NULL,
      pid UINTEGER NOT NULL, application UINTEGER NOT NULL, direction UTINYINT NOT NULL,
      interface UINTEGER NOT NULL, tunnel UINTEGER NOT NULL, srtt_us UINTEGER NOT NULL,
      retransmits UINTEGER NOT NULL, accuracy UTINYINT NOT NULL, end_reason UTINYINT NOT NULL,
      nat UTINYINT NOT NULL, nat_src UINTEGER NOT NULL, nat_dst UINTEGER NOT NULL,
      nat_src_port USMALLINT NOT NULL, nat_dst_port USMALLINT NOT NULL, batch UBIGINT NOT NULL);
    CREATE TABLE lsa_rows (arrival_us BIGINT NOT NULL, vantage UINTEGER NOT NULL, domain USMALLINT NOT NULL,
      area UINTEGER NOT NULL, as_wide BOOLEAN NOT NULL, type USMALLINT NOT NULL, id UBIGINT NOT NULL, advertising_router UINTEGER NOT NULL,
      sequence INTEGER NOT NULL, lsa BLOB NOT NULL, ordinal UINTEGER NOT NULL, batch UBIGINT NOT NULL);
    CREATE TABLE mark_rows (time_us BIGINT NOT NULL, vantage UINTEGER NOT NULL, kind UTINYINT NOT NULL,
      packets UBIGINT NOT NULL, batch UBIGINT NOT NULL);
    CREATE TABLE load_rows (bin_us BIGINT NOT NULL, link UINTEGER NOT NULL, bits DOUBLE NOT NULL,
      packets DOUBLE NOT NULL, batch UBIGINT NOT NULL);
    CREATE VIEW flows AS SELECT r.start_us, r.end_us, s.address AS src, d.address AS dst, r.src_port,
      r.dst_port, r.protocol, r.tcp_flags, r.tos, r.packets, r.bytes, n.name AS observer, o.process,
      r.pid, o.executable, o.user_name, o.unit, o.container, a.name AS application, )" +
         direction_name() + R"( AS direction, r.interface, t.technology AS tunnel, t.src AS tunnel_src,
      t.dst AS tunnel_dst, t.tunnel AS tunnel_id, r.srtt_us, r.retransmits, )" +
         accuracy_name() + " AS accuracy, " + end_name() + " AS end_reason, " + nat_name() +
         R"( AS nat, CASE WHEN r.nat = 0 THEN '' ELSE ns.address END AS nat_src,
      CASE WHEN r.nat = 0 THEN '' ELSE nd.address END AS nat_dst, r.nat_src_port, r.nat_dst_port
      FROM flow_rows r JOIN addresses s ON s.id = r.src JOIN addresses d ON d.id = r.dst
      JOIN addresses ns ON ns.id = r.nat_src JOIN addresses nd ON nd.id = r.nat_dst
      JOIN owners o ON o.id = r.owner JOIN applications a ON a.id = r.application
      JOIN tunnels t ON t.id = r.tunnel)" +
         name_join("observer", NameKind::kObserver) + R"(;
    CREATE VIEW lsas AS SELECT r.arrival_us, n.name AS vantage, )" +
         protocol_name() + " AS protocol, " + dotted("r.area") + " AS area, r.type, " + lsa_id() +
         " AS id, " + dotted("r.advertising_router") +
         " AS advertising_router, r.sequence, r.lsa FROM lsa_rows r" +
         name_join("vantage", NameKind::kVantage) + R"(;
    CREATE VIEW marks AS SELECT r.time_us, n.name AS vantage, )" +
         mark_name() + " AS kind, r.packets FROM mark_rows r" + name_join("vantage", NameKind::kVantage) +
         R"(;
)" + host_view(name_join("observer", NameKind::kObserver)) +
         R"(
    CREATE VIEW loads AS SELECT r.bin_us, n.name AS link, r.bits, r.packets FROM (SELECT * FROM load_rows
      QUALIFY batch = max(batch) OVER (PARTITION BY bin_us)) r)" +
         name_join("link", NameKind::kLink) + ";";
}

// "2026-11-22T00:00:00Z" without what file names and SQL names do not take.
std::string compact(Time time) {
  std::string text = print_time(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

void sync_folder(const std::string& path) {
  const int folder = ::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

Result<void> make_file(Connection& connection, const std::string& path, const std::string& schema) {
  const std::string unfinished = path + ".new";
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  fs::remove(unfinished + ".wal", ignored);
  auto made = connection.run("ATTACH " + sql_text(unfinished) + " AS making");
  if (!made) return made;
  made = connection.run("USE making; BEGIN TRANSACTION; " + schema +
                        "CREATE TABLE meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL);"
                        "INSERT INTO meta VALUES ('format', " +
                        sql_text(kFormat) + "); COMMIT");
  if (!made) (void)connection.run("ROLLBACK");
  auto left = connection.run("USE memory; CHECKPOINT making; DETACH making");
  if (!made) return made;
  if (!left) return left;
  std::error_code failed;
  fs::rename(unfinished, path, failed);
  if (failed) return Error{failed.message()};
  sync_folder(path);
  return {};
}

Result<void> check_format(Connection& connection, const std::string& catalog) {
  std::string format;
  auto read = connection.read("SELECT value FROM " + catalog + ".main.meta WHERE key = 'format'",
                              [&](const Chunk& rows) { format = rows.text(0, 0); });
  if (!read) return Error{"a DuckDB file, but not one of Anemone's store"};
  if (format != kFormat) return Error{"its format is '" + format + "', this program reads " + kFormat};
  return {};
}

}  // namespace

Result<void> attach_file(Connection& connection, const std::string& path, const std::string& catalog,
                         const std::string& schema) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    if (auto made = make_file(connection, path, schema); !made) return made.error().in(path);
  }
  if (auto attached = connection.run("ATTACH " + sql_text(path) + " AS " + catalog); !attached) {
    return attached.error().in(path);
  }
  if (auto known = check_format(connection, catalog); !known) {
    (void)connection.run("DETACH " + catalog);
    return known.error().in(path);
  }
  return {};
}

Result<Time> PeriodFile::start_of(const std::string& file_name) {
  const Error other{"not a period's file"};
  constexpr std::size_t kStampSize = 16;  // 20261122T000000Z
  if (!file_name.starts_with(kPrefix) || !file_name.ends_with(kSuffix)) return other;
  const std::string stamp =
      file_name.substr(kPrefix.size(), file_name.size() - kPrefix.size() - kSuffix.size());
  if (stamp.size() != kStampSize) return other;
  const auto part = [&](std::size_t at, std::size_t size) { return stamp.substr(at, size); };
  auto start = parse_time(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + part(8, 3) + ":" + part(11, 2) +
                          ":" + part(13, 3));
  if (!start || compact(*start) != stamp) return other;
  return *start;
}

Result<std::shared_ptr<PeriodFile>> PeriodFile::open(Connection& connection, const std::string& folder,
                                                     Time start) {
  const std::string stamp = compact(start);
  std::shared_ptr<PeriodFile> file(new PeriodFile(
      folder + "/" + std::string(kPrefix) + stamp + std::string(kSuffix), "period_" + stamp, start));
  if (auto attached = attach_file(connection, file->path_, file->catalog_, period_schema()); !attached) {
    return attached.error();
  }
  return file;
}

Result<void> PeriodFile::forget(Connection& connection) {
  forgotten_ = true;
  auto detached = connection.run("DETACH " + catalog_);
  if (!detached) return detached.error().in(path_);
  std::error_code failed;
  fs::remove(path_ + ".wal", failed);
  fs::remove(path_, failed);
  if (failed) return Error{path_ + ": " + failed.message()};
  return {};
}

Result<void> PeriodFile::load_dictionary(Connection& connection) {
  auto dictionary = std::make_unique<Dictionary>();
  auto read = connection.read("SELECT id, high, low FROM " + table("addresses"), [&](const Chunk& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      dictionary->addresses.emplace(
          IpAddress(rows.column<std::uint64_t>(1)[i], rows.column<std::uint64_t>(2)[i]),
          rows.column<std::uint32_t>(0)[i]);
    }
  });
  if (!read) return read;
  read = connection.read("SELECT kind, id FROM " + table("names"), [&](const Chunk& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto& there = dictionary->names[static_cast<NameKind>(rows.column<std::uint8_t>(0)[i])];
      const std::uint32_t id = rows.column<std::uint32_t>(1)[i];
      if (there.size() <= id) there.resize(id + 1);
      there[id] = true;
    }
  });
  if (!read) return read;
  auto origins = OriginNames::load(connection, catalog_);
  if (!origins) return origins.error();
  dictionary->origins = std::move(*origins);
  dictionary_ = std::move(dictionary);
  return {};
}

Result<void> PeriodFile::write(Connection& connection, const Batch& batch, const BatchPart& part,
                               std::uint64_t number, Time last, const NameLists& names) {
  if (!dictionary_) {
    if (auto loaded = load_dictionary(connection); !loaded) return loaded.error().in(path_);
  }
  auto written = connection.run("BEGIN TRANSACTION");
  if (written) written = write_parts(connection, batch, part, number, last, names);
  if (written) written = connection.run("COMMIT");
  if (written) return {};
  (void)connection.run("ROLLBACK");
  dictionary_.reset();  // it may know addresses that were not committed
  return written.error().in(path_);
}

Result<void> PeriodFile::write_parts(Connection& connection, const Batch& batch, const BatchPart& part,
                                     std::uint64_t number, Time last, const NameLists& names) {
  auto written = write_names(connection, batch, part, names);
  if (written) written = write_records(connection, batch, part, number);
  if (written) written = write_lsas(connection, batch, part, number);
  if (written) written = write_marks(connection, batch, part, number);
  if (written) written = write_host_rows(connection, catalog_, batch.hosts, part.hosts, number);
  if (written) written = write_loads(connection, batch, part, number);
  if (!written) return written;
  TableWriter rows(connection, catalog_, "batches");
  rows.next();
  rows.set<std::uint64_t>(0, number);
  rows.set_text(1, batch.source);
  rows.set<std::uint64_t>(2, batch.id);
  rows.set<std::int64_t>(3, micros(last));
  rows.set<std::int64_t>(4, micros(batch.at));
  rows.set_text(5, batch.progress);
  return rows.close();
}

Result<void> PeriodFile::write_names(Connection& connection, const Batch& batch, const BatchPart& part,
                                     const NameLists& names) {
  std::vector<std::pair<NameKind, std::uint32_t>> fresh;
  const auto need = [&](NameKind kind, std::uint32_t id) {
    auto& there = dictionary_->names[kind];
    if (there.size() <= id) there.resize(id + 1);
    if (!there[id]) fresh.emplace_back(kind, id);
    there[id] = true;
  };
  for (const std::uint32_t i : part.records) need(NameKind::kObserver, batch.records[i].observer.value());
  for (const std::uint32_t i : part.lsas) need(NameKind::kVantage, batch.lsas[i].vantage.value());
  for (const std::uint32_t i : part.marks) need(NameKind::kVantage, batch.marks[i].vantage.value());
  for (const std::uint32_t i : part.hosts) need(NameKind::kObserver, batch.hosts[i].observer.value());
  for (const std::uint32_t i : part.loads) need(NameKind::kLink, batch.loads[i].link.value());
  if (fresh.empty()) return {};
  TableWriter rows(connection, catalog_, "names");
  for (const auto& [kind, id] : fresh) {
    rows.next();
    rows.set<std::uint8_t>(0, static_cast<std::uint8_t>(kind));
    rows.set<std::uint32_t>(1, id);
    rows.set_text(2, names.at(kind).by_id[id]);
  }
  return rows.close();
}

Result<void> PeriodFile::write_records(Connection& connection, const Batch& batch, const BatchPart& part,
                                       std::uint64_t number) {
  if (part.records.empty()) return {};
  auto& addresses = dictionary_->addresses;
  std::vector<IpAddress> fresh;
  const auto first_id = static_cast<std::uint32_t>(addresses.size());
  const auto id_of = [&](const IpAddress& address) {
    const auto [entry, is_new] = addresses.try_emplace(address, static_cast<std::uint32_t>(addresses.size()));
    if (is_new) fresh.push_back(address);
    return entry->second;
  };

  OriginWriter origins(*dictionary_->origins, batch.names.get());
  TableWriter rows(connection, catalog_, "flow_rows");
  for (const std::uint32_t i : part.records) {
    const FlowRecord& record = batch.records[i];
    rows.next();
    rows.set<std::int64_t>(0, micros(record.start));
    rows.set<std::int64_t>(1, micros(record.end));
    rows.set<std::uint32_t>(2, id_of(record.key.src));
    rows.set<std::uint32_t>(3, id_of(record.key.dst));
    rows.set<std::uint16_t>(4, record.key.src_port);
    rows.set<std::uint16_t>(5, record.key.dst_port);
    rows.set<std::uint8_t>(6, record.key.protocol);
    rows.set<std::uint8_t>(7, record.tcp_flags);
    rows.set<std::uint8_t>(8, record.tos);
    rows.set<std::uint64_t>(9, record.packets);
    rows.set<std::uint64_t>(10, record.bytes);
    rows.set<std::uint32_t>(11, record.observer.value());
    origins.set(rows, 12, record);
    // Where nothing is translated the numbers are those of the record itself, so that they stand for
    // something.
    const NatTuple* nat = record.nat.valid() ? &batch.names->nats[record.nat] : nullptr;
    rows.set<std::uint8_t>(22, static_cast<std::uint8_t>(nat == nullptr ? Nat::kNone
                                                         : nat->before  ? Nat::kBefore
                                                                        : Nat::kAfter));
    rows.set<std::uint32_t>(23, id_of(nat == nullptr ? record.key.src : nat->src));
    rows.set<std::uint32_t>(24, id_of(nat == nullptr ? record.key.dst : nat->dst));
    rows.set<std::uint16_t>(25, nat == nullptr ? std::uint16_t{0} : nat->src_port);
    rows.set<std::uint16_t>(26, nat == nullptr ? std::uint16_t{0} : nat->dst_port);
    rows.set<std::uint64_t>(27, number);
  }
  auto written = rows.close();
  if (written) written = dictionary_->origins->write_fresh(connection, catalog_);
  if (!written || fresh.empty()) return written;

  TableWriter entries(connection, catalog_, "addresses");
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    entries.next();
    entries.set<std::uint32_t>(0, first_id + static_cast<std::uint32_t>(i));
    entries.set<std::uint64_t>(1, fresh[i].high());
    entries.set<std::uint64_t>(2, fresh[i].low());
    entries.set_text(3, print_address(fresh[i]));
  }
  return entries.close();
}

Result<void> PeriodFile::write_lsas(Connection& connection, const Batch& batch, const BatchPart& part,
                                    std::uint64_t number) {
  if (part.lsas.empty()) return {};
  TableWriter rows(connection, catalog_, "lsa_rows");
  for (const std::uint32_t i : part.lsas) {
    const LsaRow& lsa = batch.lsas[i];
    if (lsa.bytes.size() < kLsaHeaderSize) return Error{"an LSA shorter than its header"};
    rows.next();
    rows.set<std::int64_t>(0, micros(lsa.arrival));
    rows.set<std::uint32_t>(1, lsa.vantage.value());
    rows.set<std::uint16_t>(2, lsa.key.area.domain);
    rows.set<std::uint32_t>(3, lsa.key.area.value);
    rows.set<bool>(4, lsa.key.as_wide);
    rows.set<std::uint16_t>(5, lsa.key.type);
    rows.set<std::uint64_t>(6, lsa.key.id);
    rows.set<std::uint32_t>(7, lsa.key.router.value);
    rows.set<std::int32_t>(8, lsa.sequence);
    rows.set_text(9, {reinterpret_cast<const char*>(lsa.bytes.view().data()), lsa.bytes.size()});
    rows.set<std::uint32_t>(10, i);
    rows.set<std::uint64_t>(11, number);
  }
  return rows.close();
}

Result<void> PeriodFile::write_marks(Connection& connection, const Batch& batch, const BatchPart& part,
                                     std::uint64_t number) {
  if (part.marks.empty()) return {};
  TableWriter rows(connection, catalog_, "mark_rows");
  for (const std::uint32_t i : part.marks) {
    const MarkRow& mark = batch.marks[i];
    rows.next();
    rows.set<std::int64_t>(0, micros(mark.time));
    rows.set<std::uint32_t>(1, mark.vantage.value());
    rows.set<std::uint8_t>(2, static_cast<std::uint8_t>(mark.kind));
    rows.set<std::uint64_t>(3, mark.count);
    rows.set<std::uint64_t>(4, number);
  }
  return rows.close();
}

Result<void> PeriodFile::write_loads(Connection& connection, const Batch& batch, const BatchPart& part,
                                     std::uint64_t number) {
  if (part.loads.empty()) return {};
  TableWriter rows(connection, catalog_, "load_rows");
  for (const std::uint32_t i : part.loads) {
    const StoredLoad& load = batch.loads[i];
    rows.next();
    rows.set<std::int64_t>(0, micros(load.bin));
    rows.set<std::uint32_t>(1, load.link.value());
    rows.set<double>(2, load.bits);
    rows.set<double>(3, load.packets);
    rows.set<std::uint64_t>(4, number);
  }
  return rows.close();
}

Result<void> PeriodFile::read_flows(Connection& connection, const std::string& where,
                                    std::span<const std::int64_t> values, RecordNames* names,
                                    std::vector<FlowRecord>& out) const {
  // Addresses stand for their ids first: rows come in order only without a join.
  const std::size_t first = out.size();
  std::uint32_t lowest = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t highest = 0;
  const std::string sql =
      "SELECT start_us, end_us, src, dst, src_port, dst_port, protocol, tcp_flags, tos, packets, bytes, "
      "observer" +
      (names == nullptr ? "" : std::string(", ") + kOriginColumns + kNatColumns) + " FROM " +
      table("flow_rows") + where;
  std::vector<ReadNat> nats;
  auto read = connection.read(sql, values, [&](const Chunk& rows) {
    out.reserve(out.size() + rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      FlowRecord& record = out.emplace_back();
      record.start = time_from_micros(rows.column<std::int64_t>(0)[i]);
      record.end = time_from_micros(rows.column<std::int64_t>(1)[i]);
      record.key.src = IpAddress(0, rows.column<std::uint32_t>(2)[i]);
      record.key.dst = IpAddress(0, rows.column<std::uint32_t>(3)[i]);
      record.key.src_port = rows.column<std::uint16_t>(4)[i];
      record.key.dst_port = rows.column<std::uint16_t>(5)[i];
      record.key.protocol = rows.column<std::uint8_t>(6)[i];
      record.tcp_flags = rows.column<std::uint8_t>(7)[i];
      record.tos = rows.column<std::uint8_t>(8)[i];
      record.packets = rows.column<std::uint64_t>(9)[i];
      record.bytes = rows.column<std::uint64_t>(10)[i];
      record.observer = ObserverId{rows.column<std::uint32_t>(11)[i]};
      if (names != nullptr) read_origin(rows, 12, i, record);
      const auto nat = names == nullptr ? Nat::kNone : static_cast<Nat>(rows.column<std::uint8_t>(22)[i]);
      if (nat != Nat::kNone) {
        nats.push_back({out.size() - 1,
                        rows.column<std::uint32_t>(23)[i],
                        rows.column<std::uint32_t>(24)[i],
                        {{},
                         {},
                         rows.column<std::uint16_t>(25)[i],
                         rows.column<std::uint16_t>(26)[i],
                         nat == Nat::kBefore}});
        lowest = std::min({lowest, nats.back().src, nats.back().dst});
        highest = std::max({highest, nats.back().src, nats.back().dst});
      }
      lowest = std::min({lowest, rows.column<std::uint32_t>(2)[i], rows.column<std::uint32_t>(3)[i]});
      highest = std::max({highest, rows.column<std::uint32_t>(2)[i], rows.column<std::uint32_t>(3)[i]});
    }
  });
  if (!read || out.size() == first) return read;

  std::vector<IpAddress> addresses(highest - lowest + 1);
  read = connection.read("SELECT id, high, low FROM " + table("addresses") + " WHERE id BETWEEN ? AND ?",
                         std::vector<std::int64_t>{lowest, highest}, [&](const Chunk& rows) {
                           for (std::size_t i = 0; i < rows.size(); ++i) {
                             addresses[rows.column<std::uint32_t>(0)[i] - lowest] = IpAddress(
                                 rows.column<std::uint64_t>(1)[i], rows.column<std::uint64_t>(2)[i]);
                           }
                         });
  if (read && names != nullptr) {
    read = read_origins(connection, catalog_, *names, std::span(out).subspan(first));
  }
  if (!read) {
    out.resize(first);
    return read;
  }
  for (std::size_t i = first; i < out.size(); ++i) {
    out[i].key.src = addresses[out[i].key.src.low() - lowest];
    out[i].key.dst = addresses[out[i].key.dst.low() - lowest];
  }
  for (ReadNat& nat : nats) {
    nat.tuple.src = addresses[nat.src - lowest];
    nat.tuple.dst = addresses[nat.dst - lowest];
    out[nat.record].nat = names->nats.intern(nat.tuple);
  }
  return {};
}

Result<void> PeriodFile::read_lsas(Connection& connection, Time from, Time to,
                                   std::vector<LsaRow>& out) const {
  const std::string sql =
      "SELECT arrival_us, vantage, domain, area, as_wide, type, id, advertising_router, sequence, lsa FROM " +
      table("lsa_rows") + " WHERE arrival_us >= ? AND arrival_us < ? ORDER BY arrival_us, batch, ordinal";
  return connection.read(sql, std::vector{micros(from), micros(to)}, [&](const Chunk& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      LsaRow& lsa = out.emplace_back();
      lsa.arrival = time_from_micros(rows.column<std::int64_t>(0)[i]);
      lsa.vantage = VantageId{rows.column<std::uint32_t>(1)[i]};
      lsa.key.area = {rows.column<std::uint32_t>(3)[i], rows.column<std::uint16_t>(2)[i]};
      lsa.key.as_wide = rows.column<bool>(4)[i];
      lsa.key.type = rows.column<std::uint16_t>(5)[i];
      lsa.key.id = rows.column<std::uint64_t>(6)[i];
      lsa.key.router = {rows.column<std::uint32_t>(7)[i]};
      lsa.sequence = rows.column<std::int32_t>(8)[i];
      const std::string_view bytes = rows.text(9, i);
      lsa.bytes = LsaBytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    }
  });
}

Result<void> PeriodFile::read_marks(Connection& connection, Time to, std::vector<MarkRow>& out) const {
  const std::string sql = "SELECT time_us, vantage, kind, packets FROM " + table("mark_rows") +
                          " WHERE time_us < ? ORDER BY time_us, batch";
  return connection.read(sql, std::vector{micros(to)}, [&](const Chunk& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out.push_back(
          {time_from_micros(rows.column<std::int64_t>(0)[i]), VantageId{rows.column<std::uint32_t>(1)[i]},
           static_cast<VantageMarkKind>(rows.column<std::uint8_t>(2)[i]), rows.column<std::uint64_t>(3)[i]});
    }
  });
}

Result<void> PeriodFile::remove_batch(Connection& connection, std::uint64_t number) {
  std::string sql = "BEGIN TRANSACTION;";
  for (const char* name : {"flow_rows", "lsa_rows", "mark_rows", "host_rows", "load_rows", "batches"}) {
    sql += "DELETE FROM " + table(name) + " WHERE batch = " + std::to_string(number) + ";";
  }
  auto removed = connection.run(sql + "COMMIT");
  if (removed) return {};
  (void)connection.run("ROLLBACK");
  return removed.error().in(path_);
}

}  // namespace anemone

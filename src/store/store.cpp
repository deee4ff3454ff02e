#include "store/store.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "store/database.h"
#include "store/host_rows.h"
#include "store/period_file.h"

namespace anemone {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMainSchema =
    "CREATE TABLE settings (period_us BIGINT NOT NULL);"
    "CREATE TABLE names (kind UTINYINT NOT NULL, id UINTEGER NOT NULL, name VARCHAR NOT NULL);"
    "CREATE TABLE progress (source VARCHAR NOT NULL, id UBIGINT NOT NULL, at_us BIGINT NOT NULL,"
    " progress VARCHAR NOT NULL);";

// Times that a file can be named for: years 1970 to 9999.
constexpr Time kFirst{};
constexpr Time kEnd = time_from_micros(253'402'300'800'000'000);

using Periods = std::map<Time, std::shared_ptr<PeriodFile>>;

std::vector<std::uint64_t> numbers_of(Connection& connection, const std::string& sql, Result<void>& failed) {
  std::vector<std::uint64_t> numbers;
  failed = connection.read(sql, [&](const Chunk& rows) {
    const auto* column = rows.column<std::uint64_t>(0);
    numbers.insert(numbers.end(), column, column + rows.size());
  });
  return numbers;
}

}  // namespace

struct Store::Parts {
  StoreConfig config;
  Duration period{};
  std::unique_ptr<Database> database;

  // Whoever changes the store. Taken before `state`.
  std::mutex writing;
  std::unique_ptr<Connection> writer;
  std::uint64_t next_number = 1;
  std::string broken;  // why nothing can be appended any more

  // What reads and writes share; held for moments only.
  mutable std::mutex state;
  Periods periods;
  NameLists names;
  std::map<std::string, Progress, std::less<>> sources;
  std::vector<std::unique_ptr<Connection>> idle;

  Result<void> open_main();
  Result<void> open_periods();
  Result<void> remove_unfinished();
  Result<void> read_progress(const std::string& table, const std::string& where);
  Result<void> read_batches();
  Result<std::uint32_t> name(NameKind kind, std::string_view text);
  std::vector<std::string> names_of(NameKind kind) const;

  Result<std::map<Time, BatchPart>> split(const Batch& batch) const;
  Result<void> check_ids(const Batch& batch) const;
  Result<void> make_periods(const std::map<Time, BatchPart>& parts);
  Result<void> write(const Batch& batch, const std::map<Time, BatchPart>& parts);
  Result<void> save_progress();

  using ReadPeriod = std::function<Result<void>(const PeriodFile&, Connection&)>;
  Result<void> read_periods(Time from, Time to, const ReadPeriod& read);
};

Result<void> Store::Parts::open_main() {
  const std::string path = config.folder + "/main.duckdb";
  const std::string schema = kMainSchema + std::string("INSERT INTO settings VALUES (") +
                             std::to_string(config.period.count()) + ");";
  if (auto attached = attach_file(*writer, path, "main_file", schema); !attached) return attached;
  auto read = writer->read("SELECT period_us FROM main_file.main.settings",
                           [&](const Chunk& rows) { period = Duration{rows.column<std::int64_t>(0)[0]}; });
  if (!read) return read.error().in(path);
  if (period < 1s) return Error{path + ": its period is not a whole second or more"};
  for (const NameKind kind : {NameKind::kObserver, NameKind::kVantage, NameKind::kLink}) names[kind];
  read =
      writer->read("SELECT kind, name FROM main_file.main.names ORDER BY kind, id", [&](const Chunk& rows) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
          NameList& list = names[static_cast<NameKind>(rows.column<std::uint8_t>(0)[i])];
          list.ids.emplace(rows.text(1, i), static_cast<std::uint32_t>(list.by_id.size()));
          list.by_id.emplace_back(rows.text(1, i));
        }
      });
  return read;
}

Result<void> Store::Parts::open_periods() {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(config.folder, failed)) {
    const auto start = PeriodFile::start_of(entry.path().filename());
    if (!start) continue;
    auto file = PeriodFile::open(*writer, config.folder, *start);
    if (!file) return file.error();
    periods.emplace(*start, std::move(*file));
  }
  if (failed) return Error{config.folder + ": " + failed.message()};
  return {};
}

// A batch whose last part was never committed is not in: its earlier parts go.
Result<void> Store::Parts::remove_unfinished() {
  for (const auto& [start, file] : periods) {
    std::vector<std::pair<std::uint64_t, Time>> halves;
    auto read = writer->read("SELECT batch, last_us FROM " + file->table("batches") + " WHERE last_us > ?",
                             std::vector{micros(start)}, [&](const Chunk& rows) {
                               for (std::size_t i = 0; i < rows.size(); ++i) {
                                 halves.emplace_back(rows.column<std::uint64_t>(0)[i],
                                                     time_from_micros(rows.column<std::int64_t>(1)[i]));
                               }
                             });
    if (!read) return read.error().in(file->path());
    for (const auto& [number, last] : halves) {
      const auto other = periods.find(last);
      bool whole = false;
      if (other != periods.end()) {
        const std::string sql = "SELECT batch FROM " + other->second->table("batches") + " WHERE batch = ?";
        read = writer->read(sql, std::vector{static_cast<std::int64_t>(number)},
                            [&](const Chunk& rows) { whole = whole || rows.size() > 0; });
        if (!read) return read.error().in(other->second->path());
      }
      if (whole) continue;
      if (auto removed = file->remove_batch(*writer, number); !removed) return removed;
    }
  }
  return {};
}

Result<void> Store::Parts::read_progress(const std::string& table, const std::string& where) {
  const std::string sql = "SELECT source, max(id), arg_max(at_us, id), arg_max(progress, id) FROM " + table +
                          where + " GROUP BY source";
  return writer->read(sql, [&](const Chunk& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Progress& last = sources[std::string(rows.text(0, i))];
      const std::uint64_t id = rows.column<std::uint64_t>(1)[i];
      if (id <= last.id) continue;
      last = {id, time_from_micros(rows.column<std::int64_t>(2)[i]), std::string(rows.text(3, i))};
    }
  });
}

Result<void> Store::Parts::read_batches() {
  auto read = read_progress("main_file.main.progress", "");
  for (const auto& [start, file] : periods) {
    if (read)
      read = read_progress(file->table("batches"), " WHERE last_us = " + std::to_string(micros(start)));
    if (!read) return read.error().in(file->path());
    const std::string sql = "SELECT coalesce(max(batch), 0)::UBIGINT FROM " + file->table("batches");
    for (const std::uint64_t number : numbers_of(*writer, sql, read)) {
      next_number = std::max(next_number, number + 1);
    }
  }
  return read;
}

Result<std::unique_ptr<Store>> Store::open(const StoreConfig& config) {
  auto parts = std::make_unique<Parts>();
  parts->config = config;
  if (config.period < 1s || config.period % 1s != 0s) return Error{"a store's period is whole seconds"};
  std::error_code failed;
  fs::create_directories(config.folder, failed);
  if (failed) return Error{config.folder + ": " + failed.message()};
  auto database = Database::open({config.memory_mb, config.threads}, config.folder + "/spill");
  if (!database) return database.error();
  parts->database = std::move(*database);
  auto writer = parts->database->connect();
  if (!writer) return writer.error();
  parts->writer = std::move(*writer);
  auto opened = parts->open_main();
  if (opened) opened = parts->open_periods();
  if (opened) opened = parts->remove_unfinished();
  if (opened) opened = parts->read_batches();
  if (!opened) return opened.error();
  return std::unique_ptr<Store>(new Store(std::move(parts)));
}

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Store::~Store() {
  parts_->idle.clear();  // connections before their database
  parts_->writer.reset();
}

// --- names -----------------------------------------------------------------------------------------

Result<std::uint32_t> Store::Parts::name(NameKind kind, std::string_view text) {
  const std::string key(text);
  const std::lock_guard one(writing);
  {
    const std::lock_guard lock(state);
    const auto found = names[kind].ids.find(key);
    if (found != names[kind].ids.end()) return found->second;
  }
  const auto id = static_cast<std::uint32_t>(names[kind].by_id.size());  // only writers change it
  auto kept =
      writer->run("INSERT INTO main_file.main.names VALUES (" + std::to_string(static_cast<int>(kind)) +
                  ", " + std::to_string(id) + ", " + sql_text(text) + ")");
  if (!kept) return kept.error().in(config.folder + "/main.duckdb");
  const std::lock_guard lock(state);
  names[kind].by_id.push_back(key);
  names[kind].ids.emplace(key, id);
  return id;
}

std::vector<std::string> Store::Parts::names_of(NameKind kind) const {
  const std::lock_guard lock(state);
  return names.at(kind).by_id;
}

Result<ObserverId> Store::observer(std::string_view name) {
  auto id = parts_->name(NameKind::kObserver, name);
  if (!id) return id.error();
  return ObserverId{*id};
}

Result<VantageId> Store::vantage(std::string_view name) {
  auto id = parts_->name(NameKind::kVantage, name);
  if (!id) return id.error();
  return VantageId{*id};
}

Result<StoredLinkId> Store::link(std::string_view name) {
  auto id = parts_->name(NameKind::kLink, name);
  if (!id) return id.error();
  return StoredLinkId{*id};
}

std::vector<std::string> Store::observers() const { return parts_->names_of(NameKind::kObserver); }
std::vector<std::string> Store::vantages() const { return parts_->names_of(NameKind::kVantage); }
std::vector<std::string> Store::links() const { return parts_->names_of(NameKind::kLink); }

// --- append ----------------------------------------------------------------------------------------

Result<void> Store::Parts::check_ids(const Batch& batch) const {
  const auto unknown = [](const char* what) {
    return Error{std::string("a ") + what + " that the store did not name"};
  };
  const std::size_t observers = names.at(NameKind::kObserver).by_id.size();
  const std::size_t vantages = names.at(NameKind::kVantage).by_id.size();
  const std::size_t links = names.at(NameKind::kLink).by_id.size();
  for (const auto& record : batch.records) {
    if (record.observer.value() >= observers) return unknown("record's observer");
    if (!has_names(record, batch.names.get())) return Error{"a record's origin that its names do not have"};
  }
  for (const auto& lsa : batch.lsas) {
    if (lsa.vantage.value() >= vantages) return unknown("vantage point");
  }
  for (const auto& mark : batch.marks) {
    if (mark.vantage.value() >= vantages) return unknown("vantage point");
  }
  for (const auto& host : batch.hosts) {
    if (host.observer.value() >= observers) return unknown("host's observer");
  }
  for (const auto& load : batch.loads) {
    if (load.link.value() >= links) return unknown("link");
  }
  return {};
}

Result<std::map<Time, BatchPart>> Store::Parts::split(const Batch& batch) const {
  std::map<Time, BatchPart> parts;
  bool in_range = true;
  Time start{};
  BatchPart* last = nullptr;
  const auto part_of = [&](Time time) -> BatchPart& {
    if (last != nullptr && time >= start && time < start + period) return *last;
    in_range = in_range && time >= kFirst && time < kEnd;
    start = slice_start(in_range ? time : kFirst, period);
    last = &parts[start];
    return *last;
  };
  std::uint32_t at = 0;
  for (const auto& record : batch.records) part_of(record.start).records.push_back(at++);
  at = 0;
  for (const auto& lsa : batch.lsas) part_of(lsa.arrival).lsas.push_back(at++);
  at = 0;
  for (const auto& mark : batch.marks) part_of(mark.time).marks.push_back(at++);
  at = 0;
  for (const auto& host : batch.hosts) part_of(host.facts.at).hosts.push_back(at++);
  at = 0;
  for (const auto& load : batch.loads) part_of(load.bin).loads.push_back(at++);
  if (parts.empty()) part_of(batch.at);
  if (!in_range) return Error{"a time before 1970 or after 9999"};
  return parts;
}

Result<void> Store::Parts::make_periods(const std::map<Time, BatchPart>& parts) {
  std::size_t fresh = 0;
  for (const auto& [start, part] : parts) fresh += periods.contains(start) ? 0 : 1;
  if (fresh > 0 && periods.size() + fresh > config.periods_max) {
    return Error{"its times need " + std::to_string(fresh) + " more files: over periods_max (" +
                 std::to_string(config.periods_max) + ")"};
  }
  for (const auto& [start, part] : parts) {
    if (periods.contains(start)) continue;
    auto file = PeriodFile::open(*writer, config.folder, start);
    if (!file) return file.error();
    const std::lock_guard lock(state);
    periods.emplace(start, std::move(*file));
  }
  for (const auto& [start, file] : periods) {  // the others need no dictionary in memory now
    if (!parts.contains(start)) file->rest();
  }
  return {};
}

Result<void> Store::Parts::write(const Batch& batch, const std::map<Time, BatchPart>& parts) {
  const std::uint64_t number = next_number++;
  const Time last = parts.rbegin()->first;
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    auto written = periods.at(part->first)->write(*writer, batch, part->second, number, last, names);
    if (written) continue;
    for (auto earlier = parts.begin(); earlier != part; ++earlier) {
      auto removed = periods.at(earlier->first)->remove_batch(*writer, number);
      if (!removed)
        broken = "a batch is half in and cannot be taken out: open the store anew (" +
                 removed.error().message + ")";
    }
    return written;
  }
  return {};
}

Result<void> Store::append(const Batch& batch) {
  Parts& parts = *parts_;
  const std::lock_guard one(parts.writing);
  if (!parts.broken.empty()) return Error{parts.broken};
  const std::string which = "batch " + std::to_string(batch.id) + " of " + batch.source;
  if (batch.id == 0) return Error{which + ": ids begin at 1"};
  const auto last = parts.sources.find(batch.source);  // only writers change it
  if (last != parts.sources.end() && batch.id <= last->second.id) return {};

  if (auto known = parts.check_ids(batch); !known) return known.error().in(which);
  auto split = parts.split(batch);
  if (!split) return split.error().in(which);
  if (auto made = parts.make_periods(*split); !made) return made.error().in(which);
  if (auto written = parts.write(batch, *split); !written) return written.error().in(which);
  const std::lock_guard lock(parts.state);
  parts.sources[batch.source] = {batch.id, batch.at, batch.progress};
  return {};
}

std::optional<Progress> Store::progress(std::string_view source) const {
  const std::lock_guard lock(parts_->state);
  const auto found = parts_->sources.find(source);
  if (found == parts_->sources.end()) return std::nullopt;
  return found->second;
}

std::map<std::string, Progress, std::less<>> Store::sources() const {
  const std::lock_guard lock(parts_->state);
  return parts_->sources;
}

// --- reads -----------------------------------------------------------------------------------------

// Calls `read` for each period that overlaps [from, to), oldest first, with a connection of its own.
Result<void> Store::Parts::read_periods(Time from, Time to, const ReadPeriod& read) {
  std::vector<std::shared_ptr<PeriodFile>> files;
  std::unique_ptr<Connection> connection;
  {
    const std::lock_guard lock(state);
    for (const auto& [start, file] : periods) {
      if (start < to && start + period > from) files.push_back(file);
    }
    if (!idle.empty()) {
      connection = std::move(idle.back());
      idle.pop_back();
    }
  }
  if (!connection) {
    auto fresh = database->connect();
    if (!fresh) return fresh.error();
    connection = std::move(*fresh);
  }
  Result<void> done;
  for (const auto& file : files) {
    auto one = read(*file, *connection);
    if (!one && !file->forgotten()) done = one.error().in(file->path());
    if (!done) break;
  }
  const std::lock_guard lock(state);
  idle.push_back(std::move(connection));
  return done;
}

Result<std::vector<FlowRecord>> Store::flows_between(Time from, Time to,
                                                     std::span<const ObserverId> observers,
                                                     RecordNames* names) const {
  std::string where = " WHERE start_us >= ? AND start_us < ?";
  for (const ObserverId observer : observers) {
    where += (observer == observers.front() ? " AND observer IN (" : ", ") + std::to_string(observer.value());
  }
  if (!observers.empty()) where += ")";
  const std::vector<std::int64_t> values{micros(from), micros(to)};
  std::vector<FlowRecord> records;
  auto read = parts_->read_periods(from, to, [&](const PeriodFile& file, Connection& connection) {
    return file.read_flows(connection, where, values, names, records);
  });
  if (!read) return read.error();
  return records;
}

Result<std::vector<LsaRow>> Store::lsas_between(Time from, Time to) const {
  std::vector<LsaRow> lsas;
  auto read = parts_->read_periods(from, to, [&](const PeriodFile& file, Connection& connection) {
    return file.read_lsas(connection, from, to, lsas);
  });
  if (!read) return read.error();
  return lsas;
}

Result<std::vector<LsaRow>> Store::lsas_until(Time time) const {
  return lsas_between(kFirst, time + Duration{1});
}

Result<std::vector<MarkRow>> Store::marks_until(Time time) const {
  std::vector<MarkRow> marks;
  const Time to = time + Duration{1};
  auto read = parts_->read_periods(kFirst, to, [&](const PeriodFile& file, Connection& connection) {
    return file.read_marks(connection, to, marks);
  });
  if (!read) return read.error();
  return marks;
}

Result<std::vector<HostRow>> Store::host_facts() const {
  std::vector<HostRow> hosts;
  auto read = parts_->read_periods(kFirst, kEnd, [&](const PeriodFile& file, Connection& connection) {
    return read_host_rows(connection, file.catalog(), hosts);
  });
  if (!read) return read.error();
  return hosts;
}

Result<std::vector<StoredLoad>> Store::loads_between(Time from, Time to,
                                                     std::optional<StoredLinkId> only) const {
  std::vector<StoredLoad> loads;
  const std::vector<std::int64_t> values{micros(from), micros(to)};
  auto read = parts_->read_periods(from, to, [&](const PeriodFile& file, Connection& connection) {
    const std::string newest = "(SELECT bin_us AS bin, max(batch) AS newest FROM " + file.table("load_rows") +
                               " WHERE bin_us >= ? AND bin_us < ? GROUP BY bin_us)";
    const std::string sql = "SELECT bin_us, link, bits, packets FROM " + file.table("load_rows") + " JOIN " +
                            newest + " ON bin_us = bin AND batch = newest" +
                            (only ? " WHERE link = " + std::to_string(only->value()) : "") +
                            " ORDER BY bin_us, link";
    return connection.read(sql, values, [&](const Chunk& rows) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        loads.push_back({time_from_micros(rows.column<std::int64_t>(0)[i]),
                         StoredLinkId{rows.column<std::uint32_t>(1)[i]}, rows.column<double>(2)[i],
                         rows.column<double>(3)[i]});
      }
    });
  });
  if (!read) return read.error();
  return loads;
}

Result<std::vector<Time>> Store::bins(Time from, Time to) const {
  std::vector<Time> bins;
  const std::vector<std::int64_t> values{micros(from), micros(to)};
  auto read = parts_->read_periods(from, to, [&](const PeriodFile& file, Connection& connection) {
    const std::string sql = "SELECT bin_us FROM " + file.table("load_rows") +
                            " WHERE bin_us >= ? AND bin_us < ? GROUP BY bin_us ORDER BY bin_us";
    return connection.read(sql, values, [&](const Chunk& rows) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        bins.push_back(time_from_micros(rows.column<std::int64_t>(0)[i]));
      }
    });
  });
  if (!read) return read.error();
  return bins;
}

// The least and the largest that `select` says of any period.
Result<std::optional<StoreSpan>> Store::span_of(const SelectEnds& select) const {
  std::optional<StoreSpan> span;
  auto read = parts_->read_periods(kFirst, kEnd, [&](const PeriodFile& file, Connection& connection) {
    const std::string sql = "SELECT min(first_us), max(last_us) FROM (" + select(file) +
                            ") AS ends HAVING min(first_us) IS NOT NULL";
    return connection.read(sql, [&](const Chunk& rows) {
      if (rows.size() == 0) return;
      const Time first = time_from_micros(rows.column<std::int64_t>(0)[0]);
      const Time last = time_from_micros(rows.column<std::int64_t>(1)[0]);
      span = span ? StoreSpan{std::min(span->from, first), std::max(span->to, last)} : StoreSpan{first, last};
    });
  });
  if (!read) return read.error();
  return span;
}

Result<std::optional<StoreSpan>> Store::span() const {
  return span_of([](const PeriodFile& file) {
    return "SELECT min(start_us) AS first_us, max(end_us) AS last_us FROM " + file.table("flow_rows") +
           " UNION ALL SELECT min(arrival_us), max(arrival_us) FROM " + file.table("lsa_rows") +
           " UNION ALL SELECT min(time_us), max(time_us) FROM " + file.table("mark_rows") +
           " UNION ALL SELECT min(bin_us), max(bin_us) FROM " + file.table("load_rows");
  });
}

Result<std::optional<StoreSpan>> Store::record_span() const {
  return span_of([](const PeriodFile& file) {
    return "SELECT min(start_us) AS first_us, max(end_us) AS last_us FROM " + file.table("flow_rows");
  });
}

Result<StoreCounts> Store::counts() const {
  StoreCounts counts;
  auto read = parts_->read_periods(kFirst, kEnd, [&](const PeriodFile& file, Connection& connection) {
    ++counts.periods;
    const auto count = [&](const char* table, std::uint64_t& sum) {
      return connection.read("SELECT count(*)::UBIGINT FROM " + file.table(table),
                             [&](const Chunk& rows) { sum += rows.column<std::uint64_t>(0)[0]; });
    };
    auto counted = count("flow_rows", counts.records);
    if (counted) counted = count("lsa_rows", counts.lsas);
    if (counted) counted = count("load_rows", counts.loads);
    return counted;
  });
  if (!read) return read.error();
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(parts_->config.folder, failed)) {
    std::error_code gone;
    const auto size = entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
    if (!gone) counts.bytes_on_disk += size;
  }
  return counts;
}

// --- retention -------------------------------------------------------------------------------------

// Before batches go with their files, what they said of progress moves to the main file.
Result<void> Store::Parts::save_progress() {
  std::string sql = "BEGIN TRANSACTION; DELETE FROM main_file.main.progress;";
  for (const auto& [source, last] : sources) {
    sql += "INSERT INTO main_file.main.progress VALUES (" + sql_text(source) + ", " +
           std::to_string(last.id) + ", " + std::to_string(micros(last.at)) + ", " + sql_text(last.text) +
           ");";
  }
  auto saved = writer->run(sql + "COMMIT");
  if (saved) return {};
  (void)writer->run("ROLLBACK");
  return saved.error().in(config.folder + "/main.duckdb");
}

Result<std::size_t> Store::retention(Time now, Duration keep) {
  Parts& parts = *parts_;
  const std::lock_guard one(parts.writing);
  std::vector<std::shared_ptr<PeriodFile>> old;
  for (const auto& [start, file] : parts.periods) {
    if (start + parts.period <= now - keep) old.push_back(file);
  }
  if (old.empty()) return std::size_t{0};
  if (auto saved = parts.save_progress(); !saved) return saved.error();
  for (const auto& file : old) {
    {
      const std::lock_guard lock(parts.state);
      parts.periods.erase(file->start());
    }
    if (auto gone = file->forget(*parts.writer); !gone) return gone.error();
  }
  return old.size();
}

}  // namespace anemone

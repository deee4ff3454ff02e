#include "store/database.h"

#include <dlfcn.h>
#include <duckdb.h>

#include <utility>

namespace anemone {

namespace {

// The functions of libduckdb.so that are used here. The library is loaded when the first database is
// opened: it is 65 MB, and loading it was most of the 7 ms of CPU that starting any command took.
// (The layout that the formatter gives such a list changes from run to run.)
// clang-format off
#define ANEMONE_DUCKDB_FUNCTIONS(F) \
  F(append_data_chunk) F(appender_close) F(appender_column_count) F(appender_column_type) \
  F(appender_create_ext) F(appender_destroy) F(appender_error) F(bind_int64) F(close) F(connect) \
  F(create_config) F(create_data_chunk) F(data_chunk_get_size) F(data_chunk_get_vector) \
  F(data_chunk_reset) F(data_chunk_set_size) F(destroy_config) F(destroy_data_chunk) \
  F(destroy_logical_type) F(destroy_prepare) F(destroy_result) F(disconnect) F(execute_prepared) \
  F(fetch_chunk) F(free) F(open_ext) F(prepare) F(prepare_error) F(query) F(result_error) \
  F(set_config) F(string_t_data) F(string_t_length) F(vector_assign_string_element_len) \
  F(vector_get_data) F(vector_size)
// clang-format on

struct DuckdbLibrary {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a name that is declared cannot stand in any
#define ANEMONE_DECLARE(name) decltype(&::duckdb_##name) name = nullptr;
  ANEMONE_DUCKDB_FUNCTIONS(ANEMONE_DECLARE)
#undef ANEMONE_DECLARE
  std::string problem;  // why it could not be loaded

  DuckdbLibrary() {
    void* library = dlopen("libduckdb.so", RTLD_NOW | RTLD_LOCAL);  // installed, or on LD_LIBRARY_PATH
    if (library == nullptr) library = dlopen(ANEMONE_DUCKDB_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      problem = std::string("DuckDB's library cannot be loaded: ") + dlerror();
      return;
    }
#define ANEMONE_FIND(name) name = find<decltype(name)>(library, "duckdb_" #name);
    ANEMONE_DUCKDB_FUNCTIONS(ANEMONE_FIND)
#undef ANEMONE_FIND
  }

 private:
  template <class F>
  F find(void* library, const char* name) {
    void* found = dlsym(library, name);
    if (found == nullptr) problem = std::string("DuckDB's library has no ") + name;
    return reinterpret_cast<F>(found);
  }
};

const DuckdbLibrary& duckdb() {
  static const DuckdbLibrary library;
  return library;
}

// The first line of what DuckDB says: the rest is a drawing of the statement.
Error failure(const char* message) {
  const std::string text = message == nullptr ? "DuckDB gave no reason" : message;
  return Error{text.substr(0, text.find('\n'))};
}

duckdb_database as_database(void* handle) { return static_cast<duckdb_database>(handle); }
duckdb_connection as_connection(void* handle) { return static_cast<duckdb_connection>(handle); }
duckdb_data_chunk as_chunk(void* handle) { return static_cast<duckdb_data_chunk>(handle); }
duckdb_appender as_appender(void* handle) { return static_cast<duckdb_appender>(handle); }

// An answer, freed at the end of its scope.
struct Answer {
  duckdb_result result{};
  ~Answer() { duckdb().destroy_result(&result); }
};

struct Statement {
  duckdb_prepared_statement prepared = nullptr;
  ~Statement() { duckdb().destroy_prepare(&prepared); }
};

}  // namespace

std::string sql_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out.push_back('\'');
    out.push_back(c);
  }
  return out + "'";
}

std::string_view Chunk::text(std::size_t index, std::size_t row) const {
  auto* strings = static_cast<duckdb_string_t*>(const_cast<void*>(data(index)));
  return {duckdb().string_t_data(&strings[row]), duckdb().string_t_length(strings[row])};
}

const void* Chunk::data(std::size_t index) const {
  return duckdb().vector_get_data(duckdb().data_chunk_get_vector(as_chunk(chunk_), index));
}

Connection::~Connection() {
  auto connection = as_connection(handle_);
  duckdb().disconnect(&connection);
}

Result<void> Connection::run(const std::string& sql) {
  Answer answer;
  if (duckdb().query(as_connection(handle_), sql.c_str(), &answer.result) != DuckDBSuccess) {
    return failure(duckdb().result_error(&answer.result));
  }
  return {};
}

Result<void> Connection::read(const std::string& sql, std::span<const std::int64_t> values,
                              const TakeChunk& take) {
  Statement statement;
  if (duckdb().prepare(as_connection(handle_), sql.c_str(), &statement.prepared) != DuckDBSuccess) {
    return failure(duckdb().prepare_error(statement.prepared));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (duckdb().bind_int64(statement.prepared, i + 1, values[i]) != DuckDBSuccess) {
      return failure(duckdb().prepare_error(statement.prepared));
    }
  }
  Answer answer;
  if (duckdb().execute_prepared(statement.prepared, &answer.result) != DuckDBSuccess) {
    return failure(duckdb().result_error(&answer.result));
  }
  while (duckdb_data_chunk chunk = duckdb().fetch_chunk(answer.result)) {
    take(Chunk(chunk, duckdb().data_chunk_get_size(chunk)));
    duckdb().destroy_data_chunk(&chunk);
  }
  return {};
}

TableWriter::TableWriter(Connection& connection, const std::string& catalog, const std::string& table) {
  duckdb_appender appender = nullptr;
  const auto state = duckdb().appender_create_ext(as_connection(connection.handle_), catalog.c_str(), "main",
                                                  table.c_str(), &appender);
  appender_ = appender;
  if (state != DuckDBSuccess) {
    failure_ = failure(appender == nullptr ? nullptr : duckdb().appender_error(appender)).message;
    return;
  }
  std::vector<duckdb_logical_type> types;
  for (idx_t i = 0; i < duckdb().appender_column_count(appender); ++i) {
    types.push_back(duckdb().appender_column_type(appender, i));
  }
  chunk_ = duckdb().create_data_chunk(types.data(), types.size());
  for (auto& type : types) duckdb().destroy_logical_type(&type);
  for (std::size_t i = 0; i < types.size(); ++i) {
    columns_.push_back(duckdb().vector_get_data(duckdb().data_chunk_get_vector(as_chunk(chunk_), i)));
  }
}

TableWriter::~TableWriter() {
  auto chunk = as_chunk(chunk_);
  if (chunk != nullptr) duckdb().destroy_data_chunk(&chunk);
  auto appender = as_appender(appender_);
  if (appender != nullptr) duckdb().appender_destroy(&appender);
}

void TableWriter::next() {
  if (rows_ == duckdb().vector_size()) send();
  row_ = rows_++;
}

void TableWriter::set_text(std::size_t column, std::string_view value) {
  if (!failure_.empty()) return;
  duckdb().vector_assign_string_element_len(duckdb().data_chunk_get_vector(as_chunk(chunk_), column), row_,
                                            value.data(), value.size());
}

void TableWriter::send() {
  if (failure_.empty() && rows_ > 0) {
    duckdb().data_chunk_set_size(as_chunk(chunk_), rows_);
    if (duckdb().append_data_chunk(as_appender(appender_), as_chunk(chunk_)) != DuckDBSuccess) {
      failure_ = failure(duckdb().appender_error(as_appender(appender_))).message;
    }
    duckdb().data_chunk_reset(as_chunk(chunk_));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      columns_[i] = duckdb().vector_get_data(duckdb().data_chunk_get_vector(as_chunk(chunk_), i));
    }
  }
  rows_ = 0;
}

Result<void> TableWriter::close() {
  send();
  if (failure_.empty() && duckdb().appender_close(as_appender(appender_)) != DuckDBSuccess) {
    failure_ = failure(duckdb().appender_error(as_appender(appender_))).message;
  }
  if (!failure_.empty()) return Error{failure_};
  return {};
}

Result<std::unique_ptr<Database>> Database::open(const DatabaseLimits& limits, const std::string& spill) {
  if (!duckdb().problem.empty()) return Error{duckdb().problem};
  duckdb_config config = nullptr;
  if (duckdb().create_config(&config) != DuckDBSuccess) return Error{"DuckDB cannot be configured"};
  const std::pair<const char*, std::string> options[] = {
      {"autoinstall_known_extensions", "false"},  // else a missing extension is fetched from the network
      {"autoload_known_extensions", "false"},      {"memory_limit", std::to_string(limits.memory_mb) + "MB"},
      {"threads", std::to_string(limits.threads)}, {"temp_directory", spill},
  };
  bool known = true;
  for (const auto& [name, value] : options) {
    known = known && duckdb().set_config(config, name, value.c_str()) == DuckDBSuccess;
  }
  duckdb_database handle = nullptr;
  char* message = nullptr;
  const bool opened = known && duckdb().open_ext(nullptr, &handle, config, &message) == DuckDBSuccess;
  duckdb().destroy_config(&config);
  if (!opened) {
    const Error error = failure(known ? message : "DuckDB does not know an option that the store sets");
    duckdb().free(message);
    return error;
  }
  return std::unique_ptr<Database>(new Database(handle));
}

Database::~Database() {
  auto handle = as_database(handle_);
  duckdb().close(&handle);
}

Result<std::unique_ptr<Connection>> Database::connect() {
  duckdb_connection connection = nullptr;
  if (duckdb().connect(as_database(handle_), &connection) != DuckDBSuccess) {
    return Error{"DuckDB: no further connection"};
  }
  return std::unique_ptr<Connection>(new Connection(connection));
}

}  // namespace anemone

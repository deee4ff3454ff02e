// A Database is one DuckDB instance, with the few words that the store needs of it.
//
// DuckDB's C API is a hundred functions with handles to be freed by hand; here a handle frees itself, an
// error is a Result, and rows come and go in columns, a chunk at a time, which is what makes it fast. No
// column that is read may be NULL: the store's are all NOT NULL.
//
// The instance itself is in memory and empty: files are attached to it. Any number of threads, but one
// Connection, with whatever was made from it, belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace anemone {

struct DatabaseLimits {
  std::uint32_t memory_mb = 512;
  std::uint32_t threads = 2;
};

// Some rows of an answer, column by column. Valid during the call that hands it out.
class Chunk {
 public:
  std::size_t size() const { return size_; }
  // REQUIRES: T is the C++ type of the column's SQL type, as DuckDB lays it out (UINTEGER: uint32_t).
  template <class T>
  const T* column(std::size_t index) const {
    return static_cast<const T*>(data(index));
  }
  // REQUIRES: the column is VARCHAR or BLOB.
  std::string_view text(std::size_t index, std::size_t row) const;

 private:
  friend class Connection;
  Chunk(void* chunk, std::size_t size) : chunk_(chunk), size_(size) {}
  const void* data(std::size_t index) const;

  void* chunk_;
  std::size_t size_;
};

class Connection {
 public:
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // One or more statements whose answers, if any, nobody wants.
  Result<void> run(const std::string& sql);

  // Hands the rows of one statement to `take`, with each "?" in it standing for one of `values`.
  using TakeChunk = std::function<void(const Chunk&)>;
  Result<void> read(const std::string& sql, std::span<const std::int64_t> values, const TakeChunk& take);
  Result<void> read(const std::string& sql, const TakeChunk& take) { return read(sql, {}, take); }

 private:
  friend class Database;
  friend class TableWriter;
  explicit Connection(void* handle) : handle_(handle) {}
  void* handle_;
};

// Appends rows to a table: next() begins one, set() fills each of its columns, close() sends what is
// left. An error on the way is kept, makes the rest do nothing, and comes out of close().
class TableWriter {
 public:
  // `connection` must outlive the writer.
  TableWriter(Connection& connection, const std::string& catalog, const std::string& table);
  ~TableWriter();
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;

  void next();
  // REQUIRES: T is the C++ type of the column.
  template <class T>
  void set(std::size_t column, T value) {
    if (failure_.empty()) static_cast<T*>(columns_[column])[row_] = value;
  }
  void set_text(std::size_t column, std::string_view value);  // VARCHAR (valid UTF-8) or BLOB
  Result<void> close();

 private:
  void send();

  void* appender_ = nullptr;
  void* chunk_ = nullptr;
  std::vector<void*> columns_;
  std::size_t row_ = 0;
  std::size_t rows_ = 0;  // begun in this chunk
  std::string failure_;
};

class Database {
 public:
  // Keeps what does not fit into memory in the folder `spill`, made when needed.
  static Result<std::unique_ptr<Database>> open(const DatabaseLimits& limits, const std::string& spill);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // The database must outlive it.
  Result<std::unique_ptr<Connection>> connect();

 private:
  explicit Database(void* handle) : handle_(handle) {}
  void* handle_;
};

// 'text' as an SQL literal, quotes in it doubled.
std::string sql_text(std::string_view text);

}  // namespace anemone

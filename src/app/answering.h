// Answering asks the API of a running server, or of a store's folder on this disk, which is then opened for
// the time of the command: one question, one answer, whoever gives it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/server_options.h"
#include "base/result.h"

namespace anemone {

class Answering {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;

  virtual ~Answering() = default;
  // The JSON of GET /api/v1/PATH?QUERY, of POST where there is a body; an error says what the API said. Empty
  // values are left out.
  virtual Result<std::string> ask(const std::string& path, const Query& query, const std::string& body) = 0;
  Result<std::string> ask(const std::string& path, const Query& query) { return ask(path, query, ""); }

  // Exactly one of the two: `server`, or `store`. `counters`: files of interface counters, for a store.
  static Result<std::unique_ptr<Answering>> open(const ServerOptions& server, const std::string& store,
                                                 const std::vector<std::string>& counters = {});
};

// Whether `path` is a store's folder.
bool is_store(const std::string& path);

}  // namespace anemone

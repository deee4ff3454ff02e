// StaticFiles answers for the files of one folder: the console that the build made.
//
// A file is looked for anew each time, so a rebuilt console shows without a restart; the ETag (size and
// time of change) lets a browser keep what has not changed. Files under assets/ carry a hash in their
// names and may be kept for a year. Nothing outside the folder is ever read: not by "..", not by a link.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "io/http_message.h"

namespace anemone {

class StaticFiles {
 public:
  explicit StaticFiles(std::string folder, std::size_t file_bytes_max);

  // REQUIRES: request.path is decoded and holds no ".." (parse_http_target sees to it).
  HttpResponse answer(const HttpRequest& request) const;

 private:
  std::string folder_;  // canonical
  std::size_t file_bytes_max_;
};

// The Content-Type of a file, by its name: "text/html; charset=utf-8".
std::string_view content_type_of(std::string_view name);

}  // namespace anemone

#include "io/static_files.h"

#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

namespace anemone {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".webp", "image/webp"},
    {".gif", "image/gif"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".wasm", "application/wasm"},
    {".md", "text/markdown; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
}};

// The regular file that `path` means inside `folder`, with its attributes.
struct Found {
  fs::path file;
  struct stat info {};
};

bool find(const std::string& folder, std::string_view path, Found& found) {
  std::error_code failed;
  found.file = fs::canonical(fs::path(folder) / fs::path(path).relative_path(), failed);
  if (failed) return false;
  const std::string inside = folder + "/";
  if (found.file.native().compare(0, inside.size(), inside) != 0) return false;
  return ::stat(found.file.c_str(), &found.info) == 0 && S_ISREG(found.info.st_mode);
}

std::string etag_of(const struct stat& info) {
  return "\"" + std::to_string(info.st_size) + "-" + std::to_string(info.st_mtim.tv_sec) + "." +
         std::to_string(info.st_mtim.tv_nsec) + "\"";
}

}  // namespace

std::string_view content_type_of(std::string_view name) {
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

StaticFiles::StaticFiles(std::string folder, std::size_t file_bytes_max)
    : folder_(std::move(folder)), file_bytes_max_(file_bytes_max) {
  std::error_code failed;
  const fs::path canonical = fs::canonical(folder_, failed);
  if (!failed) folder_ = canonical.native();
}

HttpResponse StaticFiles::answer(const HttpRequest& request) const {
  if (request.method != "GET") {
    HttpResponse refused = http_error(405, "method_not_allowed", "files are read with GET");
    refused.headers.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  const std::string_view path = request.path == "/" ? "/index.html" : std::string_view(request.path);
  const std::string_view last = path.substr(path.rfind('/') + 1);
  Found found;
  const bool own_page = last.find('.') == std::string_view::npos;
  if (!find(folder_, path, found) && !(own_page && find(folder_, "index.html", found))) {
    return http_error(404, "no_such_page", "there is nothing at this address");
  }
  if (static_cast<std::size_t>(found.info.st_size) > file_bytes_max_) {
    return http_error(500, "file_too_large", "this file is larger than the server hands out");
  }

  HttpResponse response;
  const std::string etag = etag_of(found.info);
  const bool hashed = path.starts_with("/assets/");
  response.headers.emplace_back("ETag", etag);
  response.headers.emplace_back("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
  response.content_type = content_type_of(found.file.native());
  const auto known = request.headers.find("if-none-match");
  if (known != request.headers.end() && known->second.find(etag) != std::string::npos) {
    response.status = 304;
    return response;
  }
  std::ifstream in(found.file, std::ios::binary);
  response.body.resize(static_cast<std::size_t>(found.info.st_size));
  in.read(response.body.data(), static_cast<std::streamsize>(response.body.size()));
  if (static_cast<std::size_t>(in.gcount()) != response.body.size()) {
    return http_error(500, "file_unreadable", "this file could not be read");
  }
  return response;
}

}  // namespace anemone

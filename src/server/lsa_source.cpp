#include "server/lsa_source.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "lsdb/lsa_log_file.h"

namespace anemone {
namespace {

class LogFileSource : public LsaSource {
 public:
  explicit LogFileSource(std::string path) : path_(std::move(path)) {}

  const std::string& name() const override { return path_; }
  bool begins_anew() const override { return true; }

  Result<void> read(LsaLog& log) override {
    if (!reader_) {
      std::error_code unknown;
      if (!std::filesystem::exists(path_, unknown)) return Error{path_ + ": is not there yet"};
      if (std::filesystem::file_size(path_, unknown) == 0) return {};  // just being made
      auto opened = LsaLogReader::open(path_);
      if (!opened) return opened.error();
      reader_ = std::move(*opened);
    }
    return reader_->read(log);
  }

 private:
  std::string path_;
  std::optional<LsaLogReader> reader_;
};

}  // namespace

std::unique_ptr<LsaSource> lsa_log_source(std::string path) {
  return std::make_unique<LogFileSource>(std::move(path));
}

}  // namespace anemone

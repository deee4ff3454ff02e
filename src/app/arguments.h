// Arguments: a command's options, declared in a few lines. A thin face on CLI11, which is slow to compile
// and is included by arguments.cpp only.
//
// Every option --some-thing can also be given as the environment variable ANEMONE_SOME_THING, and in the
// file that --config names.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace anemone {

enum class Need { kOptional, kRequired };

class Arguments {
 public:
  // `story` is what --help prints above the options.
  Arguments(const char* command, const char* story);
  ~Arguments();

  // What each names is written when parse() succeeds and must outlive it. Defaults are what is there.
  void positional(const char* name, std::vector<std::string>& into, const char* help, Need need);
  void positional(const char* name, std::string& into, const char* help, Need need);
  void option(const char* name, std::string& into, const char* help, Need need = Need::kOptional);
  void option(const char* name, std::vector<std::string>& into, const char* help);
  // One or more values after it, as a shell makes of *.
  void files(const char* name, std::vector<std::string>& into, const char* help);
  void option(const char* name, double& into, const char* help);
  void option(const char* name, std::uint64_t& into, const char* help);
  void flag(const char* name, bool& into, const char* help);
  // An option that takes one of `values`; anything else is refused with the list.
  void choice(const char* name, std::string& into, std::vector<std::string> values, const char* help);

  // Reads the command line. The exit code when there is nothing left to run: help was asked for, or
  // something was wrong (and has been said on stderr).
  std::optional<int> parse(int argc, char** argv);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone

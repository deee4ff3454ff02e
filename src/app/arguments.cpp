#include "app/arguments.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>

#include "app/commands.h"

namespace anemone {
namespace {

std::string environment_name(const std::string& option) {
  std::string name = "ANEMONE";
  for (char c : option)
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::size_t at = 0;
  while ((at = name.find("__", at)) != std::string::npos) name.erase(at, 1);
  return name;
}

}  // namespace

struct Arguments::Impl {
  CLI::App app;

  template <class T>
  CLI::Option* add(const char* name, T& into, const char* help) {
    return app.add_option(name, into, help)->envname(environment_name(name));
  }
};

Arguments::Arguments(const char* command, const char* story) : impl_(std::make_unique<Impl>()) {
  impl_->app.name(std::string("anemone ") + command);
  impl_->app.description(story);
  impl_->app.set_config("--config", "", "read options from a TOML file");
}

Arguments::~Arguments() = default;

void Arguments::positional(const char* name, std::vector<std::string>& into, const char* help, Need need) {
  impl_->app.add_option(name, into, help)->required(need == Need::kRequired);
}

void Arguments::positional(const char* name, std::string& into, const char* help, Need need) {
  impl_->app.add_option(name, into, help)->required(need == Need::kRequired);
}

void Arguments::option(const char* name, std::string& into, const char* help, Need need) {
  impl_->add(name, into, help)->required(need == Need::kRequired);
}

void Arguments::option(const char* name, std::vector<std::string>& into, const char* help) {
  impl_->add(name, into, help)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void Arguments::files(const char* name, std::vector<std::string>& into, const char* help) {
  impl_->add(name, into, help)->expected(1, 1024)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void Arguments::option(const char* name, double& into, const char* help) {
  impl_->add(name, into, help)->capture_default_str();
}

void Arguments::option(const char* name, std::uint64_t& into, const char* help) {
  impl_->add(name, into, help)->capture_default_str();
}

void Arguments::flag(const char* name, bool& into, const char* help) {
  impl_->app.add_flag(name, into, help)->envname(environment_name(name));
}

void Arguments::choice(const char* name, std::string& into, std::vector<std::string> values,
                       const char* help) {
  impl_->add(name, into, help)->check(CLI::IsMember(std::move(values)))->capture_default_str();
}

std::optional<int> Arguments::parse(int argc, char** argv) {
  try {
    impl_->app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& problem) {
    return impl_->app.exit(problem, std::cout, std::cerr) == 0 ? kDone : kWrongUsage;
  }
}

}  // namespace anemone

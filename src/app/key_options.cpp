#include "app/key_options.h"

#include <cstdio>

#include "io/text_file.h"

namespace anemone {

void KeyOptions::declare(Arguments& arguments) {
  arguments.option(
      "--key", keys,
      "take OSPF packets of an area only if signed with this: AREA|*:ID:ALGORITHM:SECRET; others on "
      "this machine can read it in the list of processes, so rather use --keys");
  arguments.option("--keys", file, "a file of such keys, one a line");
}

Result<ospf::AuthKeys> KeyOptions::read() const {
  ospf::AuthKeys all;
  for (const std::string& key : keys) {
    if (auto added = ospf::add_auth_key(key, all); !added) return added.error().in("--key");
  }
  if (file.empty()) return all;
  const auto text = read_text_file(file);
  if (!text) return text.error();
  if (auto added = ospf::add_auth_keys(*text, all); !added) return added.error().in(file);
  return all;
}

void say_not_authentic(const char* command, const ospf::AuthCounts& counts) {
  std::uint64_t total = 0;
  std::string reasons;
  for (std::size_t i = 0; i < ospf::kAuthVerdicts; ++i) {
    const auto verdict = static_cast<ospf::AuthVerdict>(i);
    if (ospf::taken(verdict) || counts[verdict] == 0) continue;
    total += counts[verdict];
    reasons +=
        (reasons.empty() ? "" : ", ") + std::to_string(counts[verdict]) + " " + print_auth_verdict(verdict);
  }
  if (total == 0) return;
  std::fprintf(stderr, "anemone %s: %llu OSPF %s not taken, since no key given verifies %s: %s\n", command,
               static_cast<unsigned long long>(total), total == 1 ? "packet was" : "packets were",
               total == 1 ? "it" : "them", reasons.c_str());
}

}  // namespace anemone

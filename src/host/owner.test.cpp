#include "host/owner.h"

#include <doctest/doctest.h>

using namespace anemone;

TEST_CASE("the same owner has the same number, and what nobody owns has a name") {
  OwnerTable owners;
  const Owner nginx{"nginx", "/usr/sbin/nginx", "www-data", "nginx.service", ""};
  const OwnerId id = owners.intern(nginx);
  CHECK(owners.intern(nginx) == id);
  CHECK(owners[id] == nginx);
  CHECK(owners[kUnknownOwner].process == "(unknown)");
  CHECK(owners[kKernelOwner].process == "(kernel)");
  CHECK(owners[kForwardedOwner].process == "(forwarded)");
  CHECK(owners[kNoSocketOwner].process == "(no socket)");
}

TEST_CASE("a full table of owners says other, and counts") {
  OwnerTable owners(6);
  const OwnerId first = owners.intern({"a", "", "", "", ""});
  CHECK(owners.intern({"b", "", "", "", ""}) == kOtherOwner);
  CHECK(owners.intern({"a", "", "", "", ""}) == first);
  CHECK(owners.refused() == 1);
}

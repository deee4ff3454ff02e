#include "host/known_bytes.h"

#include <doctest/doctest.h>

using namespace anemone;

TEST_CASE("the share of unknown is of what a program should own") {
  OwnerTable owners;
  const OwnerId nginx = owners.intern({"nginx", "/usr/sbin/nginx", "www-data", "nginx.service", ""});
  const OwnerId gone = owners.intern({"(unknown)", "", "www-data", "nginx.service", ""});
  const OwnerId bare = owners.intern({"dig", "", "", "", ""});
  KnownBytes known;
  CHECK(known.unknown_share() == 0);
  known.add(owners, nginx, ApplicationId{1}, 500);
  known.add(owners, bare, {}, 300);
  known.add(owners, gone, {}, 100);
  known.add(owners, kUnknownOwner, {}, 60);
  known.add(owners, kOtherOwner, {}, 40);
  known.add(owners, kForwardedOwner, ApplicationId{1}, 9000);
  known.add(owners, kKernelOwner, {}, 1000);
  CHECK(known.all == 11'000);
  CHECK(known.no_program == 10'000);
  CHECK(known.unknown == 200);
  CHECK(known.unknown_share() == doctest::Approx(0.2));
  CHECK(known.executable == 500);
  CHECK(known.user == 600);
  CHECK(known.place == 600);
  CHECK(known.application == 9500);
}

#include "host/cgroup_tree.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "host/cgroup_deaths.h"

using namespace anemone;

namespace {

std::uint64_t id_of(const std::filesystem::path& path) {
  struct stat facts {};
  REQUIRE(stat(path.c_str(), &facts) == 0);
  return facts.st_ino;
}

struct Folder {
  explicit Folder(const std::filesystem::path& in = std::filesystem::temp_directory_path()) {
    std::string name = (in / "names_test_XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path = name;
  }
  ~Folder() {
    for (const char* inner : {"system.slice/a.service", "system.slice"}) rmdir((path / inner).c_str());
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  std::filesystem::path path;
};

void a_tree_is_known(const std::filesystem::path& root, const std::filesystem::path& inside) {
  std::filesystem::create_directories(inside / "system.slice");
  CgroupTree tree({.proc = "/proc", .cgroup = root, .passwd = {}});
  const std::string prefix = inside == root ? "" : "/" + inside.filename().string();
  const std::string* slice = tree.path_of(id_of(inside / "system.slice"));
  REQUIRE(slice != nullptr);
  CHECK(*slice == prefix + "/system.slice");
  CHECK(*tree.path_of(id_of(root)) == "/");

  std::filesystem::create_directory(inside / "system.slice/a.service");
  const std::uint64_t late = id_of(inside / "system.slice/a.service");
  const std::string* service = tree.path_of(late);
  while (service == nullptr && tree.too_early()) service = tree.path_of(late);
  REQUIRE(service != nullptr);
  CHECK(*service == prefix + "/system.slice/a.service");

  rmdir((inside / "system.slice/a.service").c_str());
  REQUIRE(tree.path_of(late) != nullptr);
  CHECK(*tree.path_of(late) == prefix + "/system.slice/a.service");
  CHECK(tree.path_of(0xffff'ffff'ffff) == nullptr);
}

}  // namespace

TEST_CASE("a tree of folders is walked, again for what came since, and remembers what is gone") {
  const Folder folder;
  a_tree_is_known(folder.path, folder.path);
}

TEST_CASE("the cgroups of this machine are known by their ids, where we may make some") {
  const std::string root = cgroup2_mount({});
  if (root.empty() || geteuid() != 0) return;
  const Folder folder(root);
  if (folder.path.empty()) return;
  a_tree_is_known(root, folder.path);
}

TEST_CASE("a cgroup that came and went before anybody asked is known by its removal, and so is one in it") {
  const std::string root = cgroup2_mount({});
  if (root.empty() || geteuid() != 0) return;
  const Folder folder(root);
  if (folder.path.empty() || !CgroupDeaths(root).hears_all()) return;
  CgroupTree tree;
  std::filesystem::create_directories(folder.path / "system.slice/a.service");
  const std::uint64_t slice = id_of(folder.path / "system.slice");
  const std::uint64_t service = id_of(folder.path / "system.slice/a.service");
  rmdir((folder.path / "system.slice/a.service").c_str());
  rmdir((folder.path / "system.slice").c_str());
  const std::string* path = tree.path_of(service);
  REQUIRE(path != nullptr);
  CHECK(*path == "/" + folder.path.filename().string() + "/system.slice/a.service");
  REQUIRE(tree.path_of(slice) != nullptr);
  CHECK(tree.counts().walks == 1);
}

TEST_CASE("without cgroups nothing is known, and nothing fails") {
  CgroupTree tree({.proc = "/proc", .cgroup = "/nonexistent", .passwd = {}});
  CHECK(tree.path_of(1) == nullptr);
  CHECK(cgroup2_mount({.proc = "/nonexistent", .cgroup = {}, .passwd = {}}).empty());
}

TEST_CASE("there are at most so many paths") {
  const Folder folder;
  std::filesystem::create_directories(folder.path / "system.slice/a.service");
  CgroupTree tree({.proc = "/proc", .cgroup = folder.path, .passwd = {}}, 2);
  CHECK(tree.counts().forgotten == 2);
}

#include "host/cgroup_path.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace anemone;

namespace {

const std::string kId = "3f2a9c1b7d5e4f60a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdef0";
const std::string kShort = "3f2a9c1b7d5e";

struct Case {
  std::string path;
  std::string unit;
  std::string container;
};

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    CAPTURE(one.path);
    const CgroupNames names = read_cgroup_path(one.path);
    CHECK(names.unit == one.unit);
    CHECK(names.container == one.container);
  }
}

}  // namespace

TEST_CASE("systemd's units are known by the innermost name on the path") {
  check({
      {"/", "", ""},
      {"", "", ""},
      {"/init.scope", "init.scope", ""},
      {"/system.slice", "", ""},
      {"/system.slice/nginx.service", "nginx.service", ""},
      {"/system.slice/nginx.service (deleted)", "nginx.service", ""},
      {"/system.slice/nginx.service/workers/3", "nginx.service", ""},
      {"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", ""},
      {"/system.slice/system-postgresql.slice/postgresql@15-main.service", "postgresql@15-main.service", ""},
      {R"(/system.slice/system-systemd\x2dfsck.slice/systemd-fsck@dev-disk-by\x2duuid-1f.service)",
       R"(systemd-fsck@dev-disk-by\x2duuid-1f.service)", ""},
      {"/system.slice/ssh.socket", "ssh.socket", ""},
      {"/user.slice/user-1000.slice/session-3.scope", "session-3.scope", ""},
      {"/user.slice/user-1000.slice/user@1000.service/init.scope", "init.scope", ""},
      {"/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-firefox-4711.scope",
       "app-gnome-firefox-4711.scope", ""},
      {"/user.slice/user-1000.slice/user@1000.service/app.slice/"
       "snap.firefox.firefox-0c1b7d5e-4f60-4a1b-92c3-d4e5f6071829.scope",
       "snap.firefox.firefox-0c1b7d5e-4f60-4a1b-92c3-d4e5f6071829.scope", ""},
      {"/system.slice/_cpu.service", "cpu.service", ""},
      {"/system.slice/__odd.service", "_odd.service", ""},
      {"/system.slice/.service", "", ""},
      {"/my/own/group", "", ""},
      {R"(/machine.slice/machine-qemu\x2d1\x2dwin10.scope/libvirt/emulator)",
       R"(machine-qemu\x2d1\x2dwin10.scope)", ""},
  });
}

TEST_CASE("containers of docker, podman and buildkit are known by their ids") {
  check({
      {"/docker/" + kId, "", kShort},
      {"/system.slice/docker-" + kId + ".scope", "", kShort},
      {"/system.slice/docker-" + kId + ".scope/init.scope", "init.scope", kShort},
      {"/system.slice/docker.service", "docker.service", ""},
      {"/system.slice/containerd.service", "containerd.service", ""},
      {"/docker/buildkit/" + kId, "", kShort},
      {"/machine.slice/libpod-" + kId + ".scope/container", "", kShort},
      {"/machine.slice/libpod-conmon-" + kId + ".scope", "libpod-conmon-" + kId + ".scope", ""},
      {"/libpod_parent/libpod-" + kId, "", kShort},
      {"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope", "", kShort},
      {"/user.slice/user-1000.slice/user@1000.service/user.slice/user-libpod_pod_" + kId + ".slice/libpod-" +
           kId + ".scope/container/system.slice/httpd.service",
       "httpd.service", kShort},
      {"/system.slice/web.service/libpod-payload-" + kId, "", kShort},
      {"/default/" + kId, "", kShort},
      {"/system.slice/nerdctl-" + kId + ".scope", "", kShort},
      {"/actions_job/" + kId, "", kShort},
  });
}

TEST_CASE("containers of kubernetes are known with each runtime and each driver") {
  const std::string pod = "kubepods-burstable-pod5f1e0d2c_1b2a_4c3d_8e4f_5a6b7c8d9e0f.slice";
  check({
      {"/kubepods.slice/kubepods-burstable.slice/" + pod + "/cri-containerd-" + kId + ".scope", "", kShort},
      {"/kubepods.slice/kubepods-burstable.slice/" + pod + "/crio-" + kId + ".scope", "", kShort},
      {"/kubepods.slice/kubepods-burstable.slice/" + pod + "/crio-conmon-" + kId + ".scope",
       "crio-conmon-" + kId + ".scope", ""},
      {"/kubepods.slice/kubepods-burstable.slice/" + pod + "/docker-" + kId + ".scope", "", kShort},
      {"/kubepods/besteffort/pod5f1e0d2c-1b2a-4c3d-8e4f-5a6b7c8d9e0f/" + kId, "", kShort},
      {"/system.slice/containerd.service/" + pod + ":cri-containerd:" + kId, "", kShort},
      {"/docker/" + std::string(64, 'a') + "/kubelet/kubepods/burstable/pod1/" + kId, "", kShort},
      {"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/cri-containerd-" + kId +
           ".scope",
       "", kShort},
      {"/system.slice/kubelet.service", "kubelet.service", ""},
      {"/kubepods.slice/kubepods-burstable.slice/" + pod, "", ""},
      {"/ecs/0c1b7d5e4f604a1b92c3d4e5f6071829/" + kId, "", kShort},
      {"/ecs/0c1b7d5e4f604a1b92c3d4e5f6071829/0c1b7d5e4f604a1b92c3d4e5f6071829-2531612879", "",
       "0c1b7d5e4f60"},
  });
}

TEST_CASE("machines and LXC's containers are known by their names, and their monitors are not in them") {
  check({
      {"/lxc/web", "", "web"},
      {"/lxc/101/ns/system.slice/nginx.service", "nginx.service", "101"},
      {"/lxc.payload.web", "", "web"},
      {"/lxc.payload.web/system.slice/nginx.service", "nginx.service", "web"},
      {"/lxc.payload/web/init.scope", "init.scope", "web"},
      {"/lxc.monitor.web", "", ""},
      {"/machine.slice/machine-web.scope", "", "web"},
      {R"(/machine.slice/machine-debian\x2d12.scope/payload/system.slice/ssh.service)", "ssh.service",
       "debian-12"},
      {"/machine.slice/systemd-nspawn@web.service/payload", "", "web"},
      {"/machine.slice/systemd-nspawn@web.service/payload/system.slice/ssh.service", "ssh.service", "web"},
      {"/machine.slice/systemd-nspawn@web.service/supervisor", "systemd-nspawn@web.service", ""},
  });
}

TEST_CASE(
    "of the trees of /proc/PID/cgroup the unified one counts, then systemd's, then any that says something") {
  CHECK(read_process_cgroups("0::/system.slice/ssh.service\n") == CgroupNames{"ssh.service", ""});
  CHECK(
      read_process_cgroups("12:memory:/docker/" + kId + "\n1:name=systemd:/system.slice/a.service\n0::/\n") ==
      CgroupNames{"a.service", ""});
  CHECK(read_process_cgroups("12:memory:/docker/" + kId + "\n1:name=systemd:/\n0::/\n") ==
        CgroupNames{"", kShort});
  CHECK(read_process_cgroups("1:name=systemd:/system.slice/a.service\n0::/system.slice/b.service") ==
        CgroupNames{"b.service", ""});
  CHECK(read_process_cgroups("2:cpu:/\n0::/") == CgroupNames{});
  CHECK(read_process_cgroups("0:\n::\n") == CgroupNames{});
  CHECK(read_process_cgroups("") == CgroupNames{});
}

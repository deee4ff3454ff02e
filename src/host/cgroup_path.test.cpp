#include "host/cgroup_path.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace anemone;

namespace {

const std::string full_id = "3f2a9c1b7d5e4f60a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdef0";
const std::string short_id = "3f2a9c1b7d5e";

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
      {"/docker/" + full_id, "", short_id},
      {"/system.slice/docker-" + full_id + ".scope", "", short_id},
      {"/system.slice/docker-" + full_id + ".scope/init.scope", "init.scope", short_id},
      {"/system.slice/docker.service", "docker.service", ""},
      {"/system.slice/containerd.service", "containerd.service", ""},
      {"/docker/buildkit/" + full_id, "", short_id},
      {"/machine.slice/libpod-" + full_id + ".scope/container", "", short_id},
      {"/machine.slice/libpod-conmon-" + full_id + ".scope", "libpod-conmon-" + full_id + ".scope", ""},
      {"/libpod_parent/libpod-" + full_id, "", short_id},
      {"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + full_id + ".scope", "", short_id},
      {"/user.slice/user-1000.slice/user@1000.service/user.slice/user-libpod_pod_" + full_id +
           ".slice/libpod-" + full_id + ".scope/container/system.slice/httpd.service",
       "httpd.service", short_id},
      {"/system.slice/web.service/libpod-payload-" + full_id, "", short_id},
      {"/default/" + full_id, "", short_id},
      {"/system.slice/nerdctl-" + full_id + ".scope", "", short_id},
      {"/actions_job/" + full_id, "", short_id},
  });
}

TEST_CASE("containers of kubernetes are known with each runtime and each driver") {
  const std::string pod = "kubepods-burstable-pod5f1e0d2c_1b2a_4c3d_8e4f_5a6b7c8d9e0f.slice";
  check({
      {"/kubepods.slice/kubepods-burstable.slice/" + pod + "/cri-containerd-" + full_id + ".scope", "",
       short_id},
      {"/kubepods.slice/kubepods-burstable.slice/" + pod + "/crio-" + full_id + ".scope", "", short_id},
      {"/kubepods.slice/kubepods-burstable.slice/" + pod + "/crio-conmon-" + full_id + ".scope",
       "crio-conmon-" + full_id + ".scope", ""},
      {"/kubepods.slice/kubepods-burstable.slice/" + pod + "/docker-" + full_id + ".scope", "", short_id},
      {"/kubepods/besteffort/pod5f1e0d2c-1b2a-4c3d-8e4f-5a6b7c8d9e0f/" + full_id, "", short_id},
      {"/system.slice/containerd.service/" + pod + ":cri-containerd:" + full_id, "", short_id},
      {"/docker/" + std::string(64, 'a') + "/kubelet/kubepods/burstable/pod1/" + full_id, "", short_id},
      {"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/cri-containerd-" + full_id +
           ".scope",
       "", short_id},
      {"/system.slice/kubelet.service", "kubelet.service", ""},
      {"/kubepods.slice/kubepods-burstable.slice/" + pod, "", ""},
      {"/ecs/0c1b7d5e4f604a1b92c3d4e5f6071829/" + full_id, "", short_id},
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
  CHECK(read_process_cgroups("12:memory:/docker/" + full_id +
                             "\n1:name=systemd:/system.slice/a.service\n0::/\n") ==
        CgroupNames{"a.service", ""});
  CHECK(read_process_cgroups("12:memory:/docker/" + full_id + "\n1:name=systemd:/\n0::/\n") ==
        CgroupNames{"", short_id});
  CHECK(read_process_cgroups("1:name=systemd:/system.slice/a.service\n0::/system.slice/b.service") ==
        CgroupNames{"b.service", ""});
  CHECK(read_process_cgroups("2:cpu:/\n0::/") == CgroupNames{});
  CHECK(read_process_cgroups("0:\n::\n") == CgroupNames{});
  CHECK(read_process_cgroups("") == CgroupNames{});
}

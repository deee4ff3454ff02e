// A made-up network with made-up traffic, from a seed: the same numbers at every start.
// For developing the console and its screenshots only; nothing here is measured.

export function random(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const kM = 1e6;

// The shape of the recorded campus (tests/data/campus); the traffic is made up.
// name, site, x, y
const kCampus = [
  ["core1", "west", 0.34, 0.3], ["core2", "west", 0.34, 0.56], ["dist1", "west", 0.12, 0.22], ["dist2", "west", 0.12, 0.56],
  ["core3", "dc", 0.64, 0.3], ["core4", "dc", 0.64, 0.56], ["leaf1", "dc", 0.9, 0.36], ["leaf2", "dc", 0.9, 0.6], ["edge1", "dc", 0.78, 0.08],
  ["border1", "east", 0.3, 0.78], ["border2", "east", 0.54, 0.78], ["dist3", "east", 0.26, 0.94], ["dist4", "east", 0.58, 0.94], ["access1", "east", 0.42, 0.99],
];

// a, b, cost, capacity in Mb/s
const kCampusLinks = [
  ["core1", "core2", 10, 10], ["core1", "core3", 10, 6], ["core2", "core4", 10, 6], ["core3", "core4", 10, 10],
  ["dist1", "core1", 10, 10], ["dist1", "core2", 10, 10], ["dist2", "core1", 10, 10], ["dist2", "core2", 10, 10],
  ["leaf1", "core3", 10, 10], ["leaf1", "core4", 10, 10], ["leaf2", "core3", 10, 6], ["leaf2", "core4", 10, 6],
  ["border1", "core1", 10, 6], ["border2", "core2", 10, 6], ["dist3", "border1", 10, 6], ["dist3", "border2", 15, 6],
  ["dist4", "border1", 15, 6], ["dist4", "border2", 10, 6], ["access1", "dist3", 10, 6], ["access1", "dist4", 10, 6], ["dist3", "dist4", 30, 6],
];
const kLan = { id: "net:10.0.200.0/24", prefix: "10.0.200.0/24", routers: ["core3", "core4", "edge1"], x: null, y: null };

const kCampusHosts = [
  ["pc1", "dist1", "10.10.1.11"], ["pc2", "dist1", "10.10.1.12"], ["pc3", "dist2", "10.10.2.11"], ["pc4", "dist2", "10.10.2.12"],
  ["web1", "leaf1", "10.20.1.10"], ["dns1", "leaf1", "10.20.1.53"], ["files1", "leaf1", "10.20.1.20"],
  ["mail1", "leaf2", "10.20.2.25"], ["app1", "leaf2", "10.20.2.30"], ["backup1", "leaf2", "10.20.2.40"],
  ["pc5", "dist3", "10.30.1.11"], ["pc6", "dist3", "10.30.1.12"], ["pc7", "dist4", "10.30.2.11"], ["files2", "dist4", "10.30.2.20"],
  ["pc8", "access1", "10.30.3.11"], ["pc9", "access1", "10.30.3.12"], ["internet1", "edge1", "198.51.100.10"],
];

const kProcesses = { http: "nginx", https: "firefox", domain: "unbound", smtp: "postfix", nfs: "nfsd", rsync: "rsync", mysql: "mariadbd", ssh: "sshd", iperf3: "iperf3" };
const kUsers = { domain: "unbound", smtp: "postfix", nfs: "root", rsync: "backup", mysql: "mysql", ssh: "alice", iperf3: "bob", https: "alice" };

function address(k) {
  return `10.1.${k >> 8}.${k & 255}`;
}

function two_way(links, a, b, cost, capacity_bps, k) {
  links.push({ id: `${a}>${b}:${address(k)}`, from: a, to: b, area: "0.0.0.0", cost, capacity_bps, interface: address(k) });
  links.push({ id: `${b}>${a}:${address(k + 1)}`, from: b, to: a, area: "0.0.0.0", cost, capacity_bps, interface: address(k + 1) });
}

function campus() {
  const routers = kCampus.map(([name, site, x, y], i) => ({
    id: `10.255.0.${i + 1}`, name, areas: site !== "east" ? ["0.0.0.0"] : name.startsWith("border") ? ["0.0.0.0", "0.0.0.1"] : ["0.0.0.1"], abr: name.startsWith("border"), asbr: name === "edge1", site, x, y,
  }));
  const links = [];
  kCampusLinks.forEach(([a, b, cost, m], i) => two_way(links, a, b, cost, m * kM, 1 + 4 * i));
  kLan.routers.forEach((r, i) => {
    links.push({ id: `${r}>${kLan.id}:10.0.200.${1 + i}`, from: r, to: kLan.id, area: "0.0.0.1", cost: 10, capacity_bps: 20 * kM, interface: `10.0.200.${1 + i}` });
    links.push({ id: `${kLan.id}>${r}:10.0.200.${1 + i}`, from: kLan.id, to: r, area: "0.0.0.1", cost: 0, capacity_bps: 20 * kM, interface: "" });
  });
  const hosts = kCampusHosts.map(([name, router, ip]) => ({ name, address: ip, router }));
  const r = random(7);
  const flows = [];
  const add = (from, to, app, mbps, from_bin = 0, to_bin = 1e9) =>
    flows.push({ from, to, app, process: kProcesses[app] ?? app, user: kUsers[app] ?? "www-data", bps: 0.62 * mbps * kM, phase: r() * 6.28, wobble: 0.12 + 0.3 * r(), from_bin, to_bin });
  for (const pc of ["pc1", "pc2", "pc3", "pc4", "pc5", "pc6", "pc7", "pc8", "pc9"]) {
    add("web1", pc, "http", 0.1 + 0.4 * r()); add(pc, "web1", "http", 0.03);
    add("internet1", pc, "https", 0.1 + 0.35 * r()); add(pc, "internet1", "https", 0.04);
    add("dns1", pc, "domain", 0.01); add(pc, "dns1", "domain", 0.006);
    add(pc, "mail1", "smtp", 0.03 + 0.1 * r()); add("files1", pc, "nfs", 0.1 + 0.3 * r()); add(pc, "files1", "nfs", 0.1 * r());
    add(pc, "app1", "ssh", 0.1 * r());
  }
  add("files2", "backup1", "rsync", 2.3, 4); add("app1", "backup1", "rsync", 1.2); add("files1", "backup1", "rsync", 1.1, 6, 18);
  add("web1", "app1", "mysql", 0.3); add("app1", "web1", "mysql", 0.9); add("pc8", "files2", "nfs", 0.5); add("files2", "pc9", "nfs", 0.8);
  add("pc3", "web1", "iperf3", 1.5, 12, 20); add("internet1", "pc5", "https", 0.9, 0, 15);
  const events = [
    { after_s: 104.2, kind: "link_down", text: "core1-core3 down", pair: ["core1", "core3"] },
    { after_s: 187.6, kind: "link_up", text: "core1-core3 up", pair: ["core1", "core3"] },
    { after_s: 213.1, kind: "cost", text: "core2>core4 cost 10 to 30", pair: ["core2", "core4"], cost: 30 },
  ];
  return { name: "campus (mock)", routers, networks: [kLan], links, hosts, flows, events };
}

// A mesh of n routers for measuring how fast the map draws: a ring of rings with chords. `areas`: in squares of eight
// by eight, each an area of its own, so that there is something to fold by.
function mesh(n, areas) {
  const r = random(3);
  const routers = [], links = [], hosts = [], flows = [];
  const side = Math.ceil(Math.sqrt(n));
  for (let i = 0; i < n; i++) {
    const name = `r${i}`;
    const square = Math.floor(i / side / 8) * Math.ceil(side / 8) + Math.floor((i % side) / 8);
    routers.push({ id: `10.255.${i >> 8}.${i & 255}`, name, areas: [areas ? `0.0.0.${1 + square}` : "0.0.0.0"], abr: false, asbr: false, site: null, x: null, y: null });
  }
  let k = 1;
  for (let i = 0; i < n; i++) {
    if (i % side !== side - 1 && i + 1 < n) { two_way(links, `r${i}`, `r${i + 1}`, 10, 100 * kM, k); k += 4; }
    if (i + side < n) { two_way(links, `r${i}`, `r${i + side}`, 10, 100 * kM, k); k += 4; }
    if (r() < 0.25) { const j = Math.min(n - 1, i + side + 1); if (j !== i) { two_way(links, `r${i}`, `r${j}`, 15, 100 * kM, k); k += 4; } }
  }
  for (let i = 0; i < Math.min(200, n); i++) hosts.push({ name: `h${i}`, address: `10.20.${i >> 8}.${i & 255}`, router: `r${Math.floor(r() * n)}` });
  for (let i = 0; i < 900; i++) {
    const a = hosts[Math.floor(r() * hosts.length)], b = hosts[Math.floor(r() * hosts.length)];
    if (a !== b) flows.push({ from: a.name, to: b.name, app: ["http", "https", "nfs", "ssh"][i & 3], process: ["nginx", "firefox", "nfsd", "sshd"][i & 3], user: ["www-data", "alice", "root", "alice"][i & 3], bps: (0.1 + 2.4 * r() * r()) * kM, phase: r() * 6, wobble: 0.3, from_bin: 0, to_bin: 1e9 });
  }
  return { name: `mesh of ${n} (mock)`, routers, networks: [], links, hosts, flows, events: [{ after_s: 104.2, kind: "link_down", text: "r1-r2 down", pair: ["r1", "r2"] }] };
}

// One router with one host, and nobody to talk with.
function one() {
  const { routers } = campus();
  return { name: "one router (mock)", routers: routers.slice(0, 1), networks: [], links: [], hosts: [], flows: [], events: [] };
}

export function network(routers, areas = false) {
  if (routers === 1) return one();
  if (routers === 0) return { ...campus(), name: "empty (mock)", routers: [], networks: [], links: [], hosts: [], flows: [], events: [] };
  return routers ? mesh(routers, areas) : campus();
}

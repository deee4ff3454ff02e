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

// name, site, x, y
const kCampus = [
  ["core1", "west", 0.34, 0.36], ["core2", "east", 0.66, 0.36],
  ["core3", "west", 0.36, 0.64], ["core4", "east", 0.64, 0.64],
  ["dist1", "west", 0.16, 0.2], ["dist2", "west", 0.15, 0.55],
  ["dist3", "east", 0.84, 0.2], ["dist4", "east", 0.86, 0.58],
  ["edge1", "west", 0.36, 0.08], ["edge2", "west", 0.04, 0.36],
  ["edge3", "west", 0.24, 0.86], ["edge4", "east", 0.64, 0.08],
  ["edge5", "east", 0.96, 0.4], ["edge6", "east", 0.72, 0.9],
];

// a, b, cost, capacity in Mb/s
const kCampusLinks = [
  ["core1", "core2", 10, 40], ["core1", "core3", 10, 40], ["core2", "core4", 10, 40], ["core3", "core4", 10, 40],
  ["core1", "dist1", 10, 20], ["core1", "dist2", 20, 20], ["core3", "dist2", 10, 20], ["dist1", "dist2", 20, 20],
  ["core2", "dist3", 10, 20], ["core4", "dist4", 10, 20], ["dist3", "dist4", 20, 20], ["core2", "dist4", 20, 20],
  ["dist1", "edge1", 10, 20], ["core1", "edge1", 25, 20], ["dist1", "edge2", 10, 10], ["dist2", "edge2", 10, 10],
  ["core3", "edge3", 15, 10], ["dist2", "edge3", 10, 20], ["dist3", "edge4", 10, 20], ["core2", "edge4", 25, 10],
  ["dist3", "edge5", 10, 10],
];
const kLan = { id: "net:10.1.0.112/28", prefix: "10.1.0.112/28", routers: ["core4", "dist4", "edge5", "edge6"], x: 0.82, y: 0.76 };

const kCampusHosts = [
  ["web1", "edge4"], ["web2", "edge5"], ["dns1", "edge1"], ["files", "edge6"], ["mail", "edge3"], ["backup", "edge5"],
  ["db1", "edge4"], ["git", "edge1"], ["pc1", "edge2"], ["pc2", "edge2"], ["pc3", "edge3"], ["pc4", "edge3"],
  ["pc5", "edge1"], ["pc6", "edge6"], ["pc7", "edge6"], ["lab1", "edge2"],
];

function address(k) {
  return `10.1.${k >> 8}.${k & 255}`;
}

function two_way(links, a, b, cost, capacity_bps, k) {
  links.push({ id: `${a}>${b}:${address(k)}`, from: a, to: b, area: a.startsWith("core") && b.startsWith("core") ? "0.0.0.0" : "0.0.0.1", cost, capacity_bps, interface: address(k) });
  links.push({ id: `${b}>${a}:${address(k + 1)}`, from: b, to: a, area: "0.0.0.0", cost, capacity_bps, interface: address(k + 1) });
}

function campus() {
  const routers = kCampus.map(([name, site, x, y], i) => ({
    id: `10.255.0.${i + 1}`, name, areas: name.startsWith("core") ? ["0.0.0.0", "0.0.0.1"] : ["0.0.0.1"], abr: name.startsWith("core"), asbr: name === "core1", site, x, y,
  }));
  const links = [];
  kCampusLinks.forEach(([a, b, cost, m], i) => two_way(links, a, b, cost, m * kM, 1 + 4 * i));
  kLan.routers.forEach((r, i) => {
    links.push({ id: `${r}>${kLan.id}:10.1.0.${113 + i}`, from: r, to: kLan.id, area: "0.0.0.1", cost: 10, capacity_bps: 20 * kM, interface: `10.1.0.${113 + i}` });
    links.push({ id: `${kLan.id}>${r}:10.1.0.${113 + i}`, from: kLan.id, to: r, area: "0.0.0.1", cost: 0, capacity_bps: 20 * kM, interface: "" });
  });
  const hosts = kCampusHosts.map(([name, router], i) => ({ name, address: `10.20.${1 + (i >> 2)}.${10 + i}`, router }));
  const r = random(7);
  const flows = [];
  const add = (from, to, app, mbps, from_bin = 0, to_bin = 1e9) =>
    flows.push({ from, to, app, bps: mbps * kM, phase: r() * 6.28, wobble: 0.12 + 0.3 * r(), from_bin, to_bin });
  for (const pc of ["pc1", "pc2", "pc3", "pc4", "pc5", "pc6", "pc7", "lab1"]) {
    add("web1", pc, "http", 0.5 + 0.9 * r()); add(pc, "web1", "http", 0.06);
    add("web2", pc, "https", 0.3 + 0.8 * r()); add(pc, "web2", "https", 0.05);
    add("dns1", pc, "domain", 0.01); add(pc, "dns1", "domain", 0.006);
    add(pc, "mail", "smtp", 0.05 + 0.2 * r()); add("files", pc, "nfs", 0.2 + 0.9 * r()); add(pc, "files", "nfs", 0.15 * r());
    add("git", pc, "ssh", 0.2 * r());
  }
  add("files", "backup", "rsync", 4.2, 4); add("db1", "backup", "rsync", 2.1); add("mail", "backup", "rsync", 1.4, 6, 18);
  add("web1", "db1", "mysql", 0.4); add("db1", "web1", "mysql", 1.1); add("web2", "db1", "mysql", 0.4); add("db1", "web2", "mysql", 1.6);
  add("pc3", "lab1", "iperf3", 2.4, 12, 20); add("git", "files", "rsync", 1.8, 0, 15);
  const events = [
    { after_s: 104.2, kind: "link_down", text: "core1-core2 down", pair: ["core1", "core2"] },
    { after_s: 187.6, kind: "link_up", text: "core1-core2 up", pair: ["core1", "core2"] },
    { after_s: 213.1, kind: "cost", text: "dist2>edge3 cost 10 to 30", pair: ["dist2", "edge3"], cost: 30 },
  ];
  return { name: "campus (mock)", routers, networks: [kLan], links, hosts, flows, events };
}

// A mesh of n routers for measuring how fast the map draws: a ring of rings with chords.
function mesh(n) {
  const r = random(3);
  const routers = [], links = [], hosts = [], flows = [];
  for (let i = 0; i < n; i++) {
    const name = `r${i}`;
    routers.push({ id: `10.255.${i >> 8}.${i & 255}`, name, areas: ["0.0.0.0"], abr: false, asbr: false, site: "", x: null, y: null });
  }
  let k = 1;
  const side = Math.ceil(Math.sqrt(n));
  for (let i = 0; i < n; i++) {
    if (i % side !== side - 1 && i + 1 < n) { two_way(links, `r${i}`, `r${i + 1}`, 10, 100 * kM, k); k += 4; }
    if (i + side < n) { two_way(links, `r${i}`, `r${i + side}`, 10, 100 * kM, k); k += 4; }
    if (r() < 0.25) { const j = Math.min(n - 1, i + side + 1); if (j !== i) { two_way(links, `r${i}`, `r${j}`, 15, 100 * kM, k); k += 4; } }
  }
  for (let i = 0; i < Math.min(200, n); i++) hosts.push({ name: `h${i}`, address: `10.20.${i >> 8}.${i & 255}`, router: `r${Math.floor(r() * n)}` });
  for (let i = 0; i < 900; i++) {
    const a = hosts[Math.floor(r() * hosts.length)], b = hosts[Math.floor(r() * hosts.length)];
    if (a !== b) flows.push({ from: a.name, to: b.name, app: ["http", "https", "nfs", "ssh"][i & 3], bps: (0.1 + 2.4 * r() * r()) * kM, phase: r() * 6, wobble: 0.3, from_bin: 0, to_bin: 1e9 });
  }
  return { name: `mesh of ${n} (mock)`, routers, networks: [], links, hosts, flows, events: [{ after_s: 104.2, kind: "link_down", text: "r1-r2 down", pair: ["r1", "r2"] }] };
}

export function network(routers) {
  if (routers === 0) return { ...campus(), name: "empty (mock)", routers: [], networks: [], links: [], hosts: [], flows: [], events: [] };
  return routers ? mesh(routers) : campus();
}

// Shows each sample of /events as it comes. The types are those of monitor/live/sample.go.

const kept = 120; // samples behind the sparklines, one a second
const history = new Map();

const $ = (id) => document.getElementById(id);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// remember adds a value to a line and returns the line. A process that is gone takes its line with it.
function remember(name, value, now) {
  const line = history.get(name) ?? { values: [] };
  line.values = [...line.values, value ?? 0].slice(-kept);
  line.seen = now;
  history.set(name, line);
  return line.values;
}

function forget(now) {
  for (const [name, line] of history) if (line.seen !== now) history.delete(name);
}

function spark(values, most = Math.max(...values, 1e-9)) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", `0 0 ${kept - 1} 20`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  const first = kept - values.length;
  line.setAttribute("points", values.map((v, i) => `${first + i},${(19 - (18 * v) / most).toFixed(1)}`).join(" "));
  svg.append(line);
  return svg;
}

const number = (n, digits = n < 10 ? 1 : 0) => (n ?? null) === null ? "–" : n.toLocaleString("en", { maximumFractionDigits: digits });
const rate = (n) => number(n, n > 0 && n < 10 ? 1 : 0);
const mebibytes = (bytes) => bytes ? `${number(bytes / 2 ** 20, 0)} MiB` : "–";
const percent = (cores) => (cores ?? null) === null ? "–" : `${number(cores * 100, 0)} %`;
const millis = (seconds) => (seconds ?? null) === null ? "–" : `${number(seconds * 1e3)} ms`;

function duration(seconds) {
  if (seconds < 1) return "0 s";
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60]]) {
    if (seconds >= 2 * size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.floor(seconds)} s`;
}

const age = (time, now) => duration((Date.parse(now) - Date.parse(time)) / 1000);

function tile(name, value, aside, { level = "", line } = {}) {
  const made = element("dl", { class: "tile" }, element("dt", {}, name), element("dd", { class: level }, value),
    element("dd", { class: "aside" }, aside));
  if (line) made.append(spark(line));
  return made;
}

// columns: [heading, cell of a row, class]. A cell is a text, an element, or [text, class].
function table(id, columns, rows, empty) {
  const head = element("tr", {}, ...columns.map(([heading, , style]) => element("th", { class: style ?? "" }, heading)));
  const body = rows.map((row) => element("tr", {}, ...columns.map(([, cell, style = ""]) => {
    const content = cell(row);
    const [text, level] = Array.isArray(content) ? content : [content, ""];
    return element("td", { class: `${style} ${level}`.trim() }, text);
  })));
  if (rows.length === 0) body.push(element("tr", {}, element("td", { class: "empty", colspan: columns.length }, empty)));
  $(id).replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
}

const levels = { blessed: "good", probation: "warn", failed: "bad" };
const state = (row) => [row.state, levels[row.state] ?? ""];
const some = (n, level) => [rate(n), n > 0 ? level : ""];

function showHeader(sample) {
  const serves = $("state");
  serves.textContent = sample.ready ? "serving" : "not serving";
  serves.className = `pill ${sample.ready ? "good" : "bad"}`;
  $("where").textContent = `API ${sample.api} · supervisor ${sample.pid}, up ${age(sample.since, sample.at)}`;
  const { hash, subject, at } = sample.commit;
  $("commit").textContent = [hash && `commit ${hash}`, subject, at].filter(Boolean).join(" · ");
  document.title = `${sample.ready ? "" : "⚠ "}payments-server`;
}

function showTiles({ traffic, backlog, workers, at }) {
  const now = traffic ?? {};
  const cores = workers.reduce((sum, w) => sum + (w.cpu ?? 0), 0);
  const memory = workers.reduce((sum, w) => sum + w.memory, 0);
  const unknown = backlog === null;
  $("tiles").replaceChildren(
    tile("Requests per second", rate(now.requests), `${rate(now.refused)} refused (4xx)`, { line: remember("requests", now.requests, at) }),
    tile("Errors per second", rate(now.errors), "answered 5xx", { level: now.errors > 0 ? "bad" : "", line: remember("errors", now.errors, at) }),
    tile("Latency, p99", millis(now.p99), `median ${millis(now.median)}`, { line: remember("p99", now.p99, at) }),
    tile("In progress", number(now.busy), "requests now", { line: remember("busy", now.busy, at) }),
    tile("Processor", percent(cores), `all workers, ${mebibytes(memory)}`, { line: remember("cores", cores, at) }),
    tile("Webhooks to deliver", number(backlog?.pending),
      unknown ? "the database does not answer" : backlog.pending ? `the oldest for ${duration(backlog.pending_age)}` : `${rate(backlog.deliveries)} delivered per second`,
      { level: unknown ? "bad" : backlog.pending_age > 600 ? "warn" : "", line: remember("pending", backlog?.pending, at) }),
    tile("Dead letters", number(backlog?.dead), "payments webhooks list --dead", { level: backlog?.dead ? "warn" : "" }),
    tile("Unresolved at a gateway", number(backlog?.intents), backlog?.intents ? `the oldest for ${duration(backlog.intent_age)}` : "payments and refunds",
      { level: backlog?.intent_age > 300 ? "bad" : "" }),
  );
}

function showTables(sample) {
  const now = sample.at;
  table("workers", [
    ["worker", (w) => `${w.generation}/${w.worker}`],
    ["state", (w) => w.up ? state(w) : ["no answer", "bad"], "text"],
    ["pid", (w) => `${w.pid}`, "wide"],
    ["CPU", (w) => percent(w.cpu)],
    ["", (w) => spark(remember(`cpu ${w.pid}`, w.cpu, now), Math.max(1, ...history.get(`cpu ${w.pid}`).values))],
    ["memory", (w) => mebibytes(w.memory)],
    ["", (w) => spark(remember(`memory ${w.pid}`, w.memory, now)), "wide"],
    ["goroutines", (w) => number(w.goroutines), "wide"],
    ["files", (w) => number(w.files), "wide"],
    ["idle", (w) => number(w.idle), "wide"],
    ["busy", (w) => number(w.busy)],
  ], sample.workers, "no worker lives");
  table("generations", [
    ["generation", (g) => `${g.generation}`],
    ["commit", (g) => g.commit || "–", "text wide"],
    ["state", state, "text"],
    ["workers", (g) => number(g.workers?.length ?? 0)],
    ["idle", (g) => number(g.idle), "wide"],
    ["busy", (g) => number(g.busy)],
    ["restarts", (g) => some(g.restarts, "warn"), "wide"],
    ["age", (g) => age(g.born, now)],
    ["cut in", (g) => g.deadline ? age(now, g.deadline) : "–"],
  ], [...sample.generations ?? []].reverse(), "none");
  table("routes", [
    ["route", (r) => r.route, "path"],
    ["per second", (r) => rate(r.requests)],
    ["5xx", (r) => some(r.errors, "bad")],
    ["p99", (r) => millis(r.p99)],
  ], sample.routes.slice(0, 12), "no request in the last seconds");
  table("gateways", [
    ["gateway", (g) => g.vendor],
    ["per second", (g) => rate(g.calls)],
    ["declined", (g) => some(g.declined, "")],
    ["unclear", (g) => some(g.unknown, "bad")],
    ["p99", (g) => millis(g.p99)],
  ], sample.gateways, "not asked yet");
  table("receipts", [
    ["to", (r) => `${r.generation}`],
    ["commit", (r) => r.commit || "–", "text wide"],
    ["outcome", (r) => [r.outcome, levels[r.outcome] ?? ""], "text"],
    ["ago", (r) => age(r.at, now)],
    ["ready", (r) => `${number(r.ready_ms)} ms`],
    ["drain", (r) => `${number(r.drain_ms)} ms`, "wide"],
    ["in flight", (r) => number(r.in_flight), "wide"],
    ["moved", (r) => number(r.moved), "wide"],
    ["closed", (r) => number(r.closed), "wide"],
    ["forced", (r) => some(r.forced, "bad")],
    ["", (r) => r.reason ?? "", "reason"],
  ], [...sample.receipts ?? []].reverse(), "none yet");
}

const phases = ["fetch", "build", "check", "ready", "handover", "probation", "done"]; // of a machine in a rollout that goes well
const moods = { done: "good", handover: "warn", probation: "warn", returning: "warn", returned: "warn", failed: "bad", lost: "bad" };
const silence = 5000; // ms without a word after which the master, too, takes a machine for lost

// showFleet shows what updater/fleet.go calls a Fleet.
function showFleet({ fleet, at }) {
  $("fleet").hidden = !fleet;
  if (!fleet) return;
  const { rollout, machines } = fleet;
  const short = (hash) => (hash ?? "").slice(0, 12) || "–";
  const words = [fleet.mode, fleet.branch, fleet.commit && `on ${short(fleet.commit)}`, fleet.frozen && "updates are frozen"];
  if (rollout) {
    const runs = machines.filter((m) => rollout.to && m.commit === rollout.to).length;
    words.push(`rollout of ${short(rollout.to)} by ${rollout.who}, ${age(rollout.at, at)} ago: ${rollout.outcome || rollout.step}`,
      `${runs} of ${machines.length} machines run it`);
  }
  $("rollout").textContent = words.filter(Boolean).join(" · ");
  const reasons = machines.filter((m) => m.error).map((m) => `${m.name}: ${m.error}`);
  if (rollout?.reason && !reasons.some((reason) => rollout.reason.startsWith(reason))) reasons.unshift(rollout.reason);
  $("reasons").textContent = reasons.join("\n");
  const stateOf = (m) => Date.parse(at) - Date.parse(m.seen) > silence ? "lost" : m.state;
  const progress = (m) => {
    const phase = rollout && m.rollout === rollout.id ? phases.indexOf(stateOf(m)) : -1;
    return phase < 0 ? "" : element("progress", { max: phases.length, value: phase + 1, "aria-label": `${m.name}: ${phases[phase]}` });
  };
  table("machines", [
    ["machine", (m) => m.name],
    ["state", (m) => [stateOf(m), moods[stateOf(m)] ?? ""], "text"],
    ["", progress, "text"],
    ["runs", (m) => short(m.commit), "text"],
    ["to", (m) => short(m.target), "text wide"],
    ["workers", (m) => number(m.workers), "wide"],
    ["memory", (m) => mebibytes(m.memory), "wide"],
    ["seen", (m) => `${age(m.seen, at)} ago`, "wide"],
  ], machines, "no machine has come yet");
}

function show(sample) {
  showHeader(sample);
  showTiles(sample);
  showFleet(sample);
  showTables(sample);
  forget(sample.at);
}

function disconnected(why) {
  $("state").textContent = why;
  $("state").className = "pill bad";
}

let patience; // with a connection that is open and says nothing: a tunnel whose other end is gone

function listen() {
  const events = new EventSource("events");
  events.onmessage = ({ data }) => {
    clearTimeout(patience);
    patience = setTimeout(() => disconnected("no news"), silence);
    show(JSON.parse(data));
  };
  events.onerror = () => {
    disconnected("no connection");
    // The browser connects again by itself, unless somebody in between has answered, such as a proxy with 502.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, silence);
  };
}

listen();

// Draws what the control API tells, whenever it says that there is news.
const shown = 100;

async function call(method, path, body) {
  const answer = await fetch("/__fake/" + path, { method, body: body && JSON.stringify(body) });
  const value = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(value.error);
  return value;
}

// act does what a button says, and shows why it could not.
async function act(method, path, body) {
  const state = document.getElementById("state");
  try {
    await call(method, path, body);
    state.textContent = "";
  } catch (error) {
    state.textContent = error.message;
  }
  await draw();
}

const time = (text) => new Date(text).toLocaleTimeString();
const code = (text) => Object.assign(document.createElement("code"), { textContent: text });
const button = (text, ...request) => {
  const element = Object.assign(document.createElement("button"), { textContent: text });
  element.addEventListener("click", () => act(...request));
  return element;
};

// One function for each table: a row's cells, as lists of texts and elements.
const cells = {
  payments: (p) => [
    [time(p.at)], [code(p.order)], [p.name], [p.method], [p.amount.toLocaleString()], [p.balance.toLocaleString()], [p.status],
    [...p.actions, "resend"].map((action) => button(action, "POST", `payments/${encodeURIComponent(p.id)}/${action}`)),
  ],
  webhooks: (w) => [
    [w.attempts?.length ? time(w.attempts[0].at) : ""], [w.event], [code(w.body)], [w.url || "nobody"],
    [(w.attempts ?? []).map((a) => a.status || a.error).join(", ")], [[w.state, ...(w.faults ?? [])].join(", ")], [button("resend", "POST", `webhooks/${w.id}/resend`)],
  ],
  faults: (f) => [[[f.kind, f.code].filter(Boolean).join(" ")], [f.method ?? "any"], [f.path ?? "any"], [f.times], [f.met], [f.struck], [button("remove", "DELETE", `faults/${f.id}`)]],
  requests: (r) => [[time(r.at)], [r.method], [r.path + (r.query ? "?" + r.query : "")], [code(r.body ?? "")], [r.status || "none"], [(r.faults ?? []).join(", ")]],
};
const numbers = { payments: [4, 5] };

// fill reuses the rows that have not changed, so that a button keeps its focus.
const drawn = new Map();
function fill(table, list) {
  const rows = list.map((item) => {
    const key = table + JSON.stringify(item);
    const row = drawn.get(key) ?? makeRow(table, item);
    return [key, row];
  });
  for (const key of drawn.keys()) if (key.startsWith(table)) drawn.delete(key);
  for (const [key, row] of rows) drawn.set(key, row);
  const body = document.getElementById(table);
  rows.forEach(([, row], i) => { if (body.children[i] !== row) body.insertBefore(row, body.children[i] ?? null); });
  while (body.children.length > rows.length) body.lastChild.remove();
}

function makeRow(table, item) {
  const row = document.createElement("tr");
  row.dataset.id = item.id ?? item.seq;
  cells[table](item).forEach((content, column) => {
    const cell = document.createElement("td");
    if (numbers[table]?.includes(column)) cell.className = "number";
    cell.append(...content);
    row.append(cell);
  });
  return row;
}

async function draw() {
  const [payments, webhooks, faults, requests, clock, receiver] = await Promise.all([
    call("GET", `payments?limit=${shown}`), call("GET", `webhooks?limit=${shown}`), call("GET", "faults"),
    call("GET", `requests?limit=${shown}`), call("GET", "clock"), call("GET", "webhooks/url"),
  ]);
  fill("payments", payments);
  fill("webhooks", webhooks.reverse());
  fill("faults", faults);
  fill("requests", requests.reverse());
  document.getElementById("now").value = new Date(clock.now).toLocaleString();
  document.getElementById("hold").textContent = clock.running ? "Stop" : "Start";
  const url = document.forms.receiver.elements.url;
  if (document.activeElement !== url) url.value = receiver.url;
}

for (const element of document.querySelectorAll("[data-by]")) {
  element.addEventListener("click", () => act("POST", "clock/advance", { by: element.dataset.by }));
}
const hold = document.getElementById("hold");
hold.addEventListener("click", () => act("POST", `clock/${hold.textContent.toLowerCase()}`));
document.getElementById("reset").addEventListener("click", () => act("POST", "reset"));
document.forms.receiver.addEventListener("submit", (event) => {
  event.preventDefault();
  act("PUT", "webhooks/url", { url: event.target.elements.url.value });
});
document.forms.plan.addEventListener("submit", (event) => {
  event.preventDefault();
  const { times, ...texts } = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== ""));
  act("POST", "faults", { ...texts, times: Number(times ?? 0) });
});

// News that comes while a drawing is under way causes one more, not many.
let drawing = false;
let again = false;
async function redraw() {
  again = true;
  if (drawing) return;
  drawing = true;
  const state = document.getElementById("state");
  try {
    while (again) {
      again = false;
      await draw();
    }
  } catch (error) {
    state.textContent = error.message;
  } finally {
    drawing = false;
  }
}
const events = new EventSource("/__fake/events");
events.addEventListener("message", redraw);
events.addEventListener("error", () => { document.getElementById("state").textContent = "The fake does not answer."; });
events.addEventListener("open", () => { document.getElementById("state").textContent = ""; });

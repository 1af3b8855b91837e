// The page in a document of our own: what it shows, what it asks, and that nobody's text becomes anything but text.

import assert from "node:assert/strict";
import { test } from "node:test";

import { everything, page } from "./browser.mjs";

const EVIL = `<img src=x onerror="alert(1)">"'`;
const KEY = `arn:a/b?c#d"><script>`;
const NODES = [
  { id: "a", label: EVIL, sort: EVIL, status: "Succeeded", tone: "good", began: 1, ended: 3.5, column: 0, row: 0, note: EVIL,
    facts: [{ label: EVIL, value: EVIL, link: { kind: "job", key: KEY } }], about: { kind: "job", key: KEY } },
  { id: "b", label: "b", tone: "busy", status: "Executing", began: 3.5, column: 1, row: -0.5 },
  { id: "c", label: "c", column: 1, row: 0.5 },
];
const SHEET = {
  kind: "execution", key: KEY, name: EVIL, status: "Executing", tone: "busy", began: 1, note: EVIL,
  graph: { nodes: NODES, edges: [{ start: "a", end: "b", label: EVIL }, { start: "a", end: "c" }, { start: "b", end: "a" }] },
  tables: [{ title: EVIL, facts: [{ label: EVIL, value: EVIL }] }],
};
const JOB = { kind: "job", key: KEY, name: "job", status: "Completed", tone: "good", began: 1, ended: 2, log: { group: "g", prefix: "p" } };
const ENTRY = { kind: "execution", key: KEY, name: EVIL, status: EVIL, tone: "busy", began: 1, changed: 2, note: EVIL, parts: [{ name: EVIL }] };
const STATE = {
  at: 10, region: "eu-west-1", entries: { execution: [ENTRY] }, focus: { kind: "execution", key: KEY },
  happenings: [{ at: 2, text: EVIL, what: EVIL, tone: "bad", link: { kind: "execution", key: KEY } }],
};
const LOG = { streams: [{ name: EVIL, lines: [EVIL, "second"] }] };

/** A page on which time stands still, at a server that answers as `told` says. */
async function opened(told, hash = "") {
  const asked = [], later = [];
  globalThis.document = page("sheet", "overview", "region", "live");
  globalThis.location = { search: "?region=eu-west-1", hash };
  globalThis.addEventListener = () => {};
  document.addEventListener = () => {};
  globalThis.setInterval = () => {};
  globalThis.setTimeout = (act, wait) => { later.push({ act, wait }); };
  globalThis.clearTimeout = () => {};
  globalThis.fetch = async (address, { headers }) => {
    asked.push(address);
    const [status, value] = told(new URL(address, "http://here"), headers);
    return { status, ok: status === 200, json: async () => value, headers: { get: () => `"1"` } };
  };
  await import(`../../src/penstock/watch/static/watch.mjs?${Math.random()}`);
  const settle = async () => { for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate); };
  await settle();
  return { asked, later, settle, ...document.named };
}

const TOLD = { state: STATE, execution: SHEET, job: JOB, log: LOG };
const server = (address) => [200, TOLD[address.pathname.split("/").pop()]];

test("what goes on is shown without anybody choosing it", async () => {
  const { sheet, overview, region, live, later } = await opened(server);

  assert.equal(region.textContent, "eu-west-1");
  assert.equal(live.textContent, "live");
  assert.equal(sheet.querySelectorAll(".box").length, 3);
  assert.equal(sheet.querySelectorAll(".arrow").length, 3);
  assert.match(sheet.textContent, /2\.5 s/);
  assert.equal(overview.querySelectorAll(".entry").length, 1);
  assert.equal(overview.querySelectorAll(".happening").length, 1);
  assert.equal(later.length, 1);
});

test("a box that is chosen is shown with its job and the log of that", async () => {
  const { sheet, asked } = await opened(server, `#/execution/${encodeURIComponent(KEY)}/a`);

  assert.deepEqual(sheet.querySelectorAll("pre").map((each) => each.textContent), [`${EVIL}\nsecond`]);
  assert.ok(asked.includes(`/_penstock/watch/about/job?${new URLSearchParams({ key: KEY, region: "eu-west-1" })}`));
  assert.ok(asked.includes("/_penstock/watch/log?group=g&prefix=p&region=eu-west-1"));
});

test("a click chooses a box, a second one lets go of it", async () => {
  const whole = `#/execution/${encodeURIComponent(KEY)}`;

  (await opened(server)).sheet.querySelectorAll(".box")[0].listeners.click();
  assert.equal(location.hash, `${whole}/a`);

  (await opened(server, `${whole}/a`)).sheet.querySelectorAll(".box")[0].listeners.click();
  assert.equal(location.hash, whole);
});

test("nobody's text is markup, and every address leads inside the page", async () => {
  const { sheet, overview } = await opened(server, `#/execution/${encodeURIComponent(KEY)}/a`);
  const shown = [...everything(sheet), ...everything(overview)];
  const names = new Set(shown.map((each) => each.name));

  assert.ok(sheet.textContent.includes(EVIL));
  for (const name of ["img", "script", "style", "iframe"]) assert.ok(!names.has(name), name);
  for (const each of shown) {
    for (const name of Object.keys(each.attributes)) assert.ok(!name.startsWith("on") && name !== "style", name);
    if ("href" in each.attributes) assert.match(each.attributes.href, /^#(\/[a-z]+\/[^<>"' ]+)?$/);
  }
});

test("what has not changed is not shown anew", async () => {
  let looks = 0;
  const { sheet, later, settle } = await opened((address, headers) => {
    looks += 1;
    return headers["If-None-Match"] ? [304] : server(address);
  });
  const before = sheet.children[0];

  later.at(-1).act();
  await settle();

  assert.ok(looks >= 4);
  assert.equal(sheet.children[0], before);
});

test("a server that is away is asked again, ever less often; one that refuses is not", async () => {
  const away = await opened(() => { throw new TypeError("failed to fetch"); });
  away.later.at(-1).act();
  await away.settle();
  const refusing = await opened(() => [401, { message: "Open the link that `penstock watch` prints." }]);

  assert.match(away.live.textContent, /asking again/);
  assert.ok(away.later[1].wait > away.later[0].wait);
  assert.equal(refusing.live.textContent, "Open the link that `penstock watch` prints.");
  assert.equal(refusing.later.length, 0);
});

test("of what has gone that is said", async () => {
  const { sheet } = await opened((address) => (address.pathname.includes("/about/") ? [404, { message: "" }] : server(address)), "#/endpoint/mine");

  assert.match(sheet.textContent, /There is no endpoint mine \(any more\)/);
});

test("the log of a job that has ended is asked for once", async () => {
  const { asked, later, settle } = await opened(server, `#/execution/${encodeURIComponent(KEY)}/a`);

  later.at(-1).act();
  await settle();

  const about = (path) => asked.filter((address) => address.includes(path)).length;
  assert.deepEqual([about("/state"), about("/log")], [2, 1]);
});

test("where nothing has run there is a word on how to begin", async () => {
  const { sheet } = await opened(() => [200, { at: 1, region: "eu-west-1", entries: {}, happenings: [] }]);

  assert.match(sheet.textContent, /Nothing has run here yet/);
});

// Operators follow a rollout to several machines on the page of one of them. The master and the page are real; the
// machines are played, so that each step lasts until somebody has looked at it.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { openBrowser } from "../../fakes/conformance/browser.mjs";
import { admin, master, systemPassword } from "./system.mjs";

const chromium = spawnSync("which", ["chromium"], { encoding: "utf8" }).stdout.trim();
const skip = !chromium && !process.env.CI && "install chromium to look at the operators' page";

const [old, fresh, bad] = ["0ld0", "f2e5", "bad0"].map((start) => start.padEnd(40, "c0ffee"));
const mebibyte = 2 ** 20;

const ask = (method, path, body, signal) => fetch(master + path, {
    method, body: JSON.stringify(body), signal, headers: { Authorization: `Bearer ${systemPassword}` },
});

async function until(what, holds) {
    for (const end = Date.now() + 30_000; !(await holds()); await sleep(50)) assert.ok(Date.now() < end, `waited in vain until ${what}`);
}

const path = ["idle", "fetch", "build", "check", "ready", "handover", "probation", "done"];
const goals = { prepare: "ready", switch: "probation", keep: "done" };

/** Machine does what a slave does (updater/slave.go), but goes no further than `limit`. */
class Machine {
    limit = "done";
    leaving = new AbortController();
    constructor(name) {
        const worker = (rss) => ({ generation: 1, worker: 1, pid: 1, state: "blessed", performance: { memory: { rss } } });
        this.said = { name, session: randomUUID(), commit: old, state: "idle", figures: { workers: [worker(30 * mebibyte), worker(34 * mebibyte)] } };
        this.life = this.live();
    }
    async live() {
        while (!this.leaving.signal.aborted)
            try {
                const answer = await ask("POST", "/slave", this.said, this.leaving.signal);
                this.obey(await answer.json());
            } catch {
                await sleep(20); // the master starts, or this machine leaves
            }
    }
    obey({ rollout, phase, commit }) {
        const { said } = this;
        if (!rollout) return;
        if (phase === "return") return Object.assign(said, { state: "returned", commit: this.before, leased: "" });
        if (said.rollout !== rollout) {
            this.before = said.commit;
            Object.assign(said, { rollout, state: "idle", error: "" });
        }
        const next = path[path.indexOf(said.state) + 1];
        const within = (limit) => path.indexOf(next) > 0 && path.indexOf(next) <= path.indexOf(limit);
        if (!within(goals[phase]) || !within(this.limit)) return;
        if (next === "build" && commit === bad && said.name === "c") return Object.assign(said, { state: "failed", error: "build: undefined: payment" });
        Object.assign(said, { state: next, target: commit, branch: "main", commit_time: "2026-01-01T00:00:00Z", go: "go1.26", sha256: commit });
        if (next === "probation") Object.assign(said, { commit, leased: rollout });
        if (next === "done") said.leased = "";
    }
    leave() {
        this.leaving.abort();
        return this.life;
    }
}

const columns = { state: 2, runs: 4 };
const column = async (page, name) =>
    (await page.locator(`#machines tbody tr td:nth-child(${columns[name]})`).allTextContents()).map((text) => text.trim().slice(0, 12)).join(" ");
const shows = (page, name, ...want) => until(`${name} is ${want}`, async () => (await column(page, name)) === want.join(" "));
const says = (page, ...words) =>
    until(`the page says ${words}`, async () => {
        const text = await page.locator("#fleet").innerText();
        return words.every((word) => text.includes(word));
    });

/** looksWell holds the page against a desk and a phone, and leaves pictures for whoever changes it to look at. */
async function looksWell(page, moment) {
    for (const [name, width, height] of [["desk", 1280, 900], ["phone", 390, 844]])
        for (const colorScheme of ["light", "dark"]) {
            await page.setViewportSize({ width, height });
            await page.emulateMedia({ colorScheme });
            if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/fleet-${moment}-${name}-${colorScheme}.png`, fullPage: true });
            const wide = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll("section, .scroll:has(#machines, #workers)")]
                .filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.id || e.tagName));
            assert.deepEqual(wide, [], `on a ${name} it scrolls sideways`);
        }
}

describe("the operators' page of a fleet", { skip }, () => {
    let home, updater, browser, a, b, c;
    const order = (commit) => ask("POST", "/rollout", { mode: "local", who: "an operator", branch: "main", commit, canary: 1, wave: 0 })
        .then((answer) => answer.text()); // ends with the rollout

    before(async () => {
        home = await mkdtemp(`${tmpdir()}/fleet-`);
        await writeFile(`${home}/payments.yaml`, "updater: {gate: 1s, lease: 20s}\n");
        updater = spawn(new URL("../../bin/payments", import.meta.url).pathname, ["updater", "master", "--alone"],
            { env: { ...process.env, MODE: "local", PAYMENTS_HOME: home }, stdio: "ignore" });
        [a, b, c] = ["a", "b", "c"].map((name) => new Machine(name));
        browser = await openBrowser(chromium);
    });
    after(async () => {
        await browser?.close();
        await Promise.all([a, b, c].map((machine) => machine?.leave()));
        if (updater && updater.exitCode === null) {
            const ended = new Promise((resolve) => updater.once("exit", resolve));
            updater.kill();
            await ended;
        }
        await rm(home, { recursive: true, force: true });
    });

    test("shows how far a rollout is on each machine", () =>
        browser.visit(admin, async (page) => {
            await shows(page, "state", "idle", "idle", "idle");
            await shows(page, "runs", ...[old, old, old].map((commit) => commit.slice(0, 12)));
            await says(page, "64 MiB");

            b.limit = "build";
            const rollout = order(fresh);
            await shows(page, "state", "ready", "build", "ready");
            await says(page, `rollout of ${fresh.slice(0, 12)} by an operator`, "prepare", "0 of 3 machines run it");
            assert.equal(await page.locator("progress").count(), 3);

            a.limit = b.limit = c.limit = "ready";
            await says(page, "wave 1", "0 of 3 machines run it");
            a.limit = "done";
            await says(page, "wave 2", "1 of 3 machines run it");
            await shows(page, "state", "probation", "ready", "ready");
            await looksWell(page, "under-way");

            b.limit = c.limit = "done";
            await rollout;
            await says(page, `on ${fresh.slice(0, 12)}`, "updated", "3 of 3 machines run it");
            await shows(page, "state", "done", "done", "done");
        }));

    test("shows what undid a rollout, and a machine that is gone", () =>
        browser.visit(admin, async (page) => {
            await order(bad);
            await says(page, "undone", "c: build: undefined: payment", "0 of 3 machines run it");
            await shows(page, "state", "returned", "returned", "returned");
            await b.leave();
            await shows(page, "state", "returned", "lost", "returned");
            await looksWell(page, "undone");
        }));
});

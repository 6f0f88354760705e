// Operators look at the page on the admin listener, at a desk and on a phone, while payments are made and the workers
// are replaced.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { after, before, describe, test } from "node:test";

import { openBrowser } from "../../fakes/conformance/browser.mjs";
import { clients } from "./clients.mjs";
import { admin, api, systemPassword } from "./system.mjs";
import { vendors } from "./vendors.mjs";

const chromium = spawnSync("which", ["chromium"], { encoding: "utf8" }).stdout.trim();
const skip = !chromium && !process.env.CI && "install chromium to look at the operators' page";

const [client] = clients;
const [vendor] = vendors;
let browser;

async function pay() {
    const [order, password] = [randomUUID(), randomUUID()];
    const uid = await vendor.charge(order, 20_000);
    const source = { schema: "shop", table: "orders", id: order };
    const { id } = await client.store({
        vendor: { code: vendor.code, store_id: "e2e", uid }, source, price: 20_000, password,
        webhook_url: `${api}/payments/internal/webhook`,
    });
    return { id, order, uid, password };
}

/** openTunnel leads to the page, and may be cut, answer in its place, or fall silent. */
async function openTunnel() {
    const tunnel = { refused: 0, streams: new Set() };
    const server = http.createServer((request, response) => {
        if (tunnel.cut) {
            tunnel.refused++;
            response.writeHead(502).end();
            return;
        }
        const onward = http.get(admin + request.url, (answer) => {
            tunnel.streams.add(answer);
            response.writeHead(answer.statusCode, answer.headers);
            answer.pipe(response);
        }).on("error", () => response.destroy());
        response.on("close", () => onward.destroy());
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return Object.assign(tunnel, {
        url: `http://127.0.0.1:${server.address().port}`,
        hangUp: () => server.closeAllConnections(),
        hush: () => tunnel.streams.forEach((answer) => answer.unpipe()),
        close: () => { server.closeAllConnections(); server.close(); },
    });
}

const cells = (page, table, column) => page.locator(`#${table} tbody tr td:nth-child(${column})`).allTextContents();

describe("the operators' page", { skip }, () => {
    before(async () => (browser = await openBrowser(chromium)));
    after(() => browser?.close());

    test("shows what serves, and the traffic as it comes", () =>
        browser.visit(admin, async (page) => {
            await page.getByText("serving", { exact: true }).waitFor();
            assert.match(await page.locator("#where").textContent(), /^API .*, up /);
            await page.locator("#workers tbody tr td", { hasText: "MiB" }).first().waitFor();
            assert.ok((await cells(page, "workers", 1)).length >= 2);

            const paid = await pay();
            await page.locator("#routes td", { hasText: "/payments/histories" }).first().waitFor();
            await page.locator("#gateways td", { hasText: vendor.code }).first().waitFor();
            const text = await page.locator("body").innerText();
            for (const [name, secret] of Object.entries(paid)) assert.ok(!text.includes(secret), `the page shows the payment's ${name}`);
        }));

    test("shows a handover without being loaded again", () =>
        browser.visit(admin, async (page) => {
            await page.locator("#receipts td", { hasText: "blessed" }).first().waitFor();
            const before = Math.max(...(await cells(page, "generations", 1)).map(Number));
            const answer = await fetch(`${admin}/reload`, { method: "POST", headers: { Authorization: `Bearer ${systemPassword}` } });
            assert.equal(answer.status, 200, await answer.text());
            await page.locator("#receipts td:first-child", { hasText: new RegExp(`^${before + 1}$`) }).waitFor();
            await page.locator("#workers td:first-child", { hasText: `${before + 1}/1` }).waitFor();
        }));

    test("finds its way back when the connection was lost, and another answered in its place", async (t) => {
        const tunnel = await openTunnel();
        t.after(tunnel.close);
        await browser.visit(tunnel.url, async (page) => {
            await page.getByText("serving", { exact: true }).waitFor();
            tunnel.cut = true;
            tunnel.hangUp();
            await page.getByText("no connection", { exact: true }).waitFor();
            while (tunnel.refused === 0) await page.waitForTimeout(100);
            tunnel.cut = false;
            await page.getByText("serving", { exact: true }).waitFor();
        }, (complaint) => complaint.startsWith("Failed to load resource"));
    });

    test("says so when it hears nothing any more", async (t) => {
        const tunnel = await openTunnel();
        t.after(tunnel.close);
        await browser.visit(tunnel.url, async (page) => {
            await page.getByText("serving", { exact: true }).waitFor();
            tunnel.hush();
            await page.getByText("no news", { exact: true }).waitFor();
        });
    });

    for (const [name, width, height] of [["a desk", 1280, 900], ["a phone", 360, 740]])
        for (const colorScheme of ["light", "dark"])
            test(`fits ${name} in ${colorScheme} mode`, () =>
                browser.visit(admin, async (page) => {
                    await page.setViewportSize({ width, height });
                    await page.emulateMedia({ colorScheme });
                    await page.locator("#workers tbody tr td", { hasText: "MiB" }).first().waitFor();
                    if (process.env.SCREENSHOTS) { // a directory, for whoever changes the page to look at it
                        await page.waitForTimeout(8000);
                        await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}-${colorScheme}.png`.replaceAll(" ", "-"), fullPage: true });
                    }
                    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "it scrolls sideways");
                    const [paper, ink] = await page.evaluate(() => {
                        const { backgroundColor, color } = getComputedStyle(document.body);
                        return [backgroundColor, color].map((rgb) => rgb.match(/\d+/g).slice(0, 3).reduce((sum, n) => sum + +n, 0));
                    });
                    assert.ok(colorScheme === "dark" ? paper + 400 < ink : ink + 400 < paper, `ink ${ink} on paper ${paper}`);
                }));
});

// A person reads the API's page, in a browser that minds its Content-Security-Policy and reports whatever is asked for.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { openBrowser } from "../../fakes/conformance/browser.mjs";
import { api } from "./system.mjs";

const chromium = spawnSync("which", ["chromium"], { encoding: "utf8" }).stdout.trim();
const skip = !chromium && !process.env.CI && "install chromium to read in a browser";

for (const address of [`${api}/docs`, `${api}/payments/docs`])
    test(`${new URL(address).pathname} is read in a browser, and asks for nothing else`, { skip }, async (t) => {
        const browser = await openBrowser(chromium);
        t.after(() => browser.close());
        await browser.visit(address, async (page) => {
            const asked = [];
            page.on("request", (request) => asked.push(request.url()));
            await page.reload();
            assert.deepEqual(asked, [address]);
            assert.equal(await page.locator("nav").evaluate((nav) => getComputedStyle(nav).position), "sticky", "its style is not in force");

            await page.getByRole("link", { name: "PUT Refund a payment" }).click();
            const refund = page.locator("[id='histories.cancel']");
            await refund.getByText("refusals").click();
            assert.ok(await refund.getByText("too_many_attempts").isVisible());
            await refund.getByRole("link", { name: "CancelHistory" }).click();
            assert.ok(await page.locator("#type-CancelHistory").getByText("Amount to give back").isVisible());

            const description = await page.getByRole("link", { name: "openapi.json" }).getAttribute("href");
            assert.match((await (await fetch(new URL(description, address))).json()).openapi, /^3\.1/);
        });
    });

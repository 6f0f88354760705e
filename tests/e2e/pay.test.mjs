import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { clients } from "./clients.mjs";
import { refused } from "./refused.mjs";
import { api } from "./system.mjs";
import { vendors } from "./vendors.mjs";

const price = 20_000;
const refund = 5_000;

for (const client of clients)
    for (const vendor of vendors)
        test(`${client.name} pays through ${vendor.code}`, async (t) => {
            const order = randomUUID();
            const uid = await vendor.charge(order, price);
            const source = { schema: "shop", table: "orders", id: order };
            const password = `the password of ${order}`;

            const stored = await client.store({
                vendor: { code: vendor.code, store_id: "e2e", uid },
                source,
                price,
                password,
                webhook_url: `${api}/payments/internal/webhook`,
            });

            await t.test("the record tells what was paid", () => {
                assert.equal(stored.vendor_code, vendor.code);
                assert.deepEqual(stored.vendor, { code: vendor.code, store_id: "e2e", uid });
                assert.deepEqual(stored.source, source);
                assert.equal(stored.currency, "KRW");
                assert.equal(stored.price, price);
                assert.equal(stored.refund, null);
                assert.equal(stored.cancelled_at, null);
                assert.deepEqual(stored.cancels, []);
                assert.ok(Date.parse(stored.paid_at) <= Date.now());
                assert.equal(vendor.uidOf(stored.data), uid);
            });
            await t.test("it is read by its id", async () => {
                assert.deepEqual(await client.at(stored.id, { password }), stored);
            });
            await t.test("it is read by its source", async () => {
                assert.deepEqual(await client.get({ ...source, password }), stored);
            });
            await t.test("a wrong password reads nothing", async () => {
                await refused(client, 403, client.at(stored.id, { password: "a guess" }));
            });
            await t.test("a wrong password cancels nothing", async () => {
                await refused(client, 403, client.cancel({ source, password: "a guess", price, reason: "a guess", account: null }));
            });
            await t.test("a part of it is cancelled", async () => {
                const cancelled = await client.cancel({ source, password, price: refund, reason: "one of four was broken", account: null });
                assert.equal(cancelled.id, stored.id);
                assert.equal(cancelled.refund, refund);
                assert.deepEqual(cancelled.cancels.map((c) => [c.price, c.reason]), [[refund, "one of four was broken"]]);
                assert.ok(Date.parse(cancelled.cancelled_at) <= Date.now());
                assert.deepEqual(await client.at(stored.id, { password }), cancelled);
            });
            await t.test("more than the rest is not cancelled", async () => {
                await refused(client, 422, client.cancel({ source, password, price, reason: "all of it again", account: null }));
            });
        });

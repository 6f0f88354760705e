import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { clients } from "./clients.mjs";
import { refused } from "./refused.mjs";
import { vendors } from "./vendors.mjs";

for (const client of clients)
    for (const vendor of vendors)
        test(`${client.name} reserves a card of ${vendor.code}`, async (t) => {
            const order = randomUUID();
            const source = { schema: "shop", table: "members", id: order };
            const password = `the password of ${order}`;
            const input = {
                vendor: { code: vendor.code, store_id: "e2e", uid: await vendor.register(order) },
                source,
                title: "the card of a member",
                password,
            };
            const stored = await client.reserve(input);

            await t.test("the record tells what was reserved", () => {
                assert.equal(stored.vendor_code, vendor.code);
                assert.deepEqual(stored.vendor, input.vendor);
                assert.deepEqual(stored.source, source);
                assert.equal(stored.title, input.title);
            });
            await t.test("it is read by its id", async () => {
                assert.deepEqual(await client.reservation(stored.id, { password }), stored);
            });
            await t.test("it is read by its source", async () => {
                assert.deepEqual(await client.reservationOf({ ...source, password }), stored);
            });
            await t.test("a wrong password reads nothing", async () => {
                await refused(client, 403, client.reservation(stored.id, { password: "a guess" }));
            });
        });

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { clients } from "./clients.mjs";
import { openReceiver } from "./receiver.mjs";
import { vendors } from "./vendors.mjs";

const price = 19_900;

for (const client of clients)
    for (const vendor of vendors)
        test(`${client.name} hears of a deposit at ${vendor.code}`, async (t) => {
            const receiver = await openReceiver();
            t.after(receiver.close);
            const order = randomUUID();
            const source = { schema: "shop", table: "orders", id: order };
            const password = `the password of ${order}`;
            const uid = await vendor.openAccount(order, price);
            const stored = await client.store({
                vendor: { code: vendor.code, store_id: "e2e", uid },
                source,
                price,
                password,
                webhook_url: receiver.url,
            });
            assert.equal(stored.paid_at, null);

            await t.test("the deposit arrives as a signed webhook", async () => {
                const delivery = receiver.next();
                await vendor.deposit(uid);
                const { previous, current } = await delivery;
                assert.deepEqual([previous.id, current.id], [stored.id, stored.id]);
                assert.equal(previous.paid_at, null);
                assert.ok(Date.parse(current.paid_at) <= Date.now());
                assert.deepEqual(current, await client.at(stored.id, { password }));
            });
            await t.test("so does a refund of a part to the payer's account", async () => {
                const delivery = receiver.next();
                const account = { bank: "신한은행", account: "110123456789", holder: "홍길동", mobile: "010-1234-5678" };
                const cancelled = await client.cancel({ source, password, price: 900, reason: "a discount", account });
                const { current } = await delivery;
                assert.equal(current.refund, 900);
                assert.deepEqual(current, cancelled);
            });
        });

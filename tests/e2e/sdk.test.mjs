// Every function that the original's SDKs were published with is called, with the paths as they are and, through a front
// that takes off the prefix, as they were before it; what it returns is of the type that was published for it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { sdks } from "./clients.mjs";
import { openFront } from "./front.mjs";
import { openReceiver } from "./receiver.mjs";
import { api, encryption } from "./system.mjs";
import { conforms, openTally } from "./tally.mjs";
import { vendors } from "./vendors.mjs";

const price = 20_000;
const sink = `${api}/payments/internal/webhook`;
const account = { bank: "신한은행", account: "110123456789", holder: "홍길동", mobile: "010-1234-5678" };

const store = ["payments.histories.store", "payments.histories.create"];
const reserve = ["payments.reservations.store", "payments.reservations.create"];

/** A payment of an order yet to be made, as far as it is known before. */
function order(vendor) {
    const source = { schema: "shop", table: "orders", id: randomUUID() };
    return { vendor, source, password: `the password of ${source.id}` };
}

async function card({ call }, vendor) {
    const { source, password } = order(vendor);
    const uid = await vendor.charge(source.id, price);
    const { id } = await call(store, { vendor: { code: vendor.code, store_id: "e2e", uid }, source, price, password, webhook_url: sink });
    const read = await call(["payments.histories.at"], id, { password });
    assert.deepEqual(await call(["payments.histories.get"], { ...source, password }), read);
    assert.notEqual(read.paid_at, null);

    for (const part of [5_000, price - 5_000]) // a part of it, and the rest
        await call(["payments.histories.cancel"], { source, password, price: part, reason: "broken", account: null });
    return { uid, order: source.id };
}

async function virtualAccount({ call }, vendor, t) {
    const receiver = await openReceiver();
    t.after(receiver.close);
    const { source, password } = order(vendor);
    const uid = await vendor.openAccount(source.id, price);
    const input = { vendor: { code: vendor.code, store_id: "e2e", uid }, source, price, password, webhook_url: receiver.url };
    assert.equal((await call(store, input)).paid_at, null);
    const delivery = receiver.next();
    await vendor.deposit(uid);
    const message = await delivery;
    conforms("webhook", message);
    await call(["payments.internal.webhook"], message);

    const refund = { source, password, price, reason: "not wanted", account };
    assert.equal((await call(["payments.histories.cancel"], refund)).refund, price);
}

async function billingKey({ call }, vendor) {
    const { source, password } = order(vendor);
    const uid = await vendor.register(source.id);
    const { id } = await call(reserve, { vendor: { code: vendor.code, store_id: "e2e", uid }, source, title: "a card", password });
    const read = await call(["payments.reservations.at"], id, { password });
    assert.deepEqual(await call(["payments.reservations.get"], { ...source, password }), read);
}

for (const sdk of sdks)
    for (const prefix of ["/payments", ""])
        test(`${sdk.name}, all of it, at ${prefix}/`, async (t) => {
            const front = await openFront(prefix);
            t.after(front.close);
            const tally = openTally(sdk, { host: front.url, encryption });

            for (const vendor of vendors) {
                await t.test(`a virtual account of ${vendor.code}`, (t) => virtualAccount(tally, vendor, t));
                await t.test(`a card of ${vendor.code}`, () => card(tally, vendor));
                await t.test(`a billing key of ${vendor.code}`, () => billingKey(tally, vendor));
            }
            await t.test("the webhooks of the gateways", async () => {
                const [imp_uid, paymentKey, merchant_uid] = [`imp_${randomUUID()}`, randomUUID(), randomUUID()];
                await tally.call(["payments.webhooks.iamport"], { imp_uid, merchant_uid, status: "paid" });
                const data = { paymentKey, orderId: merchant_uid, status: "DONE" };
                await tally.call(["payments.webhooks.toss"], { eventType: "PAYMENT_STATUS_CHANGED", data });
            });
            for (const monitor of ["health", "performance", "system"])
                await t.test(`the monitor's ${monitor}`, () => tally.call([`monitors.${monitor}.get`]));

            await t.test("no function is left", () => assert.deepEqual(tally.uncalled(), []));
            await t.test("the paths were those of the family", () => {
                for (const path of front.paths().filter((path) => !path.startsWith("/monitors/")))
                    assert.equal(path.startsWith("/payments/"), prefix !== "", path);
            });
        });

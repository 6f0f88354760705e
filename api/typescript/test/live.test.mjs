// Every operation, against a running server.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";

import payments, { functional, isProblem, Receiver } from "payments-server-api";

const { host, encryption, secret, paid, card } = JSON.parse(process.env.LIVE);
const connection = { host, encryption };
const password = "of this record only";

/** A service that takes webhooks. */
const receiver = new Receiver({ encryption, secrets: [secret] });
const service = createServer(async (request, response) => {
    const webhook = receiver.open(request.headers, Buffer.concat(await request.toArray()));
    response.writeHead(204).end();
    service.emit("webhook", webhook);
}).listen(0, "127.0.0.1");
await once(service, "listening");
after(() => service.close());

test("pays, reads, refunds, and hears of it", async () => {
    const source = { schema: "shop", table: "orders", id: paid.order };
    const stored = await functional.histories.store(connection, {
        vendor: { code: "toss.payments", store_id: "default", uid: paid.uid },
        source, price: paid.price, password, webhook_url: `http://127.0.0.1:${service.address().port}`,
    });
    assert.deepEqual(await functional.histories.at(connection, stored.id, { password }), stored);
    assert.deepEqual(await functional.payments.histories.get(connection, { ...source, password }), stored);
    await assert.rejects(functional.histories.at(connection, stored.id, { password: "a guess" }), (e) => isProblem(e, "wrong_password"));

    const heard = once(service, "webhook", { signal: AbortSignal.timeout(10_000) });
    const refund = { source, password, price: 500, reason: "one of two came broken", account: null };
    const cancelled = await functional.histories.cancel(connection, refund, { idempotencyKey: paid.order });
    assert.equal(cancelled.refund, 500);
    assert.deepEqual(await functional.histories.cancel(connection, refund, { idempotencyKey: paid.order }), cancelled);
    const [webhook] = await heard;
    assert.deepEqual([webhook.previous, webhook.current], [stored, cancelled]);
    await functional.internal.webhook(connection, webhook);
});

test("keeps a billing key", async () => {
    const source = { schema: "shop", table: "members", id: card.customer };
    const stored = await functional.reservations.store(connection, {
        vendor: { code: "toss.payments", store_id: "default", uid: card.uid }, source, title: "a card", password,
    });
    assert.equal(stored.vendor_code === "toss.payments" && stored.data.billingKey, card.uid);
    assert.deepEqual(await functional.reservations.at(connection, stored.id, { password }), stored);
    assert.deepEqual(await functional.reservations.get(connection, { ...source, password }), stored);
});

test("asks about the server", async () => {
    assert.equal(await payments.functional.monitors.health(connection), undefined);
    assert.ok((await functional.monitors.performance(connection)).memory.rss > 0);
    assert.equal((await functional.monitors.system(connection)).package.license, "MIT");
});

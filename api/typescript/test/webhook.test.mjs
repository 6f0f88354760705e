import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { Receiver, WebhookError, wire } from "payments-server-api";
import { encryption } from "./script.mjs";

const secret = "whsec_9NOqQFhepIvgpzl2aGYK9r8/4Aoc5ZU22oY4rb6J5MQ=";
const hook = { id: "w1", source: { schema: "shop", table: "orders", id: "o1" }, previous: { paid_at: null }, current: { id: "h1" } };
const receiver = new Receiver({ encryption, secrets: [`whsec_${Buffer.alloc(24).toString("base64")}`, secret] });

/** A webhook on its way: signed at a time, and sealed with a key. */
function delivery(plain = JSON.stringify(hook), key = encryption.key, at = Date.now()) {
    const body = wire.seal({ ...encryption, key }, plain);
    const timestamp = String(Math.floor(at / 1000));
    const mac = createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64"));
    const signature = mac.update(`w1.${timestamp}.${body}`).digest("base64");
    return { body, headers: { "webhook-id": "w1", "webhook-timestamp": timestamp, "webhook-signature": `v1a,x v1,${signature}` } };
}

test("takes a webhook, with the headers of Node and of fetch, as text and as bytes", () => {
    const { headers, body } = delivery();
    assert.deepEqual(receiver.open(headers, body), hook);
    assert.deepEqual(receiver.open(new Headers(headers), Buffer.from(body)), hook);
});

test("refuses what the server did not send", () => {
    const good = delivery();
    for (const [name, { headers, body }] of Object.entries({
        "an unsigned one": { ...good, headers: {} },
        "one without its signature": { ...good, headers: { ...good.headers, "webhook-signature": undefined } },
        "one whose signature is as long, of other letters": { ...good, headers: { ...good.headers, "webhook-signature": `v1,${"é".repeat(44)}` } },
        "one of another id": { ...good, headers: { ...good.headers, "webhook-id": "w2" } },
        "one with a byte more": { ...good, body: `${good.body} ` },
        "one of an hour ago": delivery(undefined, undefined, Date.now() - 3_600_000),
        "one of another key": delivery(undefined, "k".repeat(32)),
        "one that is not JSON": delivery("secret"),
    }))
        assert.throws(() => receiver.open(headers, body), (e) => e instanceof WebhookError && !e.message.includes("secret"), name);
});

test("refuses secrets that are none", () => {
    for (const secrets of [[], ["whsec_"], ["whsec_c2hvcnQ="], [secret.slice("whsec_".length)], [`${secret}!`]])
        assert.throws(() => new Receiver({ encryption, secrets }), TypeError);
});

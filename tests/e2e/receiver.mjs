// A service's end of the webhooks: checks the signature, decrypts, and hands the message on.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

import { decrypt } from "./clients.mjs";
import { signingSecret } from "./system.mjs";

/** How long a delivery may take: the original's own tests allow a second; a busy machine gets more. */
const patience = 60_000;

export async function openReceiver() {
    const server = createServer(async (request, response) => {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const body = Buffer.concat(chunks).toString();
        response.end();
        server.emit("delivery", { headers: request.headers, body });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return {
        url: `http://127.0.0.1:${server.address().port}/webhooks`,
        /** The next delivery's message. Ask before causing it. */
        async next() {
            const [{ headers, body }] = await once(server, "delivery", { signal: AbortSignal.timeout(patience) });
            assert.match(headers["content-type"], /^text\/plain/);
            verify(headers, body);
            return decrypt(body);
        },
        close: () => server.close(),
    };
}

/** As https://www.standardwebhooks.com has it: one of the signatures must be ours, over id, time and body. */
function verify(headers, body) {
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    const key = Buffer.from(signingSecret.replace(/^whsec_/, ""), "base64");
    const wanted = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
    assert.ok(headers["webhook-signature"].split(" ").includes(wanted), "the delivery's signature is not ours");
    assert.ok(Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) < 60, "the delivery's time is not now");
}

// Webhooks, as the server signs (https://www.standardwebhooks.com) and encrypts them.
import { createHmac, timingSafeEqual } from "node:crypto";

import { open, type Encryption } from "./encryption.js";
import type { Webhook } from "./generated/types.js";

/** What came is not a webhook of our server, or the keys are not the server's. */
export class WebhookError extends Error {
    override readonly name = "WebhookError";
}

export interface ReceiverOptions {
    /** The deployment's, as for calling it. */
    encryption: Encryption;
    /** The deployment's WEBHOOK_SIGNING_SECRETS, whsec_…; any that signed will do. */
    secrets: string[];
}

/** The headers of a request: of Node's http and what builds on it, or of fetch. */
export type ReceivedHeaders = Record<string, string | string[] | undefined> | FetchHeaders;

interface FetchHeaders {
    get(name: string): string | null;
}

/** Milliseconds by which the clocks of server and receiver may differ. */
const tolerance = 5 * 60 * 1000;

/**
 * Reads the server's webhooks. A webhook comes at least once, and may be sent again by whoever saw it within five
 * minutes: do nothing twice for one id.
 */
export class Receiver {
    readonly #encryption: Encryption;
    readonly #keys: Buffer[];

    constructor({ encryption, secrets }: ReceiverOptions) {
        if (secrets.length === 0) throw new TypeError("no webhook secret");
        this.#encryption = encryption;
        this.#keys = secrets.map(keyOf);
    }

    /**
     * Verifies the signature of a body, every byte as it came, and decrypts it. Throws a WebhookError; answer that with
     * a 401, and a webhook that was taken with a 2xx. Anything else lets the server send it again, for three days.
     */
    open(headers: ReceivedHeaders, body: string | Uint8Array): Webhook {
        const text = Buffer.from(body as Uint8Array).toString();
        this.#verify(headers, text);
        try {
            return JSON.parse(open(this.#encryption, text)) as Webhook;
        } catch {
            throw new WebhookError("the webhook cannot be opened: has the server another key or IV?");
        }
    }

    #verify(headers: ReceivedHeaders, body: string): void {
        const [id, timestamp] = [header(headers, "webhook-id"), header(headers, "webhook-timestamp")];
        if (!id || !/^\d+$/.test(timestamp)) throw new WebhookError("the webhook's id or timestamp is missing");
        if (Math.abs(Date.now() - Number(timestamp) * 1000) > tolerance)
            throw new WebhookError("the webhook's timestamp is more than five minutes off");
        const got = header(headers, "webhook-signature").split(" ");
        const wanted = this.#keys.map((key) => sign(key, `${id}.${timestamp}.${body}`));
        if (!got.some((signature) => wanted.some((ours) => equal(signature, ours))))
            throw new WebhookError("no signature of the webhook matches");
    }
}

function keyOf(secret: string): Buffer {
    const encoded = secret.startsWith("whsec_") ? secret.slice("whsec_".length) : "";
    const key = Buffer.from(encoded, "base64");
    if (key.toString("base64") !== encoded || key.length < 24 || key.length > 64)
        throw new TypeError("a webhook secret is not whsec_ and the Base64 of 24 to 64 bytes");
    return key;
}

function header(headers: ReceivedHeaders, name: string): string {
    const value = isFetch(headers) ? headers.get(name) : headers[name];
    return String(value ?? "");
}

function isFetch(headers: ReceivedHeaders): headers is FetchHeaders {
    return typeof headers["get"] === "function";
}

function sign(key: Buffer, text: string): string {
    return `v1,${createHmac("sha256", key).update(text).digest("base64")}`;
}

function equal(text: string, wanted: string): boolean {
    const [a, b] = [Buffer.from(text), Buffer.from(wanted)]; // a header's é is one character and two bytes
    return a.length === b.length && timingSafeEqual(a, b);
}

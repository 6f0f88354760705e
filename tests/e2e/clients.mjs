// The ways into the payments server: the SDKs of two generations of the original, as they
// were published, and the bare contract with nothing but node:crypto.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { createRequire } from "node:module";

import { api, encryption } from "./system.mjs";

const published = (directory, name) => createRequire(new URL(`./${directory}/package.json`, import.meta.url))(`${name}/lib/api`);

/** Turns an SDK's functions into { store, at, get, cancel }, each taking what follows the connection. */
function sdk(name, { functional, HttpError }) {
    const { histories } = functional.payments;
    const connection = { host: api, encryption };
    return {
        name,
        store: (input) => (histories.store ?? histories.create)(connection, input),
        at: (id, input) => histories.at(connection, id, input),
        get: (input) => histories.get(connection, input),
        cancel: (input) => histories.cancel(connection, input),
        statusOf: (error) => error instanceof HttpError && error.status,
    };
}

class Refused extends Error {
    constructor(status, text) {
        super(`${status}: ${text}`);
        this.status = status;
    }
}

async function call(method, path, input) {
    const algorithm = `aes-${Buffer.byteLength(encryption.key) * 8}-cbc`;
    const cipher = createCipheriv(algorithm, encryption.key, encryption.iv);
    const response = await fetch(api + path, {
        method,
        headers: { "Content-Type": "text/plain" },
        body: cipher.update(JSON.stringify(input), "utf8", "base64") + cipher.final("base64"),
    });
    const text = await response.text();
    if (!response.ok) throw new Refused(response.status, text);
    const decipher = createDecipheriv(algorithm, encryption.key, encryption.iv);
    return JSON.parse(decipher.update(text, "base64", "utf8") + decipher.final("utf8"));
}

const contract = {
    name: "the bare contract",
    store: (input) => call("POST", "/payments/histories", input),
    at: (id, input) => call("PATCH", `/payments/histories/${id}`, input),
    get: (input) => call("PATCH", "/payments/histories/get", input),
    cancel: (input) => call("PUT", "/payments/histories/cancel", input),
    statusOf: (error) => error instanceof Refused && error.status,
};

export const clients = [
    contract,
    sdk("payment-backend@4.0.0", published("sdk4", "payment-backend")),
    sdk("@samchon/payment-backend@10.0.0", published("sdk10", "@samchon/payment-backend")),
];

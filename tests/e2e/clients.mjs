// The ways into the payments server: the SDKs of two generations of the original, as they
// were published, and the bare contract with nothing but node:crypto.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { createRequire } from "node:module";

import { api, encryption } from "./system.mjs";

const published = (directory, name) => createRequire(new URL(`./${directory}/package.json`, import.meta.url))(`${name}/lib/api`);

/** The SDKs of the original, as they were published. */
export const sdks = [
    { name: "payment-backend@4.0.0", ...published("sdk4", "payment-backend") },
    { name: "@samchon/payment-backend@10.0.0", ...published("sdk10", "@samchon/payment-backend") },
];

/** Gives an SDK's functions the names of one generation; each takes what follows the connection. */
function client({ name, functional, HttpError }) {
    const { histories, reservations } = functional.payments;
    const connection = { host: api, encryption };
    return {
        name,
        store: (input) => (histories.store ?? histories.create)(connection, input),
        at: (id, input) => histories.at(connection, id, input),
        get: (input) => histories.get(connection, input),
        cancel: (input) => histories.cancel(connection, input),
        reserve: (input) => (reservations.store ?? reservations.create)(connection, input),
        reservation: (id, input) => reservations.at(connection, id, input),
        reservationOf: (input) => reservations.get(connection, input),
        statusOf: (error) => error instanceof HttpError && error.status,
    };
}

class Refused extends Error {
    constructor(status, text) {
        super(`${status}: ${text}`);
        this.status = status;
    }
}

const algorithm = `aes-${Buffer.byteLength(encryption.key) * 8}-cbc`;

function encrypt(value) {
    const cipher = createCipheriv(algorithm, encryption.key, encryption.iv);
    return cipher.update(JSON.stringify(value), "utf8", "base64") + cipher.final("base64");
}

export function decrypt(body) {
    const decipher = createDecipheriv(algorithm, encryption.key, encryption.iv);
    return JSON.parse(decipher.update(body, "base64", "utf8") + decipher.final("utf8"));
}

async function call(method, path, input) {
    const response = await fetch(api + path, { method, headers: { "Content-Type": "text/plain" }, body: encrypt(input) });
    const text = await response.text();
    if (!response.ok) throw new Refused(response.status, text);
    return decrypt(text);
}

const contract = {
    name: "the bare contract",
    store: (input) => call("POST", "/payments/histories", input),
    at: (id, input) => call("PATCH", `/payments/histories/${id}`, input),
    get: (input) => call("PATCH", "/payments/histories/get", input),
    cancel: (input) => call("PUT", "/payments/histories/cancel", input),
    reserve: (input) => call("POST", "/payments/reservations", input),
    reservation: (id, input) => call("PATCH", `/payments/reservations/${id}`, input),
    reservationOf: (input) => call("PATCH", "/payments/reservations/get", input),
    statusOf: (error) => error instanceof Refused && error.status,
};

export const clients = [contract, ...sdks.map(client)];

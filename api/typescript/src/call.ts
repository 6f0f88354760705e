import { randomUUID } from "node:crypto";

import { open, seal, type Encryption } from "./encryption.js";
import { isProblem, problemOf } from "./problem.js";
import { retried } from "./retry.js";

/** Where the server is, and what it shares with its services. */
export interface Connection {
    /** Address of the server: https://payments.internal:37821, also with /payments behind it. */
    host: string;
    encryption: Encryption;
    /** Sent with every request. */
    headers?: Record<string, string>;
    /** In place of the global fetch. It should not follow redirects, which turn a POST into a GET. */
    fetch?: typeof globalThis.fetch;
}

/** Changes one call. */
export interface CallOptions {
    /** Ends the call, with the attempts that would follow. */
    signal?: AbortSignal;
    /**
     * A text of the caller's own, in ASCII and unique to the request, in place of one made up for the call. Kept beside
     * the order, it lets a service that was restarted in the middle of a refund ask for the same refund again: within
     * 24 hours the server repeats its first answer.
     */
    idempotencyKey?: string;
}

/** What the generated functions say of their operation. */
interface Route {
    METHOD: string;
    PATH: string;
    CONFIG: { input_encrypted: boolean; output_encrypted: boolean; idempotent: boolean };
}

/** Longer than the server waits for a gateway, a minute: an answer is worth more than a repetition. */
const attemptTimeout = 90_000;

/** Calls an operation, again where that can help, and decrypts its answer. */
export async function call<T>(
    connection: Connection,
    route: Route,
    path: string,
    input: unknown,
    options: CallOptions = {},
): Promise<T> {
    const name = `${route.METHOD} ${route.PATH}`;
    const url = urlOf(connection, path);
    const request = requestOf(connection, route, input, options);
    const answer = await retried(() => send(name, connection, url, request, options.signal), options.signal);
    return (route.CONFIG.output_encrypted ? parse(name, connection.encryption, answer) : undefined) as T;
}

function urlOf({ host }: Connection, path: string): URL {
    // URL itself takes localhost:37821 for a scheme, and the path behind http:// for a host.
    if (!/^https?:\/\/[^/]/i.test(host)) throw new TypeError("connection.host is not an absolute http or https URL");
    return new URL(host.replace(/\/+$/, "") + path);
}

function requestOf(connection: Connection, { METHOD, CONFIG }: Route, input: unknown, options: CallOptions): RequestInit {
    const headers = new Headers(connection.headers);
    if (CONFIG.idempotent) headers.set("Idempotency-Key", keyOf(options));
    if (!CONFIG.input_encrypted) return { method: METHOD, headers };
    headers.set("Content-Type", "text/plain");
    return { method: METHOD, headers, body: seal(connection.encryption, JSON.stringify(input)) };
}

/** The key of a write. The server would take an empty one for none, and carry out every attempt. */
function keyOf({ idempotencyKey = randomUUID() }: CallOptions): string {
    if (idempotencyKey.trim() !== "") return idempotencyKey;
    throw new TypeError("idempotencyKey is empty: leave it out, or give one that is unique to the request");
}

/** Makes one attempt. Its error is a Problem where the server answered, and the signal's reason where that ended it. */
async function send(
    name: string,
    { fetch = globalThis.fetch }: Connection,
    url: URL,
    request: RequestInit,
    signal: AbortSignal | undefined,
): Promise<string> {
    const timeout = AbortSignal.timeout(attemptTimeout);
    try {
        const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
        const response = await fetch(url, { ...request, redirect: "manual", signal: either });
        const text = await response.text();
        if (response.status === 200 || response.status === 201) return text;
        throw problemOf(name, response, text);
    } catch (error) {
        if (signal?.aborted) throw signal.reason;
        if (isProblem(error)) throw error;
        throw new Error(`${name}: ${reasonOf(error)}`, { cause: error });
    }
}

/** Says why an attempt failed. Node's fetch says "fetch failed", and keeps the reason as the cause. */
function reasonOf(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

/** Reads an answer. What is wrong with it is not told in detail: it is a customer's payment. */
function parse(name: string, encryption: Encryption, answer: string): unknown {
    try {
        const plain = open(encryption, answer);
        return plain === "" ? undefined : JSON.parse(plain);
    } catch {
        throw new Error(`${name}: the answer cannot be opened: has the server another key or IV?`);
    }
}

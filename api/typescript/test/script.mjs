// A server that answers as it is told, one request by the other, and repeats its last answer.
import { wire } from "payments-server-api";

export const encryption = { key: "MCKOxv9B23r7EatArCFcBP03nfaS03T8", iv: "9haeYD1tIf4v8xs7" };

export const broken = () => Promise.reject(new TypeError("fetch failed"));
export const success = () => new Response(wire.seal(encryption, '{"id":"h1"}'));
export const refusal = (status, body, retryAfter) => () =>
    new Response(body, { status, headers: retryAfter ? { "Retry-After": retryAfter } : {} });
export const problem = (status, code, retryAfter) =>
    refusal(status, JSON.stringify({ status, code, detail: "because" }), retryAfter);

/** The connection to such a server, with what it was asked. */
export function scripted(...answers) {
    const requests = [];
    const fetch = async (url, { method, headers, body }) => {
        const answer = answers[Math.min(requests.length, answers.length - 1)];
        requests.push({ url: String(url), method, key: headers.get("Idempotency-Key"), body });
        return answer();
    };
    return { host: "http://payments.test/", encryption, fetch, requests };
}

/** Lets a promise run on a clock that goes by itself, and returns its value or its error with the milliseconds that passed. */
export async function onFastClock(timers, promise) {
    let settled;
    const outcome = promise.then((value) => (settled = { value }), (error) => (settled = { error }));
    let passed = 0;
    for (; !settled; passed += 50) {
        timers.tick(50);
        await new Promise(setImmediate);
    }
    await outcome;
    return { ...settled, passed };
}

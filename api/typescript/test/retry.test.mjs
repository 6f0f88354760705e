import assert from "node:assert/strict";
import { test } from "node:test";

import { functional, isProblem } from "payments-server-api";
import { broken, onFastClock, problem, refusal, scripted, success } from "./script.mjs";

const { cancel, at } = functional.histories;
const refund = { source: { schema: "shop", table: "orders", id: "o1" }, price: 1, reason: "r", password: "secret", account: null };

// The same cases as those of the Go client, api/client_retry_test.go.
for (const [name, answers, attempts, code, waits] of [
    ["a broken connection", [broken, success], 2, undefined, 0],
    ["an unknown outcome, when told to", [problem(502, "pg_outcome_unknown", "3"), success], 2, undefined, 3],
    ["a gateway that was away", [problem(502, "pg_unavailable", "3"), success], 2, undefined, 3],
    ["a database that was away", [problem(503, "database_unavailable", "2"), success], 2, undefined, 2],
    ["what is under way", [problem(409, "in_progress", "1"), success], 2, undefined, 1],
    ["too many attempts, for a moment", [problem(429, "too_many_attempts", "2"), success], 2, undefined, 2],
    ["a proxy without a server", [refusal(503, "<html>"), refusal(504, "", "1"), success], 3, undefined, 1],
    ["nothing for ever", [problem(503, "database_unavailable")], 6, "database_unavailable", 0],
    ["nothing that asks for more than seconds", [problem(429, "too_many_attempts", "60")], 1, "too_many_attempts", 0],
    ["no refusal", [problem(403, "wrong_password")], 1, "wrong_password", 0],
    ["no conflict", [problem(409, "already_registered")], 1, "already_registered", 0],
    ["no defect", [problem(500, "internal_error")], 1, "internal_error", 0],
    ["no refusal of a gateway with its own 503", [problem(503, "pg_declined", "1")], 1, "pg_declined", 0],
])
    test(`tries again after ${name}`, async (t) => {
        t.mock.timers.enable({ apis: ["setTimeout"] });
        const connection = scripted(...answers);
        const { error, value, passed } = await onFastClock(t.mock.timers, cancel(connection, refund));
        if (code) assert.ok(isProblem(error, code), `got ${error}`);
        else assert.deepEqual(value, { id: "h1" });
        assert.equal(connection.requests.length, attempts);
        assert.ok(passed >= waits * 1000 && passed <= waits * 1000 + 10_000, `it took ${passed} ms`);
        for (const request of connection.requests) assert.deepEqual(request, connection.requests[0], "another request");
        assert.ok(connection.requests[0].key);
    });

test("each write has a key of its own, a read has none", async () => {
    const connection = scripted(success);
    await cancel(connection, refund);
    await cancel(connection, refund);
    await cancel(connection, refund, { idempotencyKey: "mine" });
    await at(connection, "h1", { password: "secret" });
    const [first, second, mine, read] = connection.requests.map((r) => r.key);
    assert.notEqual(first, second);
    assert.deepEqual([mine, read], ["mine", null]);
});

test("an empty key is refused: without one, a refund would be made as often as it is sent", async () => {
    for (const idempotencyKey of ["", " "]) {
        const connection = scripted(success);
        await assert.rejects(cancel(connection, refund, { idempotencyKey }), /idempotencyKey is empty/);
        assert.equal(connection.requests.length, 0);
    }
});

test("attempts end with the caller's signal", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const connection = scripted(problem(503, "database_unavailable", "2"));
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("enough")), 3_000);
    const { error } = await onFastClock(t.mock.timers, cancel(connection, refund, { signal: abort.signal }));
    assert.equal(error.message, "enough");
    assert.equal(connection.requests.length, 2);
});

test("a connection that cannot be made says why", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const refused = () => Promise.reject(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") }));
    const { error } = await onFastClock(t.mock.timers, cancel(scripted(refused), refund));
    assert.equal(error.message, "PUT /histories/cancel: connect ECONNREFUSED 127.0.0.1:1");
});

test("an address that cannot be right is not tried", async () => {
    for (const host of ["payments", "localhost:37821", "http://"]) {
        const connection = { ...scripted(success), host };
        await assert.rejects(cancel(connection, refund), TypeError, host);
        assert.equal(connection.requests.length, 0, host);
    }
});

test("a path argument stays one", async () => {
    const connection = scripted(success);
    await at(connection, "../internal?x", { password: "secret" });
    assert.equal(connection.requests[0].url, "http://payments.test/histories/..%2Finternal%3Fx");
});

test("an answer under another key is an error that tells nothing of it", async () => {
    const connection = scripted(() => new Response("bm90IG91cnM="));
    await assert.rejects(at(connection, "h1", { password: "secret" }), /PATCH \/histories\/:id: the answer cannot be opened/);
});

test("a refusal tells what is wrong", async () => {
    const body = {
        status: 422, code: "pg_declined", detail: "The gateway declined.", request_id: "r1",
        errors: [{ path: "body.price", message: "too much" }], pg: { status: 403, code: "NOT_CANCELABLE", message: "취소 불가" },
    };
    const error = await cancel(scripted(refusal(422, JSON.stringify(body))), refund).catch((e) => e);
    assert.ok(error instanceof Error && isProblem(error, "pg_declined") && !isProblem(error, "wrong_password"));
    const { status, detail, request_id, errors, pg, message } = error;
    assert.deepEqual({ status, code: "pg_declined", detail, request_id, errors, pg }, body);
    assert.match(message, /^PUT \/histories\/cancel: .*422 pg_declined: The gateway declined/);
    assert.ok(!isProblem(new Error("another")));
});

// A program in CommonJS gets the same.
const assert = require("node:assert/strict");
const { test } = require("node:test");

const payments = require("payments-server-api");

test("CommonJS has what modules have", async () => {
    const { default: module, ...names } = await import("payments-server-api");
    assert.deepEqual(Object.keys(payments).filter((name) => name !== "default").sort(), Object.keys(names).sort());
    assert.deepEqual(Object.keys(payments.default), Object.keys(payments).filter((name) => name !== "default"));
    assert.notEqual(payments.functional, module.functional);
});

test("a problem is one across both kinds", async () => {
    const { Problem } = await import("payments-server-api");
    assert.ok(payments.isProblem(new Problem("GET /", 403, { code: "wrong_password" }, 0), "wrong_password"));
});

test("CommonJS calls the server", async () => {
    const { host, encryption } = JSON.parse(process.env.LIVE);
    assert.equal((await payments.functional.monitors.system({ host, encryption })).package.license, "MIT");
});

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { wire } from "payments-server-api";

const vectors = JSON.parse(await readFile(process.env.VECTORS, "utf8"));

for (const { name, key, iv, plain, sealed } of vectors)
    test(`encrypts and decrypts ${name}`, () => {
        assert.equal(wire.seal({ key, iv }, plain), sealed);
        assert.equal(wire.open({ key, iv }, sealed), plain);
        assert.equal(wire.open({ key, iv }, `${sealed}\n`), plain);
    });

test("refuses keys that are of no AES, and does not tell them", () => {
    for (const [key, iv] of [["k".repeat(31), "9haeYD1tIf4v8xs7"], ["키".repeat(16), "9haeYD1tIf4v8xs7"], ["k".repeat(32), "short"]])
        assert.throws(() => wire.seal({ key, iv }, "{}"), (error) => error instanceof TypeError && !error.message.includes(key) && !error.message.includes(iv));
});

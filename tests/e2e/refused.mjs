import assert from "node:assert/strict";

/** The promise must be rejected with that HTTP status, as the client itself reports it. */
export async function refused(client, status, promise) {
    await assert.rejects(promise, (error) => {
        assert.equal(client.statusOf(error), status, String(error));
        return true;
    });
}

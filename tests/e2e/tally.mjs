// Who calls the functions of a published SDK through a tally knows afterwards which of them nobody has called, and that
// each returned what its published type says.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const validators = createRequire(import.meta.url)("./sdk10/node_modules/.validators/validators.js");

/** Fails, and names the fields, unless a value is of a published type: history, reservation, webhook, performance or system. */
export function conforms(type, value) {
    const { [value.vendor_code]: validate = validators[type] } = validators[type];
    const { success, errors } = validate(value);
    assert.ok(success, `not a published ${type}: ${JSON.stringify(errors, null, 4)}`);
}

/** What the functions of one folder return; the others return nothing. */
const returned = {
    "payments.histories": "history",
    "payments.reservations": "reservation",
    "monitors.performance": "performance",
    "monitors.system": "system",
};

/** Every function of an SDK's tree by its name: "payments.histories.at". */
export function functionsOf(tree, above = "") {
    return Object.entries(tree).flatMap(([name, value]) =>
        typeof value === "function" ? [[above + name, value]] : functionsOf(value, `${above}${name}.`),
    );
}

export function openTally({ functional }, connection) {
    const functions = new Map(functionsOf(functional));
    const called = new Set();
    return {
        /** Calls a function by any of the names that it has had. */
        async call([...names], ...input) {
            const name = names.find((n) => functions.has(n));
            assert.ok(name, `the SDK has no function ${names.join(" or ")}`);
            const answer = await functions.get(name)(connection, ...input);
            called.add(name);
            const type = returned[name.slice(0, name.lastIndexOf("."))];
            if (type) conforms(type, answer);
            else assert.ok(!answer, `${name} returned ${answer}`);
            return answer;
        },
        uncalled: () => [...functions.keys()].filter((name) => !called.has(name)),
    };
}

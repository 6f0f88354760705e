// Who calls the functions of a published SDK through a tally knows afterwards which of them nobody has called, and that
// each returned what its published type says.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

import { watch } from "../../fakes/conformance/coverage.mjs";

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

export function openTally({ functional }, connection) {
    const { functions, uncalled } = watch(functional);
    const find = (name) => name.split(".").reduce((tree, member) => tree?.[member], functions);
    return {
        /** Calls a function by any of the names that it has had. */
        async call([...names], ...input) {
            const name = names.find(find);
            assert.ok(name, `the SDK has no function ${names.join(" or ")}`);
            const answer = await find(name)(connection, ...input);
            const type = returned[name.slice(0, name.lastIndexOf("."))];
            if (type) conforms(type, answer);
            else assert.ok(!answer, `${name} returned ${answer}`);
            return answer;
        },
        uncalled: () => [...uncalled],
    };
}

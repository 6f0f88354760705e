// Shows that a record outlives its system. `keep.mjs store` stores one and prints what is
// needed to read it; `keep.mjs read ID PASSWORD`, in the life after, reads it.
import { randomUUID } from "node:crypto";

import { clients } from "./clients.mjs";
import { api } from "./system.mjs";
import { vendors } from "./vendors.mjs";

const [client] = clients;
const [vendor] = vendors;

const actions = {
    async store() {
        const [order, password] = [randomUUID(), randomUUID()];
        const history = await client.store({
            vendor: { code: vendor.code, store_id: "e2e", uid: await vendor.charge(order, 1_000) },
            source: { schema: "shop", table: "orders", id: order },
            price: 1_000,
            password,
            webhook_url: `${api}/payments/internal/webhook`,
        });
        console.log(history.id, password);
    },
    async read(id, password) {
        const { price } = await client.at(id, { password });
        console.log(`${id} still tells of ₩${price}`);
    },
};

const [action, ...rest] = process.argv.slice(2);
await actions[action](...rest);

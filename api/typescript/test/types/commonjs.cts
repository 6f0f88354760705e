// Compiled, not run: the same for a program in CommonJS.
import payments = require("payments-server-api");

export async function priceOf(connection: payments.Connection, id: string): Promise<number> {
    const history: payments.History = await payments.functional.histories.at(connection, id, { password: "p" });
    return history.price;
}

export const receiver = new payments.Receiver({ encryption: { key: "k", iv: "i" }, secrets: [] });

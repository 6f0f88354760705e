// Compiled, not run: what the types promise to a strict program.
import payments, { functional, isProblem, type History, type Webhook } from "payments-server-api";

const connection: payments.IConnection = { host: "http://127.0.0.1:37821", encryption: { key: "k", iv: "i" } };

export async function historyOf(id: string): Promise<string> {
    const history: History = await functional.histories.at(connection, id, { password: "p" });
    // @ts-expect-error: which gateway's object it is, is not known yet
    history.data.imp_uid;
    if (history.vendor_code === "iamport") return history.data.imp_uid;
    return history.data.paymentKey;
}

export async function refuses(): Promise<void> {
    // @ts-expect-error: the account is required, and may be null
    await functional.histories.cancel(connection, { source: { schema: "s", table: "t", id: "i" }, price: 1, reason: "r", password: "p" });
    // @ts-expect-error: there is no such gateway
    await functional.reservations.store(connection, { vendor: { code: "paypal" } });
    try {
        await payments.functional.monitors.health(connection);
    } catch (error) {
        if (isProblem(error) && error.code === "wrong_password") error.pg?.message;
        // @ts-expect-error: there is no such code
        isProblem(error, "no_such_code");
    }
}

export const store: functional.histories.store.Input["vendor"]["code"] = "toss.payments";
export const paid = ({ previous, current }: Webhook): boolean => previous.paid_at === null && current.paid_at !== null;
export const address: string = functional.internal.webhook.PATH;

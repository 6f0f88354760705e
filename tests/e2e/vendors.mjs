// The payment gateways' side: what customers do at the fakes, through the clients that are
// published on npm for the real ones.
import iamportApi from "iamport-server-api";
import tossApi from "toss-payments-server-api";

import { iamport, toss } from "./system.mjs";

const connector = new iamportApi.IamportConnector(iamport, { imp_key: "test_imp_key", imp_secret: "test_imp_secret" });
const card = { card_number: "1234-1234-1234-1234", expiry: "2030-12", birth: "880311", pwd_2digit: "11", cvc: "123" };

const iamportVendor = {
    code: "iamport",
    /** Charges a card and returns the payment's uid at the vendor. */
    async charge(order, amount) {
        const input = { merchant_uid: order, amount, name: "end-to-end", currency: "KRW", ...card };
        const { response } = await iamportApi.functional.subscribe.payments.onetime(await connector.get(), input);
        return response.imp_uid;
    },
    /** Opens a virtual account that waits for a deposit, and returns the payment's uid. */
    async openAccount(order, amount) {
        const { response } = await iamportApi.functional.vbanks.store(await connector.get(), {
            merchant_uid: order,
            amount,
            vbank_code: "SHINHAN",
            vbank_due: Math.floor(Date.now() / 1000) + 7 * 24 * 60 * 60,
            vbank_holder: "홍길동",
        });
        return response.imp_uid;
    },
    async deposit(uid) {
        await iamportApi.functional.internal.deposit(await connector.get(), uid);
    },
    /** Registers a card for later payments and returns its uid at the vendor. */
    async register(order) {
        const { response } = await iamportApi.functional.subscribe.customers.store(await connector.get(), order, {
            customer_uid: order,
            ...card,
        });
        return response.customer_uid;
    },
    uidOf: (payment) => payment.imp_uid,
};

const secret = Buffer.from("test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy:").toString("base64");
const tossConnection = { host: toss, headers: { Authorization: `Basic ${secret}` } };

const tossVendor = {
    code: "toss.payments",
    /** As a browser would leave it: the card is accepted, the payment waits for its approval. */
    async charge(order, amount) {
        const payment = await tossApi.functional.v1.payments.key_in(tossConnection, {
            method: "card",
            cardNumber: "1111222233334444",
            cardExpirationYear: "30",
            cardExpirationMonth: "12",
            orderId: order,
            amount,
            __approved: false,
        });
        return payment.paymentKey;
    },
    async openAccount(order, amount) {
        const payment = await tossApi.functional.v1.virtual_accounts.store(tossConnection, {
            method: "virtual-account",
            orderId: order,
            orderName: "end-to-end",
            bank: "신한",
            customerName: "홍길동",
            amount,
            __approved: false,
        });
        return payment.paymentKey;
    },
    async deposit(uid) {
        await tossApi.functional.internal.deposit(tossConnection, uid);
    },
    async register(order) {
        const billing = await tossApi.functional.v1.billing.authorizations.card.store(tossConnection, {
            customerKey: order,
            cardNumber: "1111222233334444",
            cardExpirationYear: "30",
            cardExpirationMonth: "12",
            cardPassword: "99",
            customerBirthday: "880311",
        });
        return billing.billingKey;
    },
    uidOf: (payment) => payment.paymentKey,
};

export const vendors = [iamportVendor, tossVendor];

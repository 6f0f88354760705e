// The payment gateways' side: a customer pays by card at a fake, through the client that
// is published on npm for the real one.
import iamportApi from "iamport-server-api";
import tossApi from "toss-payments-server-api";

import { iamport, toss } from "./system.mjs";

export const vendors = [
    {
        code: "iamport",
        /** Charges a card and returns the payment's uid at the vendor. */
        async charge(order, amount) {
            const connector = new iamportApi.IamportConnector(iamport, { imp_key: "test_imp_key", imp_secret: "test_imp_secret" });
            const { response } = await iamportApi.functional.subscribe.payments.onetime(await connector.get(), {
                merchant_uid: order,
                amount,
                name: "end-to-end",
                currency: "KRW",
                card_number: "1234-1234-1234-1234",
                expiry: "2030-12",
                birth: "880311",
                pwd_2digit: "11",
                cvc: "123",
            });
            return response.imp_uid;
        },
    },
    {
        code: "toss.payments",
        /** As a browser would leave it: the card is accepted, the payment waits for its approval. */
        async charge(order, amount) {
            const secret = Buffer.from("test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy:").toString("base64");
            const payment = await tossApi.functional.v1.payments.key_in({ host: toss, headers: { Authorization: `Basic ${secret}` } }, {
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
    },
];

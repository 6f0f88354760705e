// The running system, named by the variables it was started with; what is not set is local mode's.
import imp from "iamport-server-api";
import type payments from "payments-server-api";

const {
    API_PORT = "37821",
    FAKE_IAMPORT_PORT = "10851",
    FAKE_TOSS_PORT = "30771",
    API_ENCRYPTION_KEY = "MCKOxv9B23r7EatArCFcBP03nfaS03T8",
    API_ENCRYPTION_IV = "9haeYD1tIf4v8xs7",
    WEBHOOK_SIGNING_SECRETS = "whsec_9NOqQFhepIvgpzl2aGYK9r8/4Aoc5ZU22oY4rb6J5MQ=",
} = process.env;

export const connection: payments.IConnection = {
    host: `http://127.0.0.1:${API_PORT}`,
    encryption: { key: API_ENCRYPTION_KEY, iv: API_ENCRYPTION_IV },
};
export const signingSecret: string = WEBHOOK_SIGNING_SECRETS.split(" ")[0]!;

export const iamport = new imp.IamportConnector(`http://127.0.0.1:${FAKE_IAMPORT_PORT}`, {
    imp_key: "test_imp_key",
    imp_secret: "test_imp_secret",
});
const secret = Buffer.from("test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy:").toString("base64");
export const tossConnection = { host: `http://127.0.0.1:${FAKE_TOSS_PORT}`, headers: { Authorization: `Basic ${secret}` } };

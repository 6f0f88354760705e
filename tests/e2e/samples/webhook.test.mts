// 가상 계좌 입금 웹훅: the third sample program of the original's manual, with the SDK of this server. The original
// looked into its own memory for what had arrived; here a service listens.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import imp from "iamport-server-api";
import payments from "payments-server-api";

import { connection, iamport, signingSecret } from "./system.mjs";

/** 웹훅을 받는 귀하의 백엔드 서버. */
const receiver = new payments.Receiver({ encryption: connection.encryption, secrets: [signingSecret] });
const service = createServer(async (request, response) => {
    try {
        const webhook = receiver.open(request.headers, Buffer.concat(await request.toArray()));
        response.writeHead(204).end();
        service.emit("webhook", webhook);
    } catch (error) {
        response.writeHead(error instanceof payments.WebhookError ? 401 : 500).end();
    }
});

export async function test_fake_iamport_payment_webhook(connection: payments.IConnection): Promise<void> {
    const yourOrderId: string = randomUUID(); // 귀하의 서비스가 발행한 주문 ID.
    const yourOrderPrice: number = 19_900; // 주문 금액

    // 아임포트 가상 계좌 결제 시뮬레이션
    const payment = await imp.functional.vbanks.store(await iamport.get(), {
        merchant_uid: yourOrderId,
        amount: yourOrderPrice,
        vbank_code: "SHINHAN",
        vbank_due: Date.now() / 1_000 + 7 * 24 * 60 * 60,
        vbank_holder: "남정호",
    });

    // 웹훅 URL 설정하기.
    const webhook_url: string = `http://127.0.0.1:${(service.address() as AddressInfo).port}/webhooks`;

    // 결제 이력 등록하기
    const history: payments.History = await payments.functional.histories.store(connection, {
        vendor: {
            code: "iamport",
            store_id: "test-iamport-store-id",
            uid: payment.response.imp_uid,
        },
        source: {
            schema: "some-schema",
            table: "some-table",
            id: yourOrderId,
        },
        webhook_url,
        price: yourOrderPrice,
        password: "some-password",
    });

    // 가상 계좌 입금 시뮬레이션
    const arrival = once(service, "webhook", { signal: AbortSignal.timeout(10_000) });
    await imp.functional.internal.deposit(await iamport.get(), payment.response.imp_uid);

    // 웹훅 이벤트가 귀하의 백엔드 서버로 전달되기를 기다림.
    const [webhook]: payments.Webhook[] = await arrival;
    if (webhook?.current.id !== history.id) throw new Error("the webhook is of another payment");
    else if (webhook.previous.paid_at !== null) throw new Error("it was paid before the deposit");
    else if (webhook.current.paid_at === null) throw new Error("it is not paid after the deposit");
}

test("sample program: the webhook of a virtual account", async (t) => {
    service.listen(0, "127.0.0.1");
    await once(service, "listening");
    t.after(() => service.close());
    await test_fake_iamport_payment_webhook(connection);
});

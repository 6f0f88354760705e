// 카드 결제 이력: the first sample program of the original's manual, with the SDK of this server.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import imp from "iamport-server-api";
import payments from "payments-server-api";

import { connection, iamport } from "./system.mjs";

export async function test_fake_iamport_payment_history(connection: payments.IConnection): Promise<payments.IamportPayment> {
    // 주문 정보
    const yourOrderId: string = randomUUID(); // 귀하의 백엔드 서버가 발행한 주문 ID
    const yourOrderPrice: number = 12_000; // 주문 금액

    // 아임포트 카드 결제 시뮬레이션
    const payment = await imp.functional.subscribe.payments.onetime(await iamport.get(), {
        card_number: "1234-1234-1234-1234",
        expiry: "2028-12",
        birth: "880311",

        merchant_uid: yourOrderId,
        amount: yourOrderPrice,
        name: "Fake 주문",
    });

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
        webhook_url: connection.host + payments.functional.internal.webhook.PATH, // 테스트용 웹훅 URL
        price: yourOrderPrice,
        password: "some-password",
    });

    // 결제 내역 조회하기
    const read: payments.History = await payments.functional.histories.at(connection, history.id, {
        password: "some-password",
    });

    // if condition 을 이용한 자동 다운 캐스팅
    if (read.vendor_code === "iamport") return read.data;
    throw new Error(`a payment at Iamport became one at ${read.vendor_code}`);
}

test("sample program: the history of a card payment", async () => {
    const data = await test_fake_iamport_payment_history(connection);
    assert.equal(data.status, "paid");
    assert.equal(data.amount, 12_000);
});

// 간편 결제 수단: the second sample program of the original's manual, with the SDK of this server.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import payments from "payments-server-api";
import toss from "toss-payments-server-api";

import { connection, tossConnection } from "./system.mjs";

export async function test_fake_toss_payment_reservation(connection: payments.IConnection): Promise<payments.TossBilling> {
    const yourSourceId: string = randomUUID(); // 귀하의 백엔드 서버가 발행한 식별자 ID.

    // 토스 페이먼츠 간편 결제 카드 등록 시뮬레이션
    const billing = await toss.functional.v1.billing.authorizations.card.store(tossConnection, {
        customerKey: yourSourceId,
        cardNumber: "1111222233334444",
        cardExpirationYear: "28",
        cardExpirationMonth: "03",
        cardPassword: "99",
        customerBirthday: "880311",
        consumerName: "남정호",
    });

    // 간편 결제 수단 등록하기
    const reservation: payments.Reservation = await payments.functional.reservations.store(connection, {
        vendor: {
            code: "toss.payments",
            store_id: "test-iamport-store-id",
            uid: billing.billingKey,
        },
        source: {
            schema: "some-schema",
            table: "some-table",
            id: yourSourceId,
        },
        title: "some-title",
        password: "some-password",
    });

    // 간편 결제 등록 수단 조회하기
    const read: payments.Reservation = await payments.functional.reservations.at(connection, reservation.id, {
        password: "some-password",
    });

    // if condition 을 이용한 자동 다운 캐스팅
    if (read.vendor_code === "toss.payments") return read.data;
    throw new Error(`a billing key at Toss Payments became one at ${read.vendor_code}`);
}

test("sample program: the reservation of a card", async () => {
    const billing = await test_fake_toss_payment_reservation(connection);
    assert.ok(billing.billingKey && billing.customerKey);
});

// Drives every function of both generations of toss-payments-server-api, as
// published, against a fake Toss Payments at TOSS_URL.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";

import v1 from "toss-v1";
import v10 from "toss-v10";

import { watch } from "./coverage.mjs";
import { openSink } from "./sink.mjs";

const host = process.env.TOSS_URL;
const secretKey = "test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy";
const authorization = (key) => "Basic " + Buffer.from(key + ":").toString("base64");
const connection = { host, headers: { Authorization: authorization(secretKey) } };

const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let shop; // receives the webhooks

const webhook = (paymentKey, status) =>
  shop.next(({ data }) => data.paymentKey === paymentKey && data.status === status);

before(async () => {
  shop = await openSink();
  const answer = await fetch(host + "/__fake/webhooks/url", { method: "PUT", body: JSON.stringify({ url: shop.url }) });
  assert.equal(answer.status, 200);
});
after(() => shop.close());

for (const [name, client] of Object.entries({ "1.0.3": v1, "10.0.0": v10 })) {
  describe(`toss-payments-server-api ${name}`, () => {
    const { functions: functional, uncalled } = watch(client.functional);
    const { payments, billing, virtual_accounts, cash_receipts } = functional.v1;
    const create = (resource) => resource.create ?? resource.store; // renamed in generation 10

    const card = (extra = {}) => ({
      method: "card",
      cardNumber: "1234123412341234",
      cardExpirationYear: "2028", // four digits, as the first generation's own examples send
      cardExpirationMonth: "3",
      amount: 25000,
      orderId: randomUUID(),
      ...extra,
    });
    const account = (extra = {}) => ({
      method: "virtual-account",
      orderId: randomUUID(),
      orderName: "테스트 주문",
      bank: "신한",
      customerName: "홍길동",
      amount: 19900,
      __approved: false, // accepted, without effect
      ...extra,
    });
    const registration = (extra = {}) => ({
      cardNumber: "1111222233334444",
      cardExpirationYear: "24",
      cardExpirationMonth: "12",
      cardPassword: "99",
      customerBirthday: "880311",
      consumerName: "남정호",
      ...extra,
    });
    const refuses = (promise, status) =>
      assert.rejects(promise, (error) => {
        assert.equal(error.status, status);
        assert.notEqual(error.message, "");
        return true;
      });

    test("billing: a registered card is found and charged", async () => {
      const customerKey = randomUUID();
      const registered = await create(billing.authorizations.card)(connection, registration({ customerKey }));
      assert.equal(registered.mId, "tosspyaments");
      assert.equal(registered.method, "카드");
      assert.equal(registered.cardCompany, "신한");
      assert.equal(registered.cardNumber, "1111222233334444");
      assert.match(registered.billingKey, uuid);
      assert.match(registered.authenticatedAt, date);

      const at = (key) => billing.authorizations.at(connection, registered.billingKey, { customerKey: key });
      assert.deepEqual(await at(customerKey), registered);
      await refuses(at("somebody else"), 403);
      await refuses(billing.authorizations.at(connection, randomUUID(), { customerKey }), 404);

      const order = { method: "billing", billingKey: registered.billingKey, customerKey, orderId: randomUUID(), amount: 10000 };
      const paid = await billing.pay(connection, registered.billingKey, order);
      assert.equal(paid.status, "DONE");
      assert.equal(paid.type, "NORMAL");
      assert.match(paid.approvedAt, date);
      assert.deepEqual(await payments.at(connection, paid.paymentKey), paid);
      await refuses(billing.pay(connection, randomUUID(), order), 404);
    });

    test("card: paid at once, in the reference's words", async () => {
      const input = card({ cardInstallmentPlan: 3 });
      const paid = await payments.key_in(connection, input);
      const { paymentKey, transactionKey, requestedAt, approvedAt, ...rest } = paid;
      assert.match(paymentKey, uuid);
      assert.match(transactionKey, uuid);
      assert.match(requestedAt, date);
      assert.match(approvedAt, date);
      const receiptUrl = "https://github.com/samchon/fake-toss-payments-server";
      assert.deepEqual(rest, {
        mId: "tosspayments", version: "1.3", method: "카드", type: "NORMAL", status: "DONE", currency: "KRW",
        orderId: input.orderId, orderName: "test",
        totalAmount: 25000, balanceAmount: 25000, suppliedAmount: 25000, taxFreeAmount: 0, vat: 0,
        useEscrow: false, cultureExpense: false, cancels: null, cashReceipt: null, discount: null, easyPay: null,
        card: {
          company: "신한카드", number: "1234123412341234", installmentPlanMonths: 3, isInterestFree: true,
          approveNo: "temporary-card-approval-number", useCardPoint: false, cardType: "신용", ownerType: "개인",
          acquireStatus: "READY", receiptUrl,
        },
      });
    });

    test("card: waits for its approval, which wants the right order and amount", async () => {
      const input = card({ __approved: false });
      const waits = await payments.key_in(connection, input);
      assert.equal(waits.status, "IN_PROGRESS");
      assert.equal(waits.approvedAt, null);

      const approve = (order) => payments.approve(connection, waits.paymentKey, order);
      await refuses(approve({ orderId: "another", amount: input.amount }), 422);
      await refuses(approve({ orderId: input.orderId, amount: input.amount + 1 }), 422);
      await refuses(payments.approve(connection, randomUUID(), { orderId: input.orderId, amount: 1 }), 404);
      const approved = await approve({ orderId: input.orderId, amount: input.amount });
      assert.equal(approved.status, "DONE");
      assert.match(approved.approvedAt, date);
      assert.equal((await approve({ orderId: input.orderId, amount: input.amount })).status, "DONE"); // repeatable
    });

    test("virtual account: created, approved, paid into", async () => {
      const input = account();
      const waits = await create(virtual_accounts)(connection, input);
      assert.equal(waits.status, "WAITING_FOR_DEPOSIT");
      assert.match(waits.secret, uuid);
      const { dueDate, ...rest } = waits.virtualAccount;
      assert.match(dueDate, /^\d{4}-\d\d-\d\d$/);
      assert.deepEqual(rest, {
        accountNumber: "110417532896", accountType: "일반", bank: "신한", customerName: "홍길동",
        expired: false, settlementStatus: "INCOMPLETED", refundStatus: "NONE",
      });
      assert.ok(!("card" in waits) && !("discount" in waits));

      const approved = await payments.approve(connection, waits.paymentKey, { orderId: input.orderId, amount: 19900 });
      assert.equal(approved.status, "WAITING_FOR_DEPOSIT");
      assert.match(approved.approvedAt, date);
      await functional.internal.deposit(connection, waits.paymentKey);
      const paid = await payments.at(connection, waits.paymentKey);
      assert.equal(paid.status, "DONE");
      assert.equal(paid.virtualAccount.settlementStatus, "COMPLETED");

      assert.equal((await webhook(waits.paymentKey, "WAITING_FOR_DEPOSIT")).type, "application/json");
      const data = { paymentKey: waits.paymentKey, orderId: input.orderId, status: "DONE" };
      assert.deepEqual((await webhook(waits.paymentKey, "DONE")).body, { eventType: "PAYMENT_STATUS_CHANGED", data });
    });

    test("deposit: refuses unknown payments and other methods", async () => {
      await refuses(functional.internal.deposit(connection, randomUUID()), 404);
      const paid = await payments.key_in(connection, card());
      await refuses(functional.internal.deposit(connection, paid.paymentKey), 422);
    });

    test("cash receipt: shown in its payment until it is cancelled", async () => {
      const input = account();
      const { paymentKey } = await create(virtual_accounts)(connection, input);
      await functional.internal.deposit(connection, paymentKey);
      const wish = {
        type: "소득공제", paymentKey, orderId: input.orderId, orderName: "테스트 주문",
        registrationNumber: "01012345678", amount: 19900,
      };
      const store = create(cash_receipts);
      await refuses(store(connection, { ...wish, paymentKey: randomUUID() }), 404);
      await refuses(store(connection, { ...wish, orderId: "another" }), 404);
      await refuses(store(connection, { ...wish, amount: 19901 }), 422);
      const receipt = await store(connection, wish);
      assert.equal(receipt.__paymentKey, paymentKey);
      assert.equal(receipt.orderName, "테스트 주문");
      assert.equal(receipt.canceledAt, null);
      await refuses(store(connection, wish), 422);

      const paid = await payments.at(connection, paymentKey);
      assert.deepEqual(paid.cashReceipt, {
        type: "소득공제", amount: 19900, taxFreeAmount: 0, issueNumber: receipt.approvalNumber, receiptUrl: receipt.receiptUrl,
      });
      const cancelled = await cash_receipts.cancel(connection, receipt.receiptKey, { amount: 1 });
      assert.match(cancelled.canceledAt, date);
      assert.equal((await payments.at(connection, paymentKey)).cashReceipt, null);
      await cash_receipts.cancel(connection, receipt.receiptKey, {}); // repeatable
      await refuses(cash_receipts.cancel(connection, randomUUID(), {}), 404);
    });

    const paidBy = {
      card: () => payments.key_in(connection, card()),
      "virtual account": async () => {
        const { paymentKey } = await create(virtual_accounts)(connection, account());
        return functional.internal.deposit(connection, paymentKey);
      },
      billing: async () => {
        const customerKey = randomUUID();
        const { billingKey } = await create(billing.authorizations.card)(connection, registration({ customerKey }));
        const orderId = randomUUID();
        return billing.pay(connection, billingKey, { method: "billing", billingKey, customerKey, orderId, amount: 10000 });
      },
    };
    for (const [method, pay] of Object.entries(paidBy)) {
      const cancel = (paymentKey, extra) =>
        payments.cancel(connection, paymentKey, { paymentKey, cancelReason: "변심", ...extra });

      test(`cancel: all of a ${method} payment`, async () => {
        const { paymentKey, totalAmount } = await pay();
        const cancelled = await cancel(paymentKey);
        assert.equal(cancelled.status, "CANCELED");
        assert.equal(cancelled.balanceAmount, 0);
        const { canceledAt, ...rest } = cancelled.cancels[0];
        assert.match(canceledAt, date);
        assert.deepEqual(rest, {
          cancelAmount: totalAmount, cancelReason: "변심", taxFreeAmount: 0, taxAmount: 0, refundableAmount: totalAmount,
        });
        assert.deepEqual(await payments.at(connection, paymentKey), cancelled);
        await webhook(paymentKey, "CANCELED");
      });

      test(`cancel: never more than a ${method} payment's balance`, async () => {
        const paid = await pay();
        await refuses(cancel(paid.paymentKey, { cancelAmount: paid.totalAmount + 100 }), 422);
        assert.deepEqual(await payments.at(connection, paid.paymentKey), paid);
      });

      test(`cancel: a ${method} payment in five parts`, async () => {
        const { paymentKey, totalAmount } = await pay();
        for (let i = 1; i <= 5; ++i) {
          const refundReceiveAccount = { bank: "신한", accountNumber: "110123456789", holderName: "홍길동" };
          const now = await cancel(paymentKey, { cancelAmount: totalAmount / 5, refundReceiveAccount });
          assert.equal(now.cancels.length, i);
          assert.equal(now.balanceAmount, totalAmount - (i * totalAmount) / 5);
          assert.equal(now.status, i === 5 ? "CANCELED" : "PARTIAL_CANCELED");
          if (i < 5) await refuses(cancel(paymentKey), 422); // without an amount it means the total
        }
        for (let i = 1; i < 5; ++i) await webhook(paymentKey, "PARTIAL_CANCELED");
        await webhook(paymentKey, "CANCELED");
      });
    }

    test("webhook: the fake's own receiver believes what it is told", async () => {
      const { paymentKey, orderId } = await payments.key_in(connection, card());
      const tell = (key) =>
        functional.internal.webhook({ host }, { eventType: "PAYMENT_STATUS_CHANGED", data: { paymentKey: key, orderId, status: "CANCELED" } });
      assert.equal(await tell(paymentKey), undefined);
      assert.equal((await payments.at(connection, paymentKey)).status, "CANCELED");
      await refuses(tell(randomUUID()), 404);
    });

    test("bodies: a member that is missing or mistaken is named", async () => {
      for (const [input, path] of [
        [card({ orderId: undefined }), "$input.orderId"],
        [card({ amount: "25000" }), "$input.amount"],
        [card({ method: "cash" }), "$input.method"],
      ]) {
        await assert.rejects(payments.key_in(connection, input), (error) => {
          assert.equal(error.status, 400);
          assert.match(error.message, /not following the promised type/);
          assert.ok(error.message.includes(path), error.message);
          return true;
        });
      }
    });

    test("authentication: wants the secret key in the words of Basic", async () => {
      const { paymentKey } = await payments.key_in(connection, card());
      const as = (headers) => payments.at({ host, headers }, paymentKey);
      await refuses(as({}), 403);
      await refuses(as({ Authorization: authorization("test_ak_wrong") }), 403);
      await refuses(as({ Authorization: authorization(secretKey).replace("Basic", "basic") }), 403);
      await refuses(as({ Authorization: "Bearer " + secretKey }), 403);
    });

    test("nothing is left uncalled", () => assert.deepEqual([...uncalled], []));
  });
}

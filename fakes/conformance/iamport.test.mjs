// Both generations of iamport-server-api, unmodified, against the fake at
// IAMPORT_URL. The scenarios are those of the original's own tests.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";

import { watch } from "./coverage.mjs";
import { openSink } from "./sink.mjs";

const host = process.env.IAMPORT_URL;
assert.ok(host, "IAMPORT_URL names the fake to test");

const load = createRequire(import.meta.url);
const accessor = { imp_key: "test_imp_key", imp_secret: "test_imp_secret" };
const account = { refund_holder: "홍길동", refund_bank: "신한은행", refund_account: "110-123-456789" };
const generations = [
  { name: "iamport-server-api 1.1.0", api: load("iamport-v1"), create: "store" },
  { name: "iamport-server-api 10.0.0", api: load("iamport-v10"), create: "create" },
];

for (const { name, api, create } of generations)
  describe(name, { concurrency: true }, () => {
    const { functions: imp, uncalled } = watch(api.functional);
    const connector = new api.IamportConnector(host, accessor);
    const connect = () => connector.get();
    let sink;
    before(async () => { sink = await openSink(); });
    after(async () => {
      await sink.close();
      assert.deepEqual([...uncalled], [], "functions of the client that no test called");
    });

    const unwrap = (reply) => {
      assert.equal(reply.code, 0);
      assert.equal(reply.message, "success");
      return reply.response;
    };
    const refuses = (status, call) =>
      assert.rejects(call, (error) => {
        assert.equal(error.status, status, error.message);
        assert.notEqual(error.message, "");
        return true;
      });
    const at = async (imp_uid) => unwrap(await imp.payments.at(await connect(), imp_uid, {}));
    const hook = async (payment, status) => {
      const { type, body } = await sink.next((hook) => hook.imp_uid === payment.imp_uid);
      assert.match(type, /^application\/json/);
      assert.deepEqual(body, { imp_uid: payment.imp_uid, merchant_uid: payment.merchant_uid, status });
    };
    const card = () => ({ card_number: "1234-5678-1234-5678", expiry: "2028-12", birth: "880311", pwd_2digit: "00", cvc: "123" });
    const order = (amount) => ({ merchant_uid: randomUUID(), amount, name: "Fake 주문", notice_url: sink.url });

    const payByCard = async (input = {}) => {
      const reply = await imp.subscribe.payments.onetime(await connect(), { ...card(), ...order(25_000), ...input });
      const payment = unwrap(reply);
      await hook(payment, "paid");
      return payment;
    };
    const payAgain = async () => {
      const customer_uid = randomUUID();
      await imp.subscribe.customers[create](await connect(), customer_uid, { customer_uid, ...card() });
      const payment = unwrap(await imp.subscribe.payments.again(await connect(), { customer_uid, ...order(10_000) }));
      await hook(payment, "paid");
      return payment;
    };
    const openAccount = async () => {
      const payment = unwrap(await imp.vbanks[create](await connect(), {
        ...order(40_000), vbank_code: "SHINHAN", vbank_due: Date.now() / 1000 + 7 * 24 * 60 * 60, vbank_holder: "Samchon",
      }));
      await hook(payment, "ready");
      return payment;
    };
    const payByAccount = async () => {
      const payment = await openAccount();
      await imp.internal.deposit(await connect(), payment.imp_uid);
      await hook(payment, "paid");
      return at(payment.imp_uid);
    };

    test("refuses wrong keys and missing tokens", async () => {
      await refuses(403, imp.users.getToken({ host }, { ...accessor, imp_secret: "wrong" }));
      await refuses(403, imp.payments.at({ host }, randomUUID(), {}));
      const user = unwrap(await imp.users.getToken({ host }, accessor));
      assert.ok(user.expired_at > user.now);
    });

    test("takes a dummy webhook", async () => {
      await imp.internal.webhook(await connect(), { imp_uid: "1", merchant_uid: "2", status: "paid" });
    });

    test("does not know what it was not told", async () => {
      await refuses(404, imp.payments.at(await connect(), randomUUID(), { extension: true }));
      await refuses(404, imp.subscribe.customers.at(await connect(), randomUUID()));
      await refuses(404, imp.receipts.at(await connect(), randomUUID()));
      await refuses(404, imp.certifications.at(await connect(), randomUUID()));
      await refuses(404, imp.internal.deposit(await connect(), randomUUID()));
    });

    test("card_payment", async () => {
      const payment = await payByCard();
      const read = await at(payment.imp_uid);
      assert.deepEqual(read, payment);
      assert.equal(read.pay_method, "card");
      assert.equal(read.status, "paid");
      assert.notEqual(read.paid_at, 0);
      assert.equal(read.cancelled_at, 0);
      assert.deepEqual(read.cancel_history, []);
      assert.match(read.card_number, /\d{4}-\d{4}-\d{4}-\d{4}/);
    });

    test("card numbers of any shape are taken", async () => {
      const payment = await payByCard({ card_number: "11-22" });
      assert.equal(payment.card_number, "11-22");
    });

    test("subscription_payment_onetime", async () => {
      const customer_uid = randomUUID();
      const first = await payByCard({ customer_uid });
      assert.equal(first.customer_uid, customer_uid);
      assert.equal(first.customer_uid_usage, "issue");
      const second = unwrap(await imp.subscribe.payments.again(await connect(), { customer_uid, ...order(1_000) }));
      await hook(second, "paid");
      assert.equal(second.card_number, first.card_number);
    });

    test("subscription_payment_again", async () => {
      const payment = await payAgain();
      assert.equal(payment.status, "paid");
      await refuses(404, imp.subscribe.payments.again(await connect(), { customer_uid: randomUUID(), ...order(1) }));
    });

    test("a card is registered, read, replaced and erased", async () => {
      const customer_uid = randomUUID();
      const first = unwrap(await imp.subscribe.customers[create](await connect(), customer_uid, { customer_uid: "other", ...card() }));
      assert.equal(first.customer_uid, customer_uid);
      const second = unwrap(await imp.subscribe.customers[create](await connect(), customer_uid, { customer_uid, ...card() }));
      assert.notEqual(second.pg_id, first.pg_id);
      assert.deepEqual(unwrap(await imp.subscribe.customers.at(await connect(), customer_uid)), second);
      assert.deepEqual(unwrap(await imp.subscribe.customers.erase(await connect(), customer_uid)), second);
      await refuses(404, imp.subscribe.customers.erase(await connect(), customer_uid));
    });

    test("vbank_payment", async () => {
      const payment = await openAccount();
      assert.equal(payment.pay_method, "vbank");
      assert.equal(payment.paid_at, 0);
      assert.match(payment.vbank_num, /^\d{9}$/);
      assert.match(payment.vbank_name, /은행$/);
      assert.ok(payment.vbank_issued_at > 1e12, "vbank_issued_at is in milliseconds, unlike every other time");
      await imp.internal.deposit(await connect(), payment.imp_uid);
      await hook(payment, "paid");
      const read = await at(payment.imp_uid);
      assert.equal(read.status, "paid");
      assert.notEqual(read.paid_at, 0);
    });

    test("a virtual account's amount and due date change", async () => {
      const payment = await openAccount();
      const due = payment.vbank_date + 60;
      const updated = unwrap(await imp.vbanks.update(await connect(), { imp_uid: payment.imp_uid, amount: 41_000, vbank_due: due }));
      await hook(payment, "ready");
      assert.equal(updated.amount, 41_000);
      assert.ok(Math.abs(updated.vbank_date - due) < 0.01);
      const byCard = await payByCard();
      await refuses(422, imp.vbanks.update(await connect(), { imp_uid: byCard.imp_uid }));
      await refuses(422, imp.internal.deposit(await connect(), byCard.imp_uid));
    });

    for (const [method, pay, refund] of [
      ["card_payment", () => payByCard(), {}],
      ["subscription_payment", () => payAgain(), {}],
      ["vbank_payment", () => payByAccount(), account],
    ]) {
      const cancel = async (payment, input) => unwrap(await imp.payments.cancel(await connect(), {
        imp_uid: payment.imp_uid, merchant_uid: payment.merchant_uid, checksum: null, reason: "test", ...refund, ...input,
      }));

      test(`${method}_cancel`, async () => {
        const payment = await pay();
        const cancelled = await cancel(payment, { amount: payment.amount });
        await hook(payment, "cancelled");
        assert.equal(cancelled.status, "cancelled");
        assert.equal(cancelled.cancel_amount, payment.amount);
        assert.notEqual(cancelled.cancelled_at, 0);
        assert.equal(cancelled.cancel_reason, "test");
        assert.deepEqual(cancelled.cancel_history.map((c) => c.amount), [payment.amount]);
        assert.deepEqual(await at(payment.imp_uid), cancelled);
      });

      test(`${method}_cancel without an amount cancels the rest`, async () => {
        const payment = await pay();
        await cancel(payment, { amount: 1_000 });
        const cancelled = await cancel(payment, {});
        assert.equal(cancelled.cancel_amount, payment.amount);
      });

      test(`${method}_cancel_over`, async () => {
        const payment = await pay();
        await refuses(422, cancel(payment, { amount: payment.amount + 100 }));
        const read = await at(payment.imp_uid);
        assert.equal(read.cancel_amount, 0);
        assert.equal(read.status, "paid");
      });

      test(`${method}_cancel_partial`, async () => {
        const payment = await pay();
        const part = payment.amount / 5;
        for (let i = 1; i <= 5; ++i) {
          const cancelled = await cancel(payment, { amount: part, checksum: payment.amount - (i - 1) * part });
          await hook(payment, "cancelled");
          assert.equal(cancelled.cancel_amount, i * part);
          assert.equal(cancelled.cancel_history.length, i);
          assert.equal(cancelled.cancel_history.reduce((sum, c) => sum + c.amount, 0), i * part);
        }
      });

      test(`${method}_cancel refuses a checksum that is not the balance`, async () => {
        const payment = await pay();
        await refuses(422, cancel(payment, { amount: 1_000, checksum: payment.amount - 1 }));
      });
    }

    test("vbank_payment_cancel_without_refund", async () => {
      const payment = await payByAccount();
      await refuses(422, imp.payments.cancel(await connect(), {
        imp_uid: payment.imp_uid, merchant_uid: payment.merchant_uid, amount: payment.amount, checksum: null, reason: "test",
      }));
    });

    test("receipt", async () => {
      const issue = async (imp_uid) =>
        unwrap(await imp.receipts[create](await connect(), imp_uid, { imp_uid, identifier: "8803111", identifier_type: "person" }));
      const unpaid = await openAccount();
      await refuses(422, issue(unpaid.imp_uid));
      const payment = await payByCard();
      const receipt = await issue(payment.imp_uid);
      assert.equal(receipt.imp_uid, payment.imp_uid);
      assert.equal(receipt.amount, payment.amount);
      assert.equal(receipt.vat, payment.amount * 0.1);
      assert.equal(receipt.type, "person");
      assert.deepEqual(unwrap(await imp.receipts.at(await connect(), payment.imp_uid)), receipt);
      assert.equal((await at(payment.imp_uid)).cash_receipt_issue, true);
      await refuses(422, issue(payment.imp_uid));

      const cancelled = unwrap(await imp.receipts.erase(await connect(), payment.imp_uid));
      assert.notEqual(cancelled.cancelled_at, 0);
      assert.equal((await at(payment.imp_uid)).cash_receipt_issue, false);
      await refuses(422, imp.receipts.erase(await connect(), payment.imp_uid));
    });

    test("certification", async () => {
      const { imp_uid } = unwrap(await imp.certifications.otp.request(await connect(), {
        name: "홍길동", phone: "010-1234-5678", birth: "19880311", gender_digit: "1", carrier: "SKT",
      }));
      const before = unwrap(await imp.certifications.at(await connect(), imp_uid));
      assert.equal(before.certified, false);
      assert.equal(before.phone, "01012345678");
      assert.match(before.__otp, /^\d{4}$/);
      await refuses(403, imp.certifications.otp.confirm(await connect(), imp_uid, { otp: `${before.__otp}0` }));
      const certified = unwrap(await imp.certifications.otp.confirm(await connect(), imp_uid, { otp: before.__otp }));
      assert.equal(certified.certified, true);
      await refuses(422, imp.certifications.otp.confirm(await connect(), imp_uid, { otp: before.__otp }));
      assert.deepEqual(unwrap(await imp.certifications.erase(await connect(), imp_uid)), certified);
      await refuses(404, imp.certifications.erase(await connect(), imp_uid));
    });
  });

// A shop's page sells through IMP.request_pay and the fake's payment window, and
// a person watches the fake's own page, in a browser. The fake Iamport is at
// IAMPORT_URL.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { openBrowser, openShop } from "./browser.mjs";

const host = process.env.IAMPORT_URL;

async function call(method, path, body) {
  const token = await request("POST", "/users/getToken", { imp_key: "test_imp_key", imp_secret: "test_imp_secret" });
  return request(method, path, body, { Authorization: token.access_token });
}

async function request(method, path, body, headers) {
  const answer = await fetch(host + path, {
    method, headers: { ...headers, "Content-Type": "application/json" }, body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  const text = await answer.text();
  return text && JSON.parse(text).response;
}

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

describe("IMP.request_pay", () => {
  let shop;
  before(async () => (shop = await openShop(`<script src="${host}/v1/iamport.js"></script>`)));
  after(() => shop.close());

  // pay orders at the shop and clicks one button of the payment window.
  async function pay(page, button, input = {}, callback = ", (response) => (window.called = response)") {
    const merchant_uid = randomUUID();
    const order = { pg: "html5_inicis", pay_method: "card", merchant_uid, name: "티셔츠 외 2건", amount: 19900, buyer_name: "홍길동", ...input };
    const code = `IMP.init("imp00000000"); IMP.request_pay(${JSON.stringify(order)}${callback})`;
    await page.evaluate((code) => void window.eval(code), code);
    if (button) await clickIn(page.frameLocator("iframe"), button);
    return merchant_uid;
  }
  async function clickIn(window, button) {
    await window.getByText("티셔츠 외 2건").waitFor();
    await window.getByText("19900 KRW").waitFor();
    await window.getByRole("button", { name: button }).click();
  }
  async function called(page) {
    await page.waitForFunction(() => window.called);
    assert.equal(await page.locator("iframe").count(), 0, "the window is gone");
    return page.evaluate(() => window.called);
  }

  test("a card pays", () =>
    browser.visit(shop.url, async (page) => {
      const merchant_uid = await pay(page, "결제하기", { custom_data: { cart: [1, 2] }, customer_uid: "card-of-hong" });
      const response = await called(page);
      assert.equal(response.success, true);
      assert.equal(response.merchant_uid, merchant_uid);
      assert.equal(response.paid_amount, 19900);
      const payment = await call("GET", `/payments/${response.imp_uid}`);
      assert.equal(payment.status, "paid");
      assert.equal(payment.amount, 19900);
      assert.equal(payment.custom_data, '{"cart":[1,2]}');
      const again = await call("POST", "/subscribe/payments/again", { customer_uid: "card-of-hong", merchant_uid: randomUUID(), amount: 1, name: "n" });
      assert.equal(again.card_number, payment.card_number);
    }));

  test("a virtual account is opened, and paid into", () =>
    browser.visit(shop.url, async (page) => {
      await pay(page, "가상계좌 발급하기", { pay_method: "vbank", vbank_due: "209912312359" });
      const response = await called(page);
      assert.equal(response.success, true);
      assert.equal(response.status, "ready");
      assert.match(response.vbank_num, /^\d{9}$/);
      assert.equal(response.vbank_date, Date.UTC(2099, 11, 31, 14, 59) / 1000, "the due date is Korean time");
      await call("PUT", `/internal/deposit/${response.imp_uid}`);
      assert.equal((await call("GET", `/payments/${response.imp_uid}`)).status, "paid");
    }));

  for (const [choice, message] of [["카드사 승인 거절", /결제실패/], ["창 닫기", /결제포기/]])
    test(`${choice}: the payment fails`, () =>
      browser.visit(shop.url, async (page) => {
        await pay(page, choice);
        const response = await called(page);
        assert.equal(response.success, false);
        assert.match(response.error_msg, message);
        const payment = await call("GET", `/payments/${response.imp_uid}`);
        assert.equal(payment.status, "failed");
        assert.match(payment.fail_reason, message);
      }));

  test("a page without a callback leaves, and comes back by m_redirect_url", () =>
    browser.visit(shop.url, async (page) => {
      const merchant_uid = await pay(page, null, { m_redirect_url: shop.url + "/done?from=cart" }, "");
      await page.waitForURL(host + "/checkout/*");
      await clickIn(page, "결제하기");
      await page.waitForURL((url) => url.pathname === "/done");
      const query = Object.fromEntries(new URL(page.url()).searchParams);
      assert.equal(query.from, "cart");
      assert.equal(query.merchant_uid, merchant_uid);
      assert.equal(query.imp_success, "true");
      assert.equal((await call("GET", `/payments/${query.imp_uid}`)).status, "paid");
    }));

  test("an amount other than the prepared one opens no window", async () => {
    const merchant_uid = randomUUID();
    await call("POST", "/payments/prepare", { merchant_uid, amount: 100 });
    const answer = await fetch(`${host}/checkout`, { method: "POST", body: JSON.stringify({ merchant_uid, amount: 99 }) });
    assert.equal(answer.status, 422);
  });
});

describe("the page for people", () => {
  test("shows a payment, pays it, and sends its webhook again", () =>
    browser.visit(host, async (page) => {
      const merchant_uid = randomUUID();
      // It is open before there is anything to see: what comes, comes live.
      await call("POST", "/vbanks", { merchant_uid, amount: 19900, vbank_code: "088", vbank_due: 4102444800, vbank_holder: "홍길동" });
      const row = page.locator("#payments tr", { hasText: merchant_uid });
      await row.getByText("ready").waitFor();
      await row.getByRole("button", { name: "deposit" }).click();
      await row.getByText("paid").waitFor();
      const hooks = page.locator("#webhooks tr", { hasText: merchant_uid });
      await hooks.filter({ hasText: "201" }).nth(1).waitFor();
      await row.getByRole("button", { name: "resend" }).click();
      await hooks.filter({ hasText: "201, 201" }).waitFor();
      await row.getByRole("button", { name: "cancel" }).click();
      await row.getByText("cancelled").waitFor();
      await page.locator("#requests tr", { hasText: "/vbanks" }).first().waitFor();
    }));

  test("plans a fault and moves the clock", () =>
    browser.visit(host, async (page) => {
      await page.getByLabel("Kind").selectOption("reject");
      await page.getByLabel("Path").fill("/nowhere");
      await page.getByLabel("Code").fill("17");
      await page.getByRole("button", { name: "Plan" }).click();
      const plan = page.locator("#faults tr", { hasText: "/nowhere" });
      await plan.getByText("reject 17").waitFor();
      await plan.getByRole("button", { name: "remove" }).click();
      await plan.waitFor({ state: "detached" });

      const before = Date.parse((await (await fetch(host + "/__fake/clock")).json()).now);
      await page.getByRole("button", { name: "+1 hour" }).click();
      await page.waitForFunction(async (due) => Date.parse((await (await fetch("/__fake/clock")).json()).now) >= due, before + 3_600_000);
    }));

  test("shows a script that somebody sent as text", () =>
    browser.visit(host, async (page) => {
      const name = `<img src=x onerror="document.title='hacked'">`;
      const merchant_uid = randomUUID();
      await call("POST", "/vbanks", { merchant_uid, amount: 1, name, vbank_code: "088", vbank_due: 4102444800, vbank_holder: "h" });
      await page.locator("#payments tr", { hasText: merchant_uid }).getByText(name).waitFor();
      assert.notEqual(await page.title(), "hacked");
    }));
});

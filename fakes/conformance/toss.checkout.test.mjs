// A shop's page sells through the fake's SDK and payment window, and a person
// watches the fake's own page, in a browser. The fake Toss Payments is at
// TOSS_URL.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { openBrowser, openShop } from "./browser.mjs";

const host = process.env.TOSS_URL;
const Authorization = "Basic " + Buffer.from("test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy:").toString("base64");

async function call(method, path, body) {
  const answer = await fetch(host + path, { method, headers: { Authorization }, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

const account = (orderId) =>
  ({ method: "virtual-account", orderId, orderName: "티셔츠", bank: "신한", customerName: "홍길동", amount: 19900 });

const versions = {
  1: {
    script: "/v1/payment",
    request: (method, order) => `TossPayments("test_ck_x").requestPayment("${method}", ${JSON.stringify(order)})`,
    methods: { card: "카드", account: "가상계좌" },
  },
  2: {
    script: "/v2/standard",
    request: (method, { amount, ...order }) => {
      const params = JSON.stringify({ ...order, method, amount: { currency: "KRW", value: amount } });
      return `TossPayments("test_ck_x").payment({ customerKey: TossPayments.ANONYMOUS }).requestPayment(${params})`;
    },
    methods: { card: "CARD", account: "VIRTUAL_ACCOUNT" },
  },
};

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

for (const [version, { script, request, methods }] of Object.entries(versions)) {
  describe(`checkout by version ${version} of the SDK`, () => {
    let shop;
    before(async () => (shop = await openShop(`<script src="${host}${script}"></script>`)));
    after(() => shop.close());

    /** Orders at the shop and clicks one button of the payment window. */
    async function order(page, method, button) {
      const orderId = randomUUID();
      const wish = {
        amount: 19900, orderId, orderName: "토스 티셔츠 외 2건", customerName: "홍길동",
        successUrl: shop.url + "/success?from=cart", failUrl: shop.url + "/fail",
      };
      const script = `${request(method, wish)}.catch((error) => (window.caught = { code: error.code, message: error.message }))`;
      await page.evaluate((code) => void window.eval(code), script);
      const window = page.frameLocator("iframe");
      await window.getByText("토스 티셔츠 외 2건").waitFor();
      await window.getByText("19900원").waitFor();
      await window.getByRole("button", { name: button }).click();
      return orderId;
    }

    async function landed(page, path) {
      await page.waitForURL((url) => url.pathname === path);
      return Object.fromEntries(new URL(page.url()).searchParams);
    }

    test("a card pays, and the shop confirms", () =>
      browser.visit(shop.url, async (page) => {
        const orderId = await order(page, methods.card, "결제하기");
        const { paymentKey, amount, from, ...rest } = await landed(page, "/success");
        assert.equal(from, "cart");
        assert.equal(amount, "19900");
        assert.equal(rest.orderId, orderId);
        const paid = await call("POST", "/v1/payments/confirm", { paymentKey, orderId, amount: Number(amount) });
        assert.equal(paid.status, "DONE");
        assert.equal(paid.method, "카드");
      }));

    test("a virtual account is opened, and paid into", () =>
      browser.visit(shop.url, async (page) => {
        const orderId = await order(page, methods.account, "결제하기");
        const { paymentKey } = await landed(page, "/success");
        const waits = await call("POST", "/v1/payments/confirm", { paymentKey, orderId, amount: 19900 });
        assert.equal(waits.status, "WAITING_FOR_DEPOSIT");
        assert.equal(waits.virtualAccount.customerName, "홍길동");
        assert.equal((await call("PUT", `/internal/${paymentKey}/deposit`)).status, "DONE");
      }));

    test("a card company refuses", () =>
      browser.visit(shop.url, async (page) => {
        const orderId = await order(page, methods.card, "카드사 승인 거절");
        const { message, ...rest } = await landed(page, "/fail");
        assert.notEqual(message, "");
        assert.deepEqual(rest, { code: "REJECT_CARD_COMPANY", orderId });
      }));

    test("a payer gives up", () =>
      browser.visit(shop.url, async (page) => {
        await order(page, methods.card, "결제 취소");
        const { message, ...rest } = await landed(page, "/fail");
        assert.notEqual(message, "");
        assert.deepEqual(rest, { code: "PAY_PROCESS_CANCELED" });
      }));

    test("a payer closes the window, and is still in the shop", () =>
      browser.visit(shop.url, async (page) => {
        await order(page, methods.card, "창 닫기");
        await page.locator("iframe").waitFor({ state: "detached" });
        await page.waitForFunction(() => window.caught);
        assert.equal((await page.evaluate(() => window.caught)).code, "USER_CANCEL");
        assert.equal(page.url(), shop.url + "/");
      }));
  });
}

describe("the page for people", () => {
  test("shows a payment, pays it, takes the money back, and sends webhooks again", () =>
    browser.visit(host, async (page) => {
      const orderId = randomUUID();
      // It is open before there is anything to see: what comes, comes live.
      await call("POST", "/v1/virtual-accounts", account(orderId));
      const row = page.locator("#payments tr", { hasText: orderId });
      const act = async (button, status) => {
        await row.getByRole("button", { name: button }).click();
        await row.getByText(status, { exact: true }).waitFor();
      };
      await row.getByText("WAITING_FOR_DEPOSIT").waitFor();
      await act("deposit", "DONE");
      await act("take_back", "WAITING_FOR_DEPOSIT");
      await act("deposit", "DONE");
      await act("cancel", "CANCELED");
      const hooks = page.locator("#webhooks tr", { hasText: orderId });
      await hooks.nth(4).waitFor(); // one for each status so far
      await row.getByRole("button", { name: "resend" }).click();
      await hooks.filter({ hasText: "201, 201" }).waitFor();
      await page.locator("#requests tr", { hasText: "/v1/virtual-accounts" }).first().waitFor();
    }));

  test("lets the account of a payer who waited too long expire", () =>
    browser.visit(host, async (page) => {
      const orderId = randomUUID();
      await call("POST", "/v1/virtual-accounts", account(orderId));
      const row = page.locator("#payments tr", { hasText: orderId });
      await row.getByRole("button", { name: "expire" }).click();
      await row.getByText("EXPIRED").waitFor();
    }));
});

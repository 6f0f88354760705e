// People pay at a shop, in a browser, through the windows of both gateways; the records of it
// are read from the payments server. For a virtual account a person at the bank, which is the
// gateway's own page, makes the deposit.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";

import { openBrowser } from "../../fakes/conformance/browser.mjs";
import { clients } from "./clients.mjs";
import { openReceiver } from "./receiver.mjs";
import { openShop, price } from "./shop.mjs";
import { iamport, toss } from "./system.mjs";

const gateways = [
    { code: "iamport", label: "아임포트", page: iamport, account: "가상계좌 발급하기", uidOf: (payment) => payment.imp_uid },
    { code: "toss.payments", label: "토스", page: toss, account: "결제하기", uidOf: (payment) => payment.paymentKey },
];

const chromium = spawnSync("which", ["chromium"], { encoding: "utf8" }).stdout.trim();
const skip = !chromium && !process.env.CI && "install chromium to pay in a browser";

const [client] = clients;
let browser, receiver, shop;

/** Buys by one of the shop's buttons, agrees in the payment window, and returns the order. */
async function buy(page, label, agreement, result) {
    await page.getByRole("button", { name: label, exact: true }).click();
    await page.frameLocator("iframe").getByRole("button", { name: agreement }).click();
    await page.getByText(result).waitFor();
    const id = await page.locator("#order").textContent();
    return { id, ...shop.order(id) };
}

describe("a shop's page", { skip }, () => {
    before(async () => (browser = await openBrowser(chromium)));
    after(() => browser?.close());
    // A receiver for each test: one must not take what another waits for.
    beforeEach(async () => {
        receiver = await openReceiver();
        shop = await openShop(client, receiver.url);
    });
    afterEach(() => {
        shop?.close();
        receiver?.close();
    });

    for (const { code, label, page: bank, account, uidOf } of gateways) {
        test(`a card pays at a shop through ${code}`, () =>
            browser.visit(shop.url, async (page) => {
                const order = await buy(page, `${label} 카드`, "결제하기", "결제가 완료되었습니다");
                const history = await client.get({ ...order.source, password: order.password });
                assert.equal(history.vendor_code, code);
                assert.equal(history.price, price);
                assert.equal(uidOf(history.data), order.uid);
                assert.ok(Date.parse(history.paid_at) <= Date.now());
            }));

        test(`a virtual account is opened at a shop and paid into through ${code}`, () =>
            browser.visit(shop.url, async (page) => {
                const order = await buy(page, `${label} 가상계좌`, account, "입금을 기다립니다");
                const waiting = await client.get({ ...order.source, password: order.password });
                assert.equal(waiting.paid_at, null);

                const delivery = receiver.next();
                await page.goto(bank);
                const row = page.locator("#payments tr", { hasText: order.id });
                await row.getByRole("button", { name: "deposit" }).click();
                const { previous, current } = await delivery;
                assert.deepEqual(previous, waiting);
                assert.ok(Date.parse(current.paid_at) <= Date.now());
                assert.deepEqual(await client.get({ ...order.source, password: order.password }), current);
            }));
    }
});

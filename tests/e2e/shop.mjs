// A shop with both payment gateways on its page, whose back end keeps its payments at the
// payments server. Who buys, waits at the gateway's window and then reads what became of it.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

import { api, iamport, toss } from "./system.mjs";

export const price = 19_900;

const buttons = [
    ["아임포트 카드", "iamportPay('card')"],
    ["아임포트 가상계좌", "iamportPay('vbank')"],
    ["토스 카드", "tossPay('카드')"],
    ["토스 가상계좌", "tossPay('가상계좌')"],
];

const page = (order) => `
    <script src="${iamport}/v1/iamport.js"></script>
    <script src="${toss}/v1/payment"></script>
    <h1>티셔츠 ₩${price}</h1>
    ${buttons.map(([label, action]) => `<button onclick="${action}">${label}</button>`).join("\n    ")}
    <script>
        function iamportPay(pay_method) {
            IMP.init("imp00000000");
            IMP.request_pay(
                { pay_method, merchant_uid: "${order}", name: "티셔츠", amount: ${price}, buyer_name: "홍길동" },
                (paid) => paid.success && location.assign("/paid/iamport?order=${order}&uid=" + paid.imp_uid),
            );
        }
        function tossPay(method) {
            TossPayments("test_ck_shop").requestPayment(method, {
                amount: ${price}, orderId: "${order}", orderName: "티셔츠", customerName: "홍길동",
                successUrl: location.origin + "/paid/toss.payments", failUrl: location.origin + "/failed",
            });
        }
    </script>`;

/** Opens the shop; what its customers pay is stored with the client given. */
export async function openShop(client, webhook_url) {
    const bought = new Map();

    async function store(code, order, uid) {
        const [source, password] = [{ schema: "shop", table: "orders", id: order }, `the password of ${order}`];
        const history = await client.store({ vendor: { code, store_id: "e2e", uid }, source, price, password, webhook_url });
        bought.set(order, { source, password, uid });
        return `<p>${history.paid_at ? "결제가 완료되었습니다" : "입금을 기다립니다"}</p><p id="order">${order}</p>`;
    }

    async function show({ pathname, searchParams: query }) {
        const [, paid, code] = pathname.split("/");
        if (paid !== "paid") return page(randomUUID());
        return store(code, query.get("order") ?? query.get("orderId"), query.get("uid") ?? query.get("paymentKey"));
    }

    const server = createServer(async (request, response) => {
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        const body = await show(new URL(request.url, "http://shop")).catch((error) => {
            response.statusCode = 502;
            return `<p>${error.message}</p>`;
        });
        response.end(`<!doctype html><title>shop</title><link rel="icon" href="data:,">${body}`);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return {
        url: `http://127.0.0.1:${server.address().port}/`,
        /** What the shop knows of an order. */
        order: (id) => bought.get(id),
        close() {
            server.close();
            server.closeAllConnections();
        },
    };
}

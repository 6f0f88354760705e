// What a shop's page loads instead of https://js.tosspayments.com/v1/payment or
// /v2/standard. It opens the fake's payment window over the page, and comes back
// as the real one does: by successUrl or failUrl, or, when the shop gave none,
// by the promise.
(() => {
  const fake = new URL(document.currentScript.src).origin;

  class TossPaymentsError extends Error {
    constructor({ code, message }) {
      super(message);
      this.code = code;
    }
  }
  const closed = { code: "USER_CANCEL", message: "취소되었습니다." };

  async function open(order) {
    // Plain text, so that the browser asks no permission first.
    const answer = await fetch(fake + "/checkout", { method: "POST", body: JSON.stringify(order) });
    const body = await answer.json();
    if (!answer.ok) throw new TossPaymentsError(body);
    if (order.windowTarget === "self") {
      location.assign(fake + body.path);
      return new Promise(() => {}); // the page is about to end
    }
    return overlay(fake + body.path);
  }

  function overlay(url) {
    const frame = document.createElement("iframe");
    frame.src = url;
    frame.title = "토스페이먼츠 테스트 결제창";
    frame.style.cssText = "position:fixed;inset:0;width:100%;height:100%;border:0;z-index:2147483647";
    document.body.append(frame);
    return new Promise((resolve, reject) => {
      function hear({ source, data }) {
        if (source !== frame.contentWindow) return;
        removeEventListener("message", hear);
        frame.remove();
        if (data.redirect) location.assign(data.redirect);
        else if (data.result) resolve(data.result);
        else reject(new TossPaymentsError(data.error ?? closed));
      }
      addEventListener("message", hear);
    });
  }

  window.TossPayments = (clientKey) => ({
    // Version 1 of the SDK.
    requestPayment: (method, order) => open({ ...order, clientKey, method }),
    requestBillingAuth: (method, order) => open({ ...order, clientKey, method, billing: true }),
    // Version 2 hangs the same calls on a customer, and the currency on the amount.
    payment: ({ customerKey }) => ({
      requestPayment: ({ amount, ...order }) => open({ ...order, clientKey, customerKey, amount: amount.value }),
      requestBillingAuth: (order) => open({ ...order, clientKey, customerKey, billing: true }),
    }),
  });
  window.TossPayments.ANONYMOUS = "@@ANONYMOUS";
})();

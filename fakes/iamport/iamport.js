// What a shop's page loads instead of https://cdn.iamport.kr/v1/iamport.js. It
// opens the fake's payment window over the page and calls back, or, on a phone,
// leaves the page for the window and comes back by m_redirect_url.
(() => {
  const fake = new URL(document.currentScript.src).origin;
  const phone = /Mobi|Android/i.test(navigator.userAgent);
  let shop;

  async function open(order) {
    // Plain text, so that the browser asks no permission first.
    const answer = await fetch(fake + "/checkout", { method: "POST", body: JSON.stringify(order) });
    const body = await answer.json();
    if (answer.ok) return body;
    throw { success: false, merchant_uid: order.merchant_uid, error_code: String(answer.status), error_msg: body.message };
  }

  function overlay(path) {
    const frame = document.createElement("iframe");
    frame.src = fake + path;
    frame.title = "아임포트 테스트 결제창";
    frame.style.cssText = "position:fixed;inset:0;width:100%;height:100%;border:0;z-index:2147483647";
    document.body.append(frame);
    return new Promise((resolve) => {
      function hear({ source, origin, data }) {
        if (source !== frame.contentWindow || origin !== fake) return;
        removeEventListener("message", hear);
        frame.remove();
        resolve(data.response);
      }
      addEventListener("message", hear);
    });
  }

  window.IMP = {
    init(code) { shop = code; },
    agency(code) { shop = code; },
    request_pay(order, callback = () => {}) {
      if (!shop) throw new Error("IMP.init() comes first");
      const redirected = order.m_redirect_url && (phone || arguments.length < 2);
      open({ merchant_uid: "nobody_" + Date.now(), ...order })
        .then(({ path }) => redirected ? location.assign(fake + path) : overlay(path).then(callback))
        .catch((refusal) => callback(refusal));
    },
  };
})();

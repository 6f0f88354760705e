// The buttons of the payment window. Each tells the fake what the payer does,
// and hands its answer to the shop's page.
const framed = window.parent !== window;

function leave(outcome) {
  if (framed) window.parent.postMessage(outcome, "*");
  else if (outcome.redirect) location.assign(outcome.redirect);
}

async function choose({ choice, unheard }) {
  if (unheard !== undefined && framed) return leave({});
  const answer = await fetch(`${location.pathname}/${choice}`, { method: "POST" });
  const body = await answer.json();
  if (answer.ok) return leave(body);
  const error = document.getElementById("error");
  error.textContent = body.message;
  error.hidden = false;
}

for (const button of document.querySelectorAll("[data-choice]")) {
  button.addEventListener("click", () => choose(button.dataset));
}

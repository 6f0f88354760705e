// The buttons of the payment window. Each tells the fake what the payer does,
// and hands its answer to the shop's page.
async function choose(choice) {
  const answer = await fetch(`${location.pathname}/${choice}`, { method: "POST" });
  const body = await answer.json();
  if (!answer.ok) return complain(body.message);
  if (window.parent !== window) window.parent.postMessage(body, "*");
  else if (body.redirect) location.assign(body.redirect);
}

function complain(message) {
  const error = document.getElementById("error");
  error.textContent = message;
  error.hidden = false;
}

for (const button of document.querySelectorAll("[data-choice]")) {
  button.addEventListener("click", () => choose(button.dataset.choice));
}

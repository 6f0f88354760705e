// A receiver of webhooks that tests can wait on.
import http from "node:http";

export async function openSink() {
  const waiting = [];
  const received = [];
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.writeHead(200).end();
    received.push({ type: request.headers["content-type"], body: JSON.parse(body) });
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    // next takes the first webhook that matches, when it has come.
    async next(matches) {
      for (;;) {
        const index = received.findIndex((hook) => matches(hook.body));
        if (index >= 0) return received.splice(index, 1)[0];
        await new Promise((resolve) => waiting.push(resolve));
      }
    },
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

// A headless Chromium and a shop for it to visit. Both stay on loopback.
import assert from "node:assert/strict";
import http from "node:http";

import { chromium } from "playwright-core";

// openBrowser returns a browser whose pages fail the test when they throw, log
// an error that the visitor does not expect, or ask for anything beyond loopback.
export async function openBrowser(executablePath = process.env.CHROMIUM) {
  // Chromium refuses its own sandbox to root, which containers often are.
  const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid() !== 0 });
  return {
    close: () => browser.close(),
    async visit(url, steps, expects = () => false) {
      const page = await browser.newPage();
      const complaints = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      page.on("request", (request) => {
        if (new URL(request.url()).hostname !== "127.0.0.1") complaints.push(`it asked for ${request.url()}`);
      });
      await page.goto(url);
      await steps(page);
      await page.close();
      assert.deepEqual(complaints.filter((complaint) => !expects(complaint)), []);
    },
  };
}

// openShop serves a page of the given body, whatever the path.
export async function openShop(body) {
  const server = http.createServer((request, response) => {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(`<!doctype html><title>shop</title><link rel="icon" href="data:,">${body}`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

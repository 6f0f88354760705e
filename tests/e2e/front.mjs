// A front before the payments server that serves the paths of the SDKs under a prefix of its own, or under none.
import { once } from "node:events";
import { createServer, request as ask } from "node:http";

import { api } from "./system.mjs";

export async function openFront(prefix) {
    const paths = new Set();
    const server = createServer((request, response) => {
        const path = request.url.replace(/^\/payments(?=\/)/, prefix);
        paths.add(path);
        const { method, headers } = request;
        const onward = ask(api + path, { method, headers }, (answer) => {
            response.writeHead(answer.statusCode, answer.headers);
            answer.pipe(response);
        });
        onward.on("error", (error) => response.destroy(error));
        request.pipe(onward);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return {
        url: `http://127.0.0.1:${server.address().port}`,
        /** The paths that the payments server was asked for. */
        paths: () => [...paths],
        close() {
            server.close();
            server.closeAllConnections();
        },
    };
}

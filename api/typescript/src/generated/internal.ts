// Made by `make api` from api/openapi.json.

import { call, type CallOptions, type Connection } from "../call.js";
import type * as types from "./types.js";

/**
 * Take a webhook of ours and forget it.
 *
 * A place to send webhooks to while nothing else listens.
 *
 * POST /internal/webhook
 */
export function webhook(connection: Connection, input: webhook.Input, options?: CallOptions): Promise<webhook.Output> {
    return call(connection, webhook, webhook.path(), input, options);
}
export namespace webhook {
    export type Input = types.Webhook;
    export type Output = void;

    export const METHOD = "POST";
    export const PATH = "/internal/webhook";
    export const CONFIG = { input_encrypted: true, output_encrypted: true, idempotent: false };

    export function path(): string {
        return PATH;
    }
}

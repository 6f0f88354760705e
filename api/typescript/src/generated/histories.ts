// Made by `make api` from api/openapi.json.

import { call, type CallOptions, type Connection } from "../call.js";
import type * as types from "./types.js";

/**
 * Capture a payment and keep its record.
 *
 * Approves the payment at its gateway where that is needed, compares what was paid, and stores the record. The same request again returns the same record.
 *
 * POST /histories
 */
export function store(connection: Connection, input: store.Input, options?: CallOptions): Promise<store.Output> {
    return call(connection, store, store.path(), input, options);
}
export namespace store {
    export type Input = types.StoreHistory;
    export type Output = types.History;

    export const METHOD = "POST";
    export const PATH = "/histories";
    export const CONFIG = { input_encrypted: true, output_encrypted: true, idempotent: true };

    export function path(): string {
        return PATH;
    }
}

/**
 * Refund a payment, whole or in part.
 *
 * PUT /histories/cancel
 */
export function cancel(connection: Connection, input: cancel.Input, options?: CallOptions): Promise<cancel.Output> {
    return call(connection, cancel, cancel.path(), input, options);
}
export namespace cancel {
    export type Input = types.CancelHistory;
    export type Output = types.History;

    export const METHOD = "PUT";
    export const PATH = "/histories/cancel";
    export const CONFIG = { input_encrypted: true, output_encrypted: true, idempotent: true };

    export function path(): string {
        return PATH;
    }
}

/**
 * Read a payment by its source.
 *
 * PATCH /histories/get
 */
export function get(connection: Connection, input: get.Input, options?: CallOptions): Promise<get.Output> {
    return call(connection, get, get.path(), input, options);
}
export namespace get {
    export type Input = types.SourcePassword;
    export type Output = types.History;

    export const METHOD = "PATCH";
    export const PATH = "/histories/get";
    export const CONFIG = { input_encrypted: true, output_encrypted: true, idempotent: false };

    export function path(): string {
        return PATH;
    }
}

/**
 * Read a payment by its id.
 *
 * PATCH /histories/{id}
 */
export function at(connection: Connection, id: string, input: at.Input, options?: CallOptions): Promise<at.Output> {
    return call(connection, at, at.path(id), input, options);
}
export namespace at {
    export type Input = types.Password;
    export type Output = types.History;

    export const METHOD = "PATCH";
    export const PATH = "/histories/:id";
    export const CONFIG = { input_encrypted: true, output_encrypted: true, idempotent: false };

    export function path(id: string): string {
        return `/histories/${encodeURIComponent(id)}`;
    }
}

// Made by `make api` from api/openapi.json.

import { call, type CallOptions, type Connection } from "../call.js";
import type * as types from "./types.js";

/**
 * Keep the record of a billing key.
 *
 * The same request again returns the same record.
 *
 * POST /reservations
 */
export function store(connection: Connection, input: store.Input, options?: CallOptions): Promise<store.Output> {
    return call(connection, store, store.path(), input, options);
}
export namespace store {
    export type Input = types.StoreReservation;
    export type Output = types.Reservation;

    export const METHOD = "POST";
    export const PATH = "/reservations";
    export const CONFIG = { input_encrypted: true, output_encrypted: true, idempotent: true };

    export function path(): string {
        return PATH;
    }
}

/**
 * Read a billing key by its source.
 *
 * PATCH /reservations/get
 */
export function get(connection: Connection, input: get.Input, options?: CallOptions): Promise<get.Output> {
    return call(connection, get, get.path(), input, options);
}
export namespace get {
    export type Input = types.SourcePassword;
    export type Output = types.Reservation;

    export const METHOD = "PATCH";
    export const PATH = "/reservations/get";
    export const CONFIG = { input_encrypted: true, output_encrypted: true, idempotent: false };

    export function path(): string {
        return PATH;
    }
}

/**
 * Read a billing key by its id.
 *
 * PATCH /reservations/{id}
 */
export function at(connection: Connection, id: string, input: at.Input, options?: CallOptions): Promise<at.Output> {
    return call(connection, at, at.path(id), input, options);
}
export namespace at {
    export type Input = types.Password;
    export type Output = types.Reservation;

    export const METHOD = "PATCH";
    export const PATH = "/reservations/:id";
    export const CONFIG = { input_encrypted: true, output_encrypted: true, idempotent: false };

    export function path(id: string): string {
        return `/reservations/${encodeURIComponent(id)}`;
    }
}

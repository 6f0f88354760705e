// Made by `make api` from api/openapi.json.

import { call, type CallOptions, type Connection } from "../call.js";
import type * as types from "./types.js";

/**
 * Answer, if able to.
 *
 * GET /monitors/health
 */
export function health(connection: Connection, options?: CallOptions): Promise<health.Output> {
    return call(connection, health, health.path(), undefined, options);
}
export namespace health {
    export type Output = void;

    export const METHOD = "GET";
    export const PATH = "/monitors/health";
    export const CONFIG = { input_encrypted: false, output_encrypted: false, idempotent: false };

    export function path(): string {
        return PATH;
    }
}

/**
 * Tell what the answering worker has used.
 *
 * GET /monitors/performance
 */
export function performance(connection: Connection, options?: CallOptions): Promise<performance.Output> {
    return call(connection, performance, performance.path(), undefined, options);
}
export namespace performance {
    export type Output = types.Performance;

    export const METHOD = "GET";
    export const PATH = "/monitors/performance";
    export const CONFIG = { input_encrypted: false, output_encrypted: true, idempotent: false };

    export function path(): string {
        return PATH;
    }
}

/**
 * Tell what the answering worker is.
 *
 * GET /monitors/system
 */
export function system(connection: Connection, options?: CallOptions): Promise<system.Output> {
    return call(connection, system, system.path(), undefined, options);
}
export namespace system {
    export type Output = types.System;

    export const METHOD = "GET";
    export const PATH = "/monitors/system";
    export const CONFIG = { input_encrypted: false, output_encrypted: true, idempotent: false };

    export function path(): string {
        return PATH;
    }
}

import type * as types from "./generated/types.js";

/** Names the reason of a refusal; docs/errors.md says what to do about each. Later servers may have further ones. */
export type ProblemCode = types.Problem["code"];

/** A request that the server, or something on the way to it, refused. */
export class Problem extends Error {
    override readonly name = "Problem";
    /** The HTTP status. */
    readonly status: number;
    /** What to branch on. Undefined where it was not our server that answered. */
    readonly code: ProblemCode | undefined;
    /** What was wrong this time, and what to do; for people. */
    readonly detail: string;
    /** Stands in the server's log. */
    readonly request_id: string | undefined;
    /** Each field that is wrong. */
    readonly errors: types.InvalidField[];
    /** The gateway's own words, where it declined. */
    readonly pg: types.PGError | undefined;
    /** Seconds to wait before the same request is sent again; 0 where the server did not say. */
    readonly retryAfter: number;

    constructor(operation: string, status: number, body: Partial<types.Problem>, retryAfter: number) {
        const detail = body.detail || body.message || "no detail was given";
        super(`${operation}: payments-server answered ${[status, body.code].filter(Boolean).join(" ")}: ${detail}`);
        this.status = status;
        this.code = body.code;
        this.detail = detail;
        this.request_id = body.request_id;
        this.errors = body.errors ?? [];
        this.pg = body.pg;
        this.retryAfter = retryAfter;
    }
}

/** Tells whether an error is a refusal, and one of this code if one is given. */
export function isProblem(error: unknown, code?: ProblemCode): error is Problem {
    // Not instanceof: a program may hold the SDK twice, as a module and as CommonJS.
    const problem = error instanceof Error && error.name === "Problem" ? (error as Problem) : undefined;
    return problem !== undefined && (code === undefined || problem.code === code);
}

/** Reads a refusal: a problem of ours, an error of the original server, or anything that a proxy says. */
export function problemOf(operation: string, { status, statusText, headers }: Response, body: string): Problem {
    return new Problem(operation, status, { message: statusText, ...fieldsOf(body) }, retryAfterOf(headers));
}

function fieldsOf(text: string): Partial<types.Problem> {
    try {
        const value: unknown = JSON.parse(text);
        return typeof value === "object" && value !== null ? value : {};
    } catch {
        return {};
    }
}

/** Reads both forms of the header, RFC 9110 section 10.2.3. */
function retryAfterOf(headers: Headers): number {
    const text = headers.get("Retry-After") ?? "";
    const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
    return Math.max(0, seconds || 0);
}

import { isProblem, type ProblemCode } from "./problem.js";

/** Attempts at one call, the first included. */
const maxAttempts = 6;
/** Milliseconds; it doubles with every attempt. */
const firstPause = 200;
/** Seconds that a caller is made to wait for; whom the server sends away for longer is told so. */
const maxRetryAfter = 5;

/** What the same request may be answered otherwise after, in a while. */
const temporary: (ProblemCode | undefined)[] = [
    "pg_outcome_unknown",
    "pg_unavailable",
    "database_unavailable",
    "in_progress",
    "too_many_attempts",
];
/** The same, said by something between us and the server. */
const temporaryStatus = [429, 502, 503, 504];

/** Makes attempts until one has an answer that will not get better. */
export async function retried<T>(attempt: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let n = 1; ; n++) {
        try {
            return await attempt();
        } catch (error) {
            if (n === maxAttempts || signal?.aborted || !worthwhile(error)) throw error;
            await pause(backoff(n) + (isProblem(error) ? error.retryAfter * 1000 : 0), signal);
        }
    }
}

/** What is no problem is a broken connection. */
function worthwhile(error: unknown): boolean {
    if (!isProblem(error)) return true;
    if (error.retryAfter > maxRetryAfter) return false;
    return error.code ? temporary.includes(error.code) : temporaryStatus.includes(error.status);
}

/** Keeps clients that failed together from coming back together. */
function backoff(attempt: number): number {
    const longest = firstPause * 2 ** (attempt - 1);
    return longest / 2 + (Math.random() * longest) / 2;
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
        const stop = () => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", stop);
            resolve();
        }, milliseconds);
        signal?.addEventListener("abort", stop, { once: true });
    });
}

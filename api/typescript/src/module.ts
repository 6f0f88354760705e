export type { CallOptions, Connection, Connection as IConnection } from "./call.js";
export type { Encryption } from "./encryption.js";
export * as wire from "./encryption.js";
export * as functional from "./functional.js";
export type * from "./generated/types.js";
export { isProblem, Problem, type ProblemCode } from "./problem.js";
export { Receiver, WebhookError, type ReceivedHeaders, type ReceiverOptions } from "./webhook.js";

export * from "./generated/functional.js";
/** The same, as later SDKs of the original nest it. */
export * as payments from "./generated/functional.js";

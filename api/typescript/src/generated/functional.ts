// Made by `make api` from api/openapi.json.

export * as histories from "./histories.js";
export * as internal from "./internal.js";
export * as monitors from "./monitors.js";
export * as reservations from "./reservations.js";

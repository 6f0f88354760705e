import * as payments from "./module.js";

export * from "./module.js";
export default payments;
